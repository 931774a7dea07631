"""Find the open shards of a stream."""

from __future__ import annotations

from typing import Any

from streaming.packing import Shard


def open_shards(client: Any, stream: str) -> list[Shard]:
    """List the shards that take records now; closed ones have an ending sequence number."""
    shards: list[Shard] = []
    request: dict[str, Any] = {"StreamName": stream}
    while request:
        page = client.list_shards(**request)
        shards += [_shard(found) for found in page["Shards"] if _is_open(found)]
        request = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}
    return shards


def _is_open(shard: dict[str, Any]) -> bool:
    return not shard["SequenceNumberRange"].get("EndingSequenceNumber")


def _shard(found: dict[str, Any]) -> Shard:
    hashes = found["HashKeyRange"]
    return Shard(found["ShardId"], int(hashes["StartingHashKey"]), int(hashes["EndingHashKey"]))
