"""List the shards of a stream."""

from __future__ import annotations

from typing import Any

from streaming.packing import Shard


def all_shards(client: Any, stream: str) -> list[dict[str, Any]]:
    """List all shards, also the closed ones: parents come before their children.

    boto3's paginator fails on the second page: it repeats the stream's name, which Kinesis refuses beside a token
    (https://github.com/boto/botocore/issues/2009).
    """
    shards: list[dict[str, Any]] = []
    request: dict[str, Any] = {"StreamName": stream}
    while request:
        page = client.list_shards(**request)
        shards += page["Shards"]
        request = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}
    return shards


def open_shards(client: Any, stream: str) -> list[Shard]:
    """List the shards that take records now; closed ones have an ending sequence number."""
    return [_shard(found) for found in all_shards(client, stream) if _is_open(found)]


def _is_open(shard: dict[str, Any]) -> bool:
    return not shard["SequenceNumberRange"].get("EndingSequenceNumber")


def _shard(found: dict[str, Any]) -> Shard:
    hashes = found["HashKeyRange"]
    return Shard(found["ShardId"], int(hashes["StartingHashKey"]), int(hashes["EndingHashKey"]))
