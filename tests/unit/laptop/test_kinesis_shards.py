"""Splits and merges of the emulator's stream documents."""

from __future__ import annotations

from itertools import count, pairwise
from typing import Any

import pytest

from laptop.emulator import kinesis_shards

TOP = 2**128 - 1


@pytest.fixture
def numbers() -> Any:
    counter = count(1)
    return lambda: f"{1_000_000:020d}{next(counter):010d}"


@pytest.fixture
def stream(numbers: Any) -> dict[str, Any]:
    shard = {
        "records": [{"SequenceNumber": numbers(), "Data": "eA=="} for _ in range(3)],
        "starting_hash_key": "0",
        "ending_hash_key": str(TOP),
        "starting_sequence_number": numbers(),
        "parent_shard_id": None,
        "adjacent_parent_shard_id": None,
    }
    return {"shards": {"shardId-000000000000": shard}, "RetentionPeriodHours": 24}


def ranges(stream: dict[str, Any]) -> list[tuple[int, int]]:
    shards = stream["shards"].values()
    return sorted((int(shard["starting_hash_key"]), int(shard["ending_hash_key"])) for shard in shards)


def test_a_split_shard_is_closed_and_keeps_its_records(stream: dict[str, Any], numbers: Any) -> None:
    kinesis_shards.split(stream, "shardId-000000000000", 2**127, numbers)
    parent = kinesis_shards.all_shards(stream)["shardId-000000000000"]
    assert len(kinesis_shards.read(parent, None)) == 3
    assert "ending_sequence_number" in parent
    assert ranges(stream) == [(0, 2**127 - 1), (2**127, TOP)]
    assert [kinesis_shards.parents(shard) for shard in stream["shards"].values()] == [["shardId-000000000000"]] * 2


def test_merged_shards_become_one_with_both_as_parents(stream: dict[str, Any], numbers: Any) -> None:
    kinesis_shards.split(stream, "shardId-000000000000", 2**127, numbers)
    pair = list(stream["shards"])
    assert kinesis_shards.are_adjacent(stream, pair[0], pair[1])
    kinesis_shards.merge(stream, pair[0], pair[1], numbers)
    (child,) = stream["shards"].values()
    assert (ranges(stream), kinesis_shards.parents(child)) == ([(0, TOP)], pair)


@pytest.mark.parametrize("target", [1, 2, 3, 5])
def test_a_resized_stream_covers_every_hash_key_once(stream: dict[str, Any], numbers: Any, target: int) -> None:
    kinesis_shards.resize(stream, 3, numbers)
    kinesis_shards.resize(stream, target, numbers)
    found = ranges(stream)
    assert (found[0][0], found[-1][1], len(found)) == (0, TOP, target)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(found))
    assert all(kinesis_shards.parents(shard) for shard in stream["shards"].values())


def test_a_read_goes_on_after_a_sequence_number_although_older_records_expired(stream: dict[str, Any]) -> None:
    shard = stream["shards"]["shardId-000000000000"]
    second = shard["records"][1]["SequenceNumber"]
    del shard["records"][0]
    assert [record["SequenceNumber"] for record in kinesis_shards.read(shard, second)] == [
        shard["records"][1]["SequenceNumber"]
    ]


def test_a_read_ends_at_ten_mebibytes_but_gives_at_least_one_record(stream: dict[str, Any]) -> None:
    shard = stream["shards"]["shardId-000000000000"]
    for record in shard["records"]:
        record["Data"] = "x" * 8_000_000
    assert len(kinesis_shards.read(shard, None)) == 1


def test_a_closed_shard_is_forgotten_when_its_retention_is_over(stream: dict[str, Any], numbers: Any) -> None:
    kinesis_shards.split(stream, "shardId-000000000000", 2**127, numbers)
    kinesis_shards.forget_expired(stream, now=1_000 + 23 * 3600)
    assert len(kinesis_shards.all_shards(stream)) == 3
    kinesis_shards.forget_expired(stream, now=1_001 + 24 * 3600)
    assert len(kinesis_shards.all_shards(stream)) == 2
