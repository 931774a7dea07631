from __future__ import annotations

import dataclasses

from glue_jobs.curate.raw_files import RawFile, Record, plan

FILE = RawFile("ingest_date=1998-07-01/a.csv", 10, 1)
DONE = Record(file=FILE, contract_version="1.0.0", rows=3, partitions=("order_month=1997-01",), published=True)


def test_a_published_file_that_is_still_the_same_is_settled() -> None:
    found = plan([FILE], [DONE], "1.0.0", accept_deleted=False)
    assert found.settled == (DONE,)
    assert found.idle


def test_a_changed_file_is_fresh_and_its_old_partitions_are_stale() -> None:
    changed = dataclasses.replace(FILE, size=11)
    found = plan([changed], [DONE], "1.0.0", accept_deleted=False)
    assert (found.fresh, found.settled, found.stale) == ((changed,), (), frozenset(DONE.partitions))


def test_a_file_is_fresh_again_after_a_killed_run_and_for_a_new_contract() -> None:
    unpublished = dataclasses.replace(DONE, published=False)
    assert plan([FILE], [unpublished], "1.0.0", accept_deleted=False).fresh == (FILE,)
    assert plan([FILE], [DONE], "1.1.0", accept_deleted=False).fresh == (FILE,)


def test_a_deleted_file_keeps_its_rows_unless_the_deletion_is_accepted() -> None:
    kept = plan([], [DONE], "1.0.0", accept_deleted=False)
    assert (kept.gone, kept.dropped, kept.stale, kept.idle) == ((DONE,), (), frozenset(), True)
    dropped = plan([], [DONE], "1.0.0", accept_deleted=True)
    assert (dropped.gone, dropped.dropped, dropped.stale) == ((), (DONE,), frozenset(DONE.partitions))


def test_a_file_that_was_never_published_and_is_gone_is_forgotten() -> None:
    unpublished = dataclasses.replace(DONE, published=False)
    assert plan([], [unpublished], "1.0.0", accept_deleted=False).dropped == (unpublished,)


def test_records_survive_json() -> None:
    assert Record.decode(DONE.encode()) == DONE


def test_the_ingest_date_is_read_from_the_path() -> None:
    assert FILE.ingest_date == "1998-07-01"
    assert RawFile("a.csv", 1, 1).ingest_date is None
