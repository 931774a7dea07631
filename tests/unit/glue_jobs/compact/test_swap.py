from __future__ import annotations

import contextlib

import pytest

from glue_jobs.compact.swap import GUARD, Journal, Workspace, commit, recover
from tests.unit.glue_jobs.object_store import KilledError, ObjectStore

PARTITION = "s3://lake/orders/order_month=1997-01"
SPACE = Workspace("s3://lake/_compaction/orders/order_month=1997-01")
OLD = {"part-0.parquet": "a", "part-1.parquet": "bb", "part-2.parquet": "ccc"}
NEW = {"part-8.parquet": "abb", "part-9.parquet": "ccc"}
JOURNAL = Journal(
    PARTITION,
    {name: len(rows) for name, rows in OLD.items()},
    {name: len(rows) for name, rows in NEW.items()},
)
CHANGES = 1 + 1 + len(NEW) + len(OLD) + 1 + 1 + len(NEW)


def lake() -> ObjectStore:
    return ObjectStore(
        {f"{PARTITION}/{name}": rows for name, rows in OLD.items()}
        | {f"{SPACE.data}/{name}": rows for name, rows in NEW.items()}
        | {"s3://lake/orders/order_month=1997-02/part-0.parquet": "other"}
    )


def exchange(store: ObjectStore) -> bool:
    commit(store, SPACE, JOURNAL)
    return recover(store, SPACE)


def count(store: ObjectStore) -> str:
    """What a reader who lists the partition now gets: its rows, or an error from a file that is not Parquet."""
    names = [file.name for file in store.list(PARTITION)]
    if GUARD in names:
        return "error"
    return "".join(sorted("".join(store.objects[f"{PARTITION}/{name}"] for name in names)))


def test_new_files_take_the_place_of_the_old_ones_and_nothing_else_is_left() -> None:
    store = lake()
    assert exchange(store)
    assert store.objects == {f"{PARTITION}/{name}": rows for name, rows in NEW.items()} | {
        "s3://lake/orders/order_month=1997-02/part-0.parquet": "other"
    }
    assert store.changes == CHANGES


@pytest.mark.parametrize("lives", range(CHANGES + 1))
def test_killed_at_any_point_a_reader_gets_the_right_rows_or_an_error(lives: int) -> None:
    store = lake()
    store.lives = lives
    with contextlib.suppress(KilledError):
        exchange(store)
    assert count(store) in {"abbccc", "error"}


@pytest.mark.parametrize("lives", range(1, CHANGES + 1))
def test_killed_at_any_point_after_the_commit_the_next_run_completes_the_exchange(lives: int) -> None:
    store, undisturbed = lake(), lake()
    exchange(undisturbed)
    store.lives = lives
    try:
        exchange(store)
    except KilledError:
        store.lives = None
        recover(store, SPACE)
    assert store.objects == undisturbed.objects


@pytest.mark.parametrize("first", range(1, CHANGES))
@pytest.mark.parametrize("second", range(CHANGES))
def test_killed_twice_at_any_two_points_the_third_run_completes_the_exchange(first: int, second: int) -> None:
    store, undisturbed = lake(), lake()
    exchange(undisturbed)
    store.lives = first
    with pytest.raises(KilledError):
        exchange(store)
    store.lives = first + second
    try:
        recover(store, SPACE)
    except KilledError:
        store.lives = None
        recover(store, SPACE)
    assert store.objects == undisturbed.objects


def test_an_exchange_that_was_complete_but_for_its_clearing_up_is_reported_as_done() -> None:
    store = lake()
    commit(store, SPACE, JOURNAL)
    store.lives = CHANGES - 1
    with pytest.raises(KilledError):
        recover(store, SPACE)
    store.lives = None
    assert recover(store, SPACE)


def test_hidden_files_in_a_partition_do_not_make_the_exchange_void() -> None:
    store = lake()
    store.write(f"{PARTITION}/_SUCCESS", "")
    assert exchange(store)


def test_without_a_commit_recovery_discards_what_was_prepared() -> None:
    store = lake()
    assert not recover(store, SPACE)
    assert count(store) == "abbccc"
    assert store.list(SPACE.folder) == []


@pytest.mark.parametrize("lives", range(1, CHANGES))
def test_a_partition_that_was_rebuilt_after_the_kill_keeps_its_rebuilt_rows(lives: int) -> None:
    store = lake()
    store.lives = lives
    with pytest.raises(KilledError):
        exchange(store)
    store.lives = None
    store.delete(PARTITION)
    store.write(f"{PARTITION}/part-7.parquet", "rebuilt")
    recover(store, SPACE)
    assert store.objects == {
        f"{PARTITION}/part-7.parquet": "rebuilt",
        "s3://lake/orders/order_month=1997-02/part-0.parquet": "other",
    }


def test_a_partition_that_was_emptied_after_the_commit_stays_empty() -> None:
    store = lake()
    commit(store, SPACE, JOURNAL)
    store.delete(PARTITION)
    assert not recover(store, SPACE)
    assert count(store) == ""


def test_a_torn_journal_is_no_commit() -> None:
    store = lake()
    store.write(SPACE.journal, '{"partition": "s3://la')
    assert not recover(store, SPACE)
    assert count(store) == "abbccc"
    assert store.list(SPACE.folder) == []


def test_guard_is_listed_after_every_data_file_and_is_not_hidden_from_readers() -> None:
    assert max([*OLD, *NEW]) < GUARD
    assert not GUARD.startswith(("_", "."))
