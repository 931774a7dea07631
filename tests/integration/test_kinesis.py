"""Kinesis on the laptop: resharding loses nothing, and reads go on by sequence number."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

FIRST = "shardId-000000000000"


@pytest.fixture
def kinesis(laptop: Any) -> Any:
    return laptop.client("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    name = f"stream-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    yield name
    kinesis.delete_stream(StreamName=name)


def put(kinesis: Any, stream: str, *texts: str) -> list[dict[str, Any]]:
    records = [{"Data": text.encode(), "PartitionKey": text} for text in texts]
    answers: list[dict[str, Any]] = kinesis.put_records(StreamName=stream, Records=records)["Records"]
    return answers


def read(kinesis: Any, stream: str, shard: str, **position: Any) -> dict[str, Any]:
    start = position or {"ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
    answer: dict[str, Any] = kinesis.get_records(ShardIterator=iterator)
    return answer


def texts(answer: dict[str, Any]) -> list[str]:
    return [record["Data"].decode() for record in answer["Records"]]


def test_a_split_shard_is_read_to_its_end_and_names_its_children(kinesis: Any, stream: str) -> None:
    put(kinesis, stream, "a", "b")
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    after = put(kinesis, stream, "c", "d")
    parent = read(kinesis, stream, FIRST)
    assert texts(parent) == ["a", "b"]
    assert "NextShardIterator" not in parent
    children = [child["ShardId"] for child in parent["ChildShards"]]
    assert {record["ShardId"] for record in after} <= set(children)
    assert sorted(text for child in children for text in texts(read(kinesis, stream, child))) == ["c", "d"]
    listed = {shard["ShardId"]: shard for shard in kinesis.list_shards(StreamName=stream)["Shards"]}
    assert "EndingSequenceNumber" in listed[FIRST]["SequenceNumberRange"]
    assert {listed[child]["ParentShardId"] for child in children} == {FIRST}


def test_merged_shards_keep_their_records(kinesis: Any, stream: str) -> None:
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    pair = ["shardId-000000000001", "shardId-000000000002"]
    put(kinesis, stream, *(str(number) for number in range(20)))
    kinesis.merge_shards(StreamName=stream, ShardToMerge=pair[0], AdjacentShardToMerge=pair[1])
    assert sum(len(texts(read(kinesis, stream, shard))) for shard in pair) == 20
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 1


def test_iterators_start_where_their_type_says(kinesis: Any, stream: str) -> None:
    first, second = (record["SequenceNumber"] for record in put(kinesis, stream, "a", "b"))
    assert texts(read(kinesis, stream, FIRST, ShardIteratorType="LATEST")) == []
    at = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": second}
    assert texts(read(kinesis, stream, FIRST, **at)) == ["b"]
    after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": first}
    assert texts(read(kinesis, stream, FIRST, **after)) == ["b"]
    assert texts(read(kinesis, stream, FIRST, ShardIteratorType="AT_TIMESTAMP", Timestamp=0)) == ["a", "b"]


def test_a_read_goes_on_where_the_last_one_ended(kinesis: Any, stream: str) -> None:
    put(kinesis, stream, "a", "b", "c")
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=FIRST, ShardIteratorType="TRIM_HORIZON")
    first = kinesis.get_records(ShardIterator=iterator["ShardIterator"], Limit=2)
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"])
    assert (texts(first), texts(second), second["MillisBehindLatest"]) == (["a", "b"], ["c"], 0)


def test_fails_to_more_than_double_a_stream(kinesis: Any, stream: str) -> None:
    with pytest.raises(ClientError, match="TargetShardCount must be from 1 to 2; got 3"):
        kinesis.update_shard_count(StreamName=stream, TargetShardCount=3, ScalingType="UNIFORM_SCALING")


def test_fails_to_resize_an_on_demand_stream(kinesis: Any) -> None:
    name = f"stream-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    with pytest.raises(ClientError, match="provisioned mode"):
        kinesis.update_shard_count(StreamName=name, TargetShardCount=1, ScalingType="UNIFORM_SCALING")
    kinesis.delete_stream(StreamName=name)


def test_fails_to_split_a_shard_that_is_closed(kinesis: Any, stream: str) -> None:
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    with pytest.raises(ClientError, match="must be open"):
        kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**126))


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"Data": b"x", "PartitionKey": "k"}] * 501, "500"),
        ([{"Data": b"x" * 1_048_577, "PartitionKey": "k"}], "1048576"),
        ([{"Data": b"x" * 1_000_000, "PartitionKey": "k"}] * 6, "5 MB"),
    ],
)
def test_fails_to_put_more_than_the_limits(
    kinesis: Any, stream: str, records: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        kinesis.put_records(StreamName=stream, Records=records)


def test_fails_for_enhanced_fan_out_which_the_laptop_does_not_do(kinesis: Any, stream: str) -> None:
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")["Consumer"]
    with pytest.raises(ClientError, match="not implemented on the laptop"):
        kinesis.subscribe_to_shard(
            ConsumerARN=consumer["ConsumerARN"], ShardId=FIRST, StartingPosition={"Type": "TRIM_HORIZON"}
        )
