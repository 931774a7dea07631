from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from streaming.packing import Shard
from streaming.shards import all_shards, open_shards


def shard(name: str, *, closed: bool = False) -> dict[str, Any]:
    ending = {"EndingSequenceNumber": "9"} if closed else {}
    return {
        "ShardId": f"shardId-{name}",
        "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "7"},
        "SequenceNumberRange": {"StartingSequenceNumber": "1", **ending},
    }


@pytest.fixture
def kinesis() -> Iterator[Any]:
    """Give a client that has two pages of shards, and refuses the stream's name beside a token as Kinesis does."""
    client = boto3.client("kinesis", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stub:
        first = {"Shards": [shard("0", closed=True)], "NextToken": "more"}
        stub.add_response("list_shards", first, {"StreamName": "clicks"})
        stub.add_response("list_shards", {"Shards": [shard("1"), shard("2")]}, {"NextToken": "more"})
        yield client
        stub.assert_no_pending_responses()


def test_shards_of_all_pages_are_found(kinesis: Any) -> None:
    assert [found["ShardId"] for found in all_shards(kinesis, "clicks")] == ["shardId-0", "shardId-1", "shardId-2"]


def test_open_shards_are_those_without_an_end(kinesis: Any) -> None:
    assert open_shards(kinesis, "clicks") == [Shard("shardId-1", 0, 7), Shard("shardId-2", 0, 7)]
