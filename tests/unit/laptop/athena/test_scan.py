"""Bytes scanned: the columns, row groups and partitions that a query needs, and no others."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from laptop.emulator.athena import scan
from laptop.emulator.athena.scan import Condition
from tests.unit.laptop.athena.conftest import Lake

ROWS, GROUP = 40_000, 10_000


@pytest.fixture(scope="module")
def orders() -> Any:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=index // 1000) for index in range(ROWS)]
    cents = [Decimal(index * 7919 % 99991).scaleb(-2) for index in range(ROWS)]
    return pa.table(
        {
            "id": pa.array(range(ROWS), pa.int64()),
            "day": pa.array(days, pa.date32()),
            "amount": pa.array(cents, pa.decimal128(10, 2)),
            "note": pa.array([f"note {index * 7919 % 65521}" for index in range(ROWS)]),
            "nothing": pa.array([None] * ROWS, pa.int32()),
        }
    )


@pytest.fixture
def file(tmp_path: Path, orders: Any) -> Path:
    path = tmp_path / "orders.parquet"
    pq.write_table(orders, path, row_group_size=GROUP, compression="zstd")
    return path


def chunks(path: Path, *columns: str, groups: range = range(4)) -> int:
    metadata = pq.read_metadata(path)
    return sum(
        metadata.row_group(group).column(index).total_compressed_size
        for group in groups
        for index in range(metadata.num_columns)
        if metadata.schema.column(index).path in columns
    )


def footer(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[-8:-4], "little") + 8


def test_only_used_columns_and_the_footer_count(file: Path) -> None:
    metadata = pq.read_metadata(file)
    assert scan.parquet_bytes(metadata, {"id", "amount"}) == chunks(file, "id", "amount") + footer(file)
    assert scan.parquet_bytes(metadata, set()) == footer(file)


def test_every_column_is_nearly_the_file(file: Path, orders: Any) -> None:
    total = scan.parquet_bytes(pq.read_metadata(file), set(orders.column_names))
    assert 0 <= file.stat().st_size - total < 64


@pytest.mark.parametrize(
    ("condition", "groups"),
    [
        (Condition("id", "=", (15_000,)), range(1, 2)),
        (Condition("id", "<", (10_000,)), range(1)),
        (Condition("id", "<=", (10_000,)), range(2)),
        (Condition("id", ">", (29_999,)), range(3, 4)),
        (Condition("id", ">=", (29_999,)), range(2, 4)),
        (Condition("id", "in", (1, 2)), range(1)),
        (Condition("id", "=", (-1,)), range(0)),
        (Condition("day", "=", ("2026-01-12",)), range(1, 2)),
        (Condition("amount", ">", (Decimal("1000"),)), range(0)),
        (Condition("note", "=", ("zzz",)), range(0)),
        (Condition("nothing", "=", (1,)), range(0)),
        (Condition("id", "null", ()), range(0)),
        (Condition("nothing", "null", ()), range(4)),
        (Condition("id", "=", ("text",)), range(4)),
        (Condition("absent", "=", (1,)), range(4)),
    ],
    ids=str,
)
def test_row_groups_that_statistics_rule_out_are_free(file: Path, condition: Condition, groups: range) -> None:
    total = scan.parquet_bytes(pq.read_metadata(file), {"amount"}, [condition])
    assert total == chunks(file, "amount", groups=groups) + footer(file)


def test_a_query_is_billed_for_ten_megabytes_at_least() -> None:
    assert [scan.billed_bytes(size) for size in (0, 1, 10_000_001)] == [0, 10_000_000, 10_000_001]


@pytest.mark.parametrize(
    ("sql", "columns", "conditions"),
    [
        ("SELECT sum(amount) FROM orders", {"amount"}, []),
        ("SELECT max(note), sum(amount) FROM orders", {"amount", "note"}, []),
        ("SELECT sum(amount) FROM orders WHERE id >= 30000", {"amount", "id"}, [Condition("id", ">=", (30_000,))]),
    ],
)
def test_the_count_agrees_with_what_duckdb_reads(
    file: Path, tmp_path: Path, sql: str, columns: set[str], conditions: list[Condition]
) -> None:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(f"CREATE VIEW orders AS SELECT * FROM read_parquet('{file}')")
    profile = tmp_path / "profile.json"
    connection.execute(f"PRAGMA enable_profiling = 'json'; PRAGMA profiling_output = '{profile}'")
    connection.execute(sql).fetchall()
    connection.close()
    document = json.loads(profile.read_text())
    read = document.get("io", document).get("total_bytes_read")
    counted = scan.parquet_bytes(pq.read_metadata(file), columns, conditions)
    # DuckDB reads ahead in whole blocks, so it is a little above.
    assert counted <= read * 1.02
    assert read <= counted * 1.25 + 16_384


def put_months(lake: Lake, orders: Any) -> dict[str, int]:
    lake.create_table("orders", {"id": "bigint", "amount": "decimal(10,2)", "note": "string"}, {"month": "string"})
    sizes = {}
    for index in range(4):
        month = f"2026-0{index + 1}"
        part = orders.slice(index * GROUP, GROUP).drop_columns(["day", "nothing"])
        sizes[month] = lake.put_parquet(f"orders/month={month}/a.parquet", part)
        lake.add_partition("orders", "month", month)
    return sizes


def test_predicates_on_partitions_prune_through_subqueries_views_and_joins(lake: Lake, orders: Any) -> None:
    put_months(lake, orders)
    whole = lake.scanned("SELECT sum(amount) FROM orders")
    one = lake.scanned("SELECT sum(amount) FROM orders WHERE month = '2026-02'")
    assert 0.2 * whole < one < 0.3 * whole
    for sql in (
        "SELECT sum(amount) FROM (SELECT * FROM orders) AS o WHERE o.month = '2026-02'",
        "WITH o AS (SELECT amount, month AS m FROM orders) SELECT sum(amount) FROM o WHERE m = '2026-02'",
        "SELECT sum(amount) FROM orders JOIN (VALUES 1) AS t(x) ON x = 1 AND month = '2026-02'",
        "SELECT sum(amount) FROM orders WHERE substr(month, 6) = '02' AND amount IS NOT NULL",
        "SELECT sum(amount) FROM orders WHERE month BETWEEN '2026-02' AND '2026-02'",
        "SELECT sum(amount) FROM orders WHERE month IN ('2026-02', '2031-01')",
    ):
        assert lake.scanned(sql) == one, sql


def test_a_filter_after_an_outer_join_or_a_limit_prunes_nothing(lake: Lake, orders: Any) -> None:
    put_months(lake, orders)
    whole = lake.scanned("SELECT id, month FROM orders")
    outer = "SELECT count(o.id), count(*) FROM (VALUES '2026-09') AS t(m) LEFT JOIN orders AS o ON o.month = t.m"
    rows, scanned = lake.query(f"{outer} WHERE o.month IS NULL")
    assert rows == [("0", "1")]
    assert scanned == whole
    assert lake.scanned("SELECT id FROM (SELECT id, month FROM orders LIMIT 5) AS o WHERE month = '2026-02'") == whole


def test_a_with_query_is_scanned_for_each_reference(lake: Lake, orders: Any) -> None:
    put_months(lake, orders)
    once = lake.scanned("WITH o AS (SELECT sum(amount) AS s FROM orders) SELECT s FROM o")
    twice = lake.scanned("WITH o AS (SELECT sum(amount) AS s FROM orders) SELECT a.s FROM o AS a, o AS b")
    never = lake.scanned("WITH o AS (SELECT sum(amount) AS s FROM orders) SELECT 1")
    assert (twice, never) == (2 * once, 0)


def test_columns_of_unused_projections_are_free(lake: Lake, orders: Any) -> None:
    put_months(lake, orders)
    direct = lake.scanned("SELECT sum(amount) FROM orders")
    assert lake.scanned("SELECT sum(amount) FROM (SELECT amount, note, id FROM orders) AS o") == direct
    assert lake.scanned("SELECT sum(amount), max(note) FROM orders") > direct


def test_text_counts_whole_files_of_the_partitions_that_remain(lake: Lake) -> None:
    lake.create_table("logs", {"id": "int"}, {"day": "string"}, stored_as="TEXTFILE")
    for day, size in (("a", 10), ("b", 20)):
        lake.s3.put_object(Bucket="lake", Key=f"logs/day={day}/x", Body=b"1\n" * size)
        lake.add_partition("logs", "day", day)
    assert lake.query("SELECT count(*) FROM logs") == ([("30",)], 60)
    assert lake.query("SELECT count(*) FROM logs WHERE day = 'b'") == ([("20",)], 40)


def test_projected_numbers_match_however_many_digits_their_folders_have(lake: Lake) -> None:
    lake.create_table("hourly", {"id": "int"}, {"hour": "int"}, stored_as="TEXTFILE")
    lake.set_parameters(
        "hourly",
        projection__enabled="true",
        projection__hour__type="integer",
        projection__hour__range="0,23",
        projection__hour__digits="2",
    )
    for hour in ("05", "06"):
        lake.s3.put_object(Bucket="lake", Key=f"hourly/hour={hour}/x", Body=b"1\n")
    assert lake.query("SELECT id, hour FROM hourly WHERE hour = 5") == ([("1", "5")], 2)


def test_hidden_and_empty_files_are_no_part_of_a_table(lake: Lake) -> None:
    lake.create_table("plain", {"id": "int"}, stored_as="TEXTFILE")
    for key, body in (("a", b"1\n"), ("_SUCCESS", b"x"), (".tmp", b"y"), ("_lineage/z", b"z"), ("empty", b"")):
        lake.s3.put_object(Bucket="lake", Key=f"plain/{key}", Body=body)
    assert lake.query("SELECT id FROM plain") == ([("1",)], 2)


def test_a_column_that_a_file_lacks_is_null_and_free(lake: Lake) -> None:
    lake.create_table("grown", {"id": "int", "added": "string"})
    lake.put_parquet("grown/old.parquet", pa.table({"id": pa.array([1], pa.int32())}))
    lake.put_parquet("grown/new.parquet", pa.table({"id": pa.array([2], pa.int32()), "added": ["x"]}))
    rows, _ = lake.query("SELECT id, added FROM grown ORDER BY id")
    assert rows == [("1", None), ("2", "x")]


def test_fails_when_a_file_has_another_type_than_the_table(lake: Lake) -> None:
    lake.create_table("typed", {"id": "int"})
    lake.put_parquet("typed/a.parquet", pa.table({"id": ["x"]}))
    with pytest.raises(Exception, match="HIVE_BAD_DATA: Field id's type string in parquet file"):
        lake.query("SELECT id FROM typed")


def test_names_of_columns_that_hold_quotes_are_names_and_no_sql(lake: Lake) -> None:
    column, key = 'note", 1 AS "x', "it's \"1"
    lake.create_table("quotes", {column: "string"}, {key: "string"})
    assert lake.query("SELECT * FROM quotes")[0] == []
    lake.put_parquet(f"quotes/{key}=a/1.parquet", pa.table({column: ["yes"]}))
    lake.add_partition("quotes", key, "a")
    assert lake.query("""SELECT * FROM quotes WHERE "it's ""1" = 'a'""")[0] == [("yes", "a")]
