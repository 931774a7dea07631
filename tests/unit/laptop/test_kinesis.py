from __future__ import annotations

import itertools
from typing import Any

import pytest

from laptop.emulator import kinesis, kinesis_shards
from laptop.emulator.registry import NotImplementedOnLaptop

FIRST, *CHILDREN = (f"shardId-{number:012d}" for number in range(3))


def record(number: int) -> dict[str, Any]:
    return {"SequenceNumber": f"{number:030d}", "ApproximateArrivalTimestamp": float(number), "Data": "", "Key": ""}


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """One shard with a record a second, from second 1 to 9."""
    shard = {
        "records": [record(number) for number in range(1, 10)],
        "starting_hash_key": "0",
        "ending_hash_key": str(2**128 - 1),
        "starting_sequence_number": f"{0:030d}",
    }
    found = {"StreamName": "s", "StreamARN": "arn", "shards": {FIRST: shard}}
    monkeypatch.setattr(kinesis, "stream_of", lambda request: found)
    return found


def call(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    raise AssertionError(f"{operation} must not reach the emulator")


def test_reading_from_a_time_goes_on_where_a_whole_page_is_older(stream: dict[str, Any]) -> None:
    request = {"StreamName": "s", "ShardId": FIRST, "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": 8.0}
    iterator = kinesis.get_shard_iterator(request, call)["ShardIterator"]
    times = []
    for _ in range(3):
        answer = kinesis.get_records({"ShardIterator": iterator, "Limit": 4}, call)
        times.append([each["ApproximateArrivalTimestamp"] for each in answer["Records"]])
        iterator = answer["NextShardIterator"]
    assert times == [[], [8.0], [9.0]]


@pytest.mark.parametrize(
    ("shard_filter", "expected"),
    [
        ({"Type": "FROM_TRIM_HORIZON"}, [FIRST, *CHILDREN]),
        ({"Type": "AT_TRIM_HORIZON"}, [FIRST]),
        ({"Type": "AT_LATEST"}, CHILDREN),
        ({"Type": "AFTER_SHARD_ID", "ShardId": CHILDREN[0]}, CHILDREN[1:]),
    ],
)
def test_a_filter_of_shards_lists_those_that_it_means(
    stream: dict[str, Any], shard_filter: dict[str, str], expected: list[str]
) -> None:
    numbers = (f"{number:030d}" for number in itertools.count(100))
    kinesis_shards.split(stream, FIRST, 2**127, lambda: next(numbers))
    listed = kinesis.list_shards({"StreamName": "s", "ShardFilter": shard_filter}, call)["Shards"]
    assert [shard["ShardId"] for shard in listed] == expected


def test_fails_for_a_filter_of_shards_by_time(stream: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedOnLaptop, match="AT_TIMESTAMP"):
        kinesis.list_shards({"StreamName": "s", "ShardFilter": {"Type": "AT_TIMESTAMP", "Timestamp": 1.0}}, call)
