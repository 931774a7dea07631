"""Objects of rows: their names, their bytes, and what happens if others write at the same time."""

from __future__ import annotations

import json

import pytest
from clickstream_to_lake.objects import (
    ContendedError,
    Position,
    Written,
    object_name,
    pack,
    padded,
    unpack,
    write_rows,
)

from tests.unit.lambda_support import SHARD, Bucket

FOLDER = "clicks/event_date=2026-11-21/event_hour=15/"


def rows(*numbers: int) -> dict[Position, str]:
    return {(padded(str(each)), 0): json.dumps({"sequence_number": str(each), "sub_sequence": 0}) for each in numbers}


def positions(bucket: Bucket) -> list[int]:
    return sorted(int(json.loads(line)["sequence_number"]) for each in bucket.objects.values() for line in unpack(each))


class Contended(Bucket):
    """Somebody else writes objects between the listing and the write."""

    def __init__(self, others: list[dict[Position, str]]) -> None:
        super().__init__()
        self.others = others

    def create(self, key: str, content: bytes) -> bool:
        if self.others:
            found = self.others.pop(0)
            self.objects[object_name(FOLDER, SHARD, min(found), max(found))] = pack(found.values())
        return super().create(key, content)


def test_name_tells_the_last_position_before_the_first() -> None:
    name = object_name("f/", "shard", (padded("7"), 3), (padded("12"), 0))

    assert name == f"f/shard_{12:056d}.00000_{7:056d}.00003.json.gz"


def test_same_rows_give_the_same_bytes() -> None:
    assert pack(["a", "ä"]) == pack(["a", "ä"])
    assert unpack(pack(["a", "ä"])) == ["a", "ä"]


def test_line_separators_of_unicode_do_not_break_a_row() -> None:
    assert unpack(pack(["a\u2028b\x85c"])) == ["a\u2028b\x85c"]


def test_rows_that_an_object_between_holds_are_left_out() -> None:
    bucket = Bucket()
    write_rows(bucket, FOLDER, SHARD, rows(3, 5))

    assert write_rows(bucket, FOLDER, SHARD, rows(1, 2, 3, 4, 5, 6)) == Written(4, 2)
    assert positions(bucket) == [1, 2, 3, 4, 5, 6]


def test_objects_of_other_shards_are_not_read() -> None:
    bucket = Bucket()
    write_rows(bucket, FOLDER, "shardId-000000000001", rows(1, 2))

    assert write_rows(bucket, FOLDER, SHARD, rows(1, 2)) == Written(2, 0)
    assert bucket.reads == 0


def test_run_that_was_overtaken_by_its_own_retry_writes_nothing() -> None:
    bucket = Contended([rows(1, 2, 3)])

    assert write_rows(bucket, FOLDER, SHARD, rows(1, 2, 3)) == Written(0, 3)
    assert positions(bucket) == [1, 2, 3]


def test_object_of_the_same_name_with_fewer_rows_is_completed() -> None:
    bucket = Contended([rows(1, 3)])

    assert write_rows(bucket, FOLDER, SHARD, rows(1, 2, 3)) == Written(1, 2)
    assert positions(bucket) == [1, 2, 3]


def test_fails_if_objects_that_nobody_can_list_stand_in_the_way() -> None:
    class Stubborn(Bucket):
        def create(self, key: str, content: bytes) -> bool:
            return False

    with pytest.raises(ContendedError, match="somebody wrote them 3 times"):
        write_rows(Stubborn(), FOLDER, SHARD, rows(1))


def test_sequence_numbers_sort_as_numbers() -> None:
    numbers = [9, 10, 99, 100, 10**55]

    assert sorted(padded(str(each)) for each in numbers) == [padded(str(each)) for each in numbers]
