from __future__ import annotations

import contextlib

import pytest

from glue_jobs.aggregate.publish import publish
from tests.unit.glue_jobs.object_store import KilledError, ObjectStore

TABLE, STAGED = "s3://lake/daily_revenue", "s3://lake/_staging/aggregate/daily_revenue"
FILE = "daily_revenue.parquet"


def test_the_file_of_a_table_is_replaced_under_the_same_key() -> None:
    store = ObjectStore({f"{TABLE}/{FILE}": "old", f"{STAGED}/part-0-x.parquet": "new", f"{STAGED}/_SUCCESS": ""})
    assert publish(store, STAGED, TABLE, FILE) == [FILE]
    assert store.objects == {f"{TABLE}/{FILE}": "new"}


def test_partitions_that_are_no_longer_there_lose_their_file() -> None:
    store = ObjectStore(
        {
            f"{TABLE}/year=1997/{FILE}": "old",
            f"{TABLE}/year=1998/{FILE}": "old",
            f"{STAGED}/year=1998/part-0.parquet": "new",
            f"{STAGED}/year=1999/part-0.parquet": "new",
        }
    )
    publish(store, STAGED, TABLE, FILE)
    assert store.objects == {f"{TABLE}/year=1998/{FILE}": "new", f"{TABLE}/year=1999/{FILE}": "new"}


@pytest.mark.parametrize("lives", range(4))
def test_killed_at_any_point_a_reader_finds_the_old_rows_or_the_new_ones(lives: int) -> None:
    store = ObjectStore({f"{TABLE}/{FILE}": "old", f"{STAGED}/part-0.parquet": "new", f"{STAGED}/_SUCCESS": ""})
    store.lives = lives
    with contextlib.suppress(KilledError):
        publish(store, STAGED, TABLE, FILE)
    assert [store.objects[f"{TABLE}/{file.name}"] for file in store.list(TABLE)] in (["old"], ["new"])


def test_fails_if_a_partition_was_staged_in_two_files_and_leaves_the_table_as_it_was() -> None:
    store = ObjectStore(
        {f"{TABLE}/{FILE}": "old", f"{STAGED}/part-0.parquet": "new", f"{STAGED}/part-1.parquet": "newer"}
    )
    with pytest.raises(ValueError, match=r"one file per partition; got part-0.parquet and part-1.parquet"):
        publish(store, STAGED, TABLE, FILE)
    assert store.objects[f"{TABLE}/{FILE}"] == "old"
