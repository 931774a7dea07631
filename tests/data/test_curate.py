"""The curate job as a whole: what readers find after it ran over good, late and restated files."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from decimal import Decimal

import pytest

from contracts.loader import load
from glue_jobs.curate import job
from glue_jobs.curate.table import MissingRawFileError
from tests.data.conftest import Lake
from tests.data.curating import content, curate, curated, lineage, orders, put, quarantined, reasons, reports

pytestmark = pytest.mark.spark

JANUARY = "a,1,1997-01-05,2,10.50"
FEBRUARY = "b,2,1997-02-06,1,7.00"
DAY_1 = "ingest_date=1998-07-01/orders.csv"
DAY_2 = "ingest_date=1998-07-02/orders.csv"


def test_rows_are_typed_and_partitioned_and_a_second_run_changes_nothing(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY, FEBRUARY))
    curate(lake)
    rows = [
        ("a", 1, dt.date(1997, 1, 5), 2, Decimal("10.50"), "1997-01"),
        ("b", 2, dt.date(1997, 2, 6), 1, Decimal("7.00"), "1997-02"),
    ]
    assert content(lake) == (rows, [])
    files = {path: path.stat().st_mtime_ns for path in lake.folder("curated").rglob("*.parquet")}

    curate(lake, run_id="run-2")
    assert {path: path.stat().st_mtime_ns for path in lake.folder("curated").rglob("*.parquet")} == files
    assert [(row["run_id"], row["status"], row["rows_raw"]) for row in reports(lake)] == [
        ("run-1", "succeeded", 2),
        ("run-2", "unchanged", 2),
    ]


def test_a_late_file_rebuilds_only_the_partitions_that_it_touches(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY, FEBRUARY))
    curate(lake)
    untouched = next((lake.folder("curated") / "orders" / "order_month=1997-02").glob("*.parquet"))

    put(lake, "ingest_date=1998-06-30/late.csv", orders("c,3,1997-01-31,1,1.00"))
    curate(lake, run_id="run-2")
    assert curated(lake, columns="order_id, order_month") == [("a", "1997-01"), ("b", "1997-02"), ("c", "1997-01")]
    assert untouched.exists()
    assert reports(lake)[-1]["rows_written"] == 2


def test_the_newest_delivery_of_a_row_wins_also_from_another_partition(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY, FEBRUARY))
    curate(lake)
    put(lake, DAY_2, orders("a,1,1997-03-01,2,99.00"))
    curate(lake, run_id="run-2")
    assert curated(lake, columns="order_id, amount, order_month") == [
        ("a", Decimal("99.00"), "1997-03"),
        ("b", Decimal("7.00"), "1997-02"),
    ]
    assert quarantined(lake, columns="reasons, source_file, scope") == [
        (["superseded"], DAY_1, "partition-1997-01"),
    ]
    assert not (lake.folder("curated") / "orders" / "order_month=1997-01").exists()

    # An older version comes late, into a partition where the row was already superseded.
    put(lake, "ingest_date=1998-06-01/late.csv", orders("a,1,1997-01-07,2,5.00", "d,4,1997-01-08,1,1.00"))
    curate(lake, run_id="run-3")
    assert curated(lake, columns="order_id, order_month") == [("a", "1997-03"), ("b", "1997-02"), ("d", "1997-01")]
    assert len(curated(lake)) + len(quarantined(lake)) == reports(lake)[-1]["rows_raw"] == 5

    # With the newest version gone, the newest of the others counts again, though its partition has nothing new.
    (lake.folder("raw") / "orders" / DAY_2).unlink()
    curate(lake, run_id="run-4", accept_deleted="true")
    assert curated(lake, columns="order_id, amount::varchar") == [("a", "10.50"), ("b", "7.00"), ("d", "1.00")]


def test_files_in_any_order_of_arrival_lead_to_the_same_lake(
    spark: object, lake: Lake, tmp_path_factory: object
) -> None:
    old, new = (
        orders(JANUARY, FEBRUARY, "c,1,1997-03-01,1,1.00"),
        orders("a,1,1997-02-01,1,2.00", "b,2,1997-02-06,1,7.00"),
    )
    put(lake, DAY_2, new)
    curate(lake)
    put(lake, DAY_1, old)
    curate(lake)
    late = content(lake)
    for folder in ("curated", "failures"):
        for path in sorted(lake.folder(folder).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    curate(lake)
    assert content(lake) == late
    assert reasons(lake) == ["duplicate", "superseded"]


def test_the_same_file_under_another_name_adds_only_duplicates(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY, FEBRUARY, JANUARY))
    put(lake, DAY_2, orders(JANUARY, FEBRUARY, JANUARY))
    curate(lake)
    assert len(curated(lake)) == 2
    assert reasons(lake) == ["duplicate"] * 4
    assert reports(lake)[-1]["rows_duplicate"] == 4


def test_a_changed_file_takes_its_old_rows_with_it(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY, "b,x,1997-02-06,1,7.00", *(f"n{n},1,1997-03-01,1,1.00" for n in range(30))))
    curate(lake)
    assert reasons(lake) == ["customer_id: not int"]
    put(lake, DAY_1, orders(FEBRUARY))
    curate(lake, run_id="run-2")
    assert curated(lake, columns="order_id") == [("b",)]
    assert quarantined(lake) == []


def test_a_new_version_of_the_contract_rebuilds_the_table(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    put(lake, DAY_1, orders(JANUARY))
    curate(lake)
    newer = dataclasses.replace(load("orders"), version="2.0.0")
    monkeypatch.setattr(job, "packaged", {"orders": newer}.__getitem__)
    curate(lake, run_id="run-2")
    assert reports(lake)[-1]["contract_version"] == "2.0.0"
    assert reports(lake)[-1]["status"] == "succeeded"
    assert len(curated(lake)) == 1


def test_too_many_bad_rows_stop_the_run_before_curated_is_touched(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY))
    curate(lake)
    before = curated(lake)
    put(lake, DAY_2, orders(FEBRUARY, "c,x,1997-02-01,1,1.00"))
    with pytest.raises(job.QualityGateError, match=r"orders: 50.00% of the new rows .* quarantineLimit 5.00%"):
        curate(lake, run_id="run-2")
    assert curated(lake) == before
    assert reasons(lake) == ["customer_id: not int"]
    assert reports(lake)[-1]["status"] == "refused"

    put(lake, DAY_2, orders(FEBRUARY))
    curate(lake, run_id="run-3")
    assert curated(lake, columns="order_id") == [("a",), ("b",)]
    assert quarantined(lake) == []


def test_fails_to_rebuild_a_partition_whose_raw_file_is_gone_unless_told_so(lake: Lake) -> None:
    gone = put(lake, DAY_1, orders(JANUARY, FEBRUARY))
    curate(lake)
    gone.unlink()
    curate(lake)
    assert len(curated(lake)) == 2

    put(lake, DAY_2, orders("c,3,1997-01-31,1,1.00"))
    with pytest.raises(MissingRawFileError, match=DAY_1):
        curate(lake)
    assert len(curated(lake)) == 2
    curate(lake, accept_deleted="true")
    assert curated(lake, columns="order_id") == [("c",)]
    assert len(lineage(lake)) == 1


def test_without_lineage_or_with_half_a_record_everything_is_built_again(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY, FEBRUARY, FEBRUARY))
    curate(lake)
    before = content(lake)
    record = next((lake.folder("curated") / "_lineage" / "orders").iterdir())
    record.write_text(record.read_text()[:40])
    stray = lake.folder("curated") / "orders" / "order_month=1990-01"
    stray.mkdir()
    os.link(next((lake.folder("curated") / "orders").rglob("*.parquet")), stray / "part-0.parquet")

    curate(lake, run_id="run-2")
    assert content(lake) == before
    assert not stray.exists()


def test_several_tables_run_in_one_job_and_an_unpartitioned_table_is_replaced(lake: Lake) -> None:
    put(lake, DAY_1, orders(JANUARY))
    put(lake, "ingest_date=2013-12-31/airlines.csv", "carrier,name\n9E,Endeavor\nAA,American\n", "airlines")
    curate(lake, "orders,airlines")
    put(lake, "ingest_date=2014-01-01/airlines.csv", "carrier,name\nAA,American Airlines\nUA,United\n", "airlines")
    curate(lake, "orders,airlines", run_id="run-2")
    assert curated(lake, "airlines") == [("9E", "Endeavor"), ("AA", "American Airlines"), ("UA", "United")]
    assert quarantined(lake, "airlines", "reasons, scope") == [(["superseded"], "table")]


def test_rows_are_sorted_and_written_as_one_zstd_file_per_partition(lake: Lake) -> None:
    import duckdb

    put(lake, DAY_1, orders(*(f"n{n},{97 * n % 50},1997-01-{n % 28 + 1:02},1,1.00" for n in range(1, 50))))
    curate(lake)
    (file,) = (lake.folder("curated") / "orders").rglob("*.parquet")
    with duckdb.connect() as connection:
        keys = connection.sql(f"SELECT customer_id, order_date FROM read_parquet('{file}')").fetchall()
        codecs = connection.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{file}')").fetchall()
    assert keys == sorted(keys)
    assert codecs == [("ZSTD",)]
