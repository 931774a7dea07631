"""The SQL of data sets, run on DuckDB over tables of the contracts' types, against what the data sets declare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from contracts.loader import load_contracts
from dashboards.catalog import load
from dashboards.model import DataSet
from tests.data.query_lake import CONTRACTS, QueryLake

DATA_SETS = {data_set.name: data_set for data_set in load(load_contracts()).data_sets}
EACH = pytest.mark.parametrize("data_set", DATA_SETS.values(), ids=lambda data_set: data_set.name)
SCHEMA: Any = {
    f"lake_{zone}": {
        contract.name: {column.name: column.type for column in contract.columns}
        for contract in CONTRACTS.values()
        if contract.zone == zone
    }
    for zone in ("curated", "analytics")
}
# How DuckDB calls what QuickSight reads as one of its types.
TYPES = {
    "VARCHAR": "STRING",
    "BOOLEAN": "BOOLEAN",
    "TINYINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "INTEGER": "INTEGER",
    "BIGINT": "INTEGER",
    "HUGEINT": "INTEGER",
    "FLOAT": "DECIMAL",
    "DOUBLE": "DECIMAL",
    "DECIMAL": "DECIMAL",
    "DATE": "DATETIME",
    "TIMESTAMP": "DATETIME",
}


def query_of(data_set: DataSet) -> str:
    """Write what QuickSight asks Athena: the SQL, or all declared columns of the table."""
    if data_set.sql is not None:
        return data_set.sql
    (table,) = data_set.tables
    names = ", ".join(column.name for column in data_set.columns)
    return f"select {names} from lake_{CONTRACTS[table].zone}.{table}"


def rows_of(lake: QueryLake, name: str) -> list[dict[str, Any]]:
    data_set = DATA_SETS[name]
    (statement,) = sqlglot.transpile(query_of(data_set), read="athena", write="duckdb")
    names = [column.name for column in data_set.columns]
    return [dict(zip(names, row, strict=True)) for row in lake.sql(statement)]


@pytest.fixture(scope="module")
def empty_lake() -> QueryLake:
    return QueryLake()


@EACH
def test_the_query_is_one_select_in_the_dialect_and_parses_as_trinos(data_set: DataSet) -> None:
    for dialect in ("athena", "trino"):
        (tree,) = sqlglot.parse(query_of(data_set), read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
        assert isinstance(tree, exp.Select)


@EACH
def test_the_query_gives_the_declared_columns_with_the_declared_types(data_set: DataSet, empty_lake: QueryLake) -> None:
    (statement,) = sqlglot.transpile(query_of(data_set), read="athena", write="duckdb")
    found = [(name, TYPES[kind.split("(")[0]]) for name, kind, *_ in empty_lake.sql(f"describe {statement}")]
    assert found == [(column.name, column.type) for column in data_set.columns]


@EACH
def test_an_empty_lake_gives_no_row_and_no_error(data_set: DataSet, empty_lake: QueryLake) -> None:
    (statement,) = sqlglot.transpile(query_of(data_set), read="athena", write="duckdb")
    assert empty_lake.sql(statement) == []


@EACH
def test_the_declared_sources_are_exactly_the_columns_that_the_query_reads(data_set: DataSet) -> None:
    read = set(_columns_read(query_of(data_set)))
    assert {source for column in data_set.columns for source in column.sources} == read
    assert set(data_set.tables) == {source.split(".")[0] for source in read}


def _columns_read(query: str) -> Iterator[str]:
    tree = qualify(sqlglot.parse_one(query, read="athena"), schema=SCHEMA, dialect="athena")
    tables = {table.alias: table.name for table in tree.find_all(exp.Table)}
    for column in tree.find_all(exp.Column):
        if column.table in tables:
            yield f"{tables[column.table]}.{column.name}"


@EACH
def test_tables_are_named_with_their_database_for_a_data_source_has_none(data_set: DataSet) -> None:
    for table in sqlglot.parse_one(query_of(data_set), read="athena").find_all(exp.Table):
        assert table.db == f"lake_{CONTRACTS[table.name].zone}"


def order(number: int, customer: int, day: date) -> dict[str, object]:
    return {
        "order_id": f"o-{number}",
        "customer_id": customer,
        "order_date": day,
        "quantity": 2,
        "amount": Decimal("12.50"),
        "order_month": f"{day:%Y-%m}",
    }


def standing(customer: int, segment: str, start: date, *, current: bool) -> dict[str, object]:
    return {
        "customer_id": customer,
        "valid_from": start,
        "valid_to": date(9999, 12, 31) if current else start + timedelta(days=31),
        "is_current": current,
        "segment": segment,
        "orders": 3,
        "revenue": Decimal("37.50"),
        "last_order_date": start,
    }


def test_an_order_is_there_once_with_the_segment_of_today() -> None:
    lake = QueryLake()
    lake.put("orders", [order(1, 7, date(1997, 3, 3)), order(2, 7, date(1997, 3, 9)), order(3, 8, date(1998, 6, 30))])
    history = [(7, "new", date(1997, 3, 31), False), (7, "lost", date(1997, 4, 30), True)]
    lake.put("customer_history", [standing(c, segment, start, current=now) for c, segment, start, now in history])
    found = {row["order_id"]: (row["segment"], row["weekday_number"]) for row in rows_of(lake, "orders")}
    # 3 March 1997 was a Monday; customer 8 has not lived to see a month's end.
    assert found == {"o-1": ("lost", 1), "o-2": ("lost", 7), "o-3": ("not assessed", 2)}


def test_a_customer_is_one_row_and_nothing_in_it_names_them() -> None:
    lake = QueryLake()
    history = [(7, "new", False), (7, "lost", True), (8, "new", True)]
    lake.put("customer_history", [standing(c, s, date(1997, 3, 31), current=now) for c, s, now in history])
    found = rows_of(lake, "customers")
    assert sorted(row["segment"] for row in found) == ["lost", "new"]
    assert "customer_id" not in found[0]


def click(number: int, user: str, session: str | None, event: str, at: datetime) -> dict[str, object]:
    return {
        "event_id": f"e-{number}",
        "user_id": user,
        "session_id": session,
        "event": event,
        "event_time": at,
        "source": "shop",
        "schema_version": 1,
        "event_date": f"{at:%Y-%m-%d}",
    }


def test_marks_count_visits_visitors_and_how_far_they_got() -> None:
    lake, now = QueryLake(), datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
    minute, yesterday = timedelta(minutes=1), now - timedelta(days=1)
    lake.put(
        "clicks",
        [
            click(1, "ada", "s1", "home", now),
            click(2, "ada", "s1", "home", now + minute),
            click(3, "ada", "s2", "cart", now + 2 * minute),
            click(4, "ada", "s0", "home", yesterday),
            click(5, "bob", None, "cart", now),
            click(6, "bob", None, "cart", now + minute),
        ],
    )
    found = sorted(rows_of(lake, "clicks"), key=lambda row: row["event_id"])
    assert [row["step"] for row in found] == [1, 2, 1, 1, None, None]
    assert [row["visitors"] for row in found] == [1, 0, 0, 1, 1, 0]
    assert [row["reached"] for row in found] == [1, 0, 1, 1, 1, 0]


def test_two_events_of_the_same_instant_are_one_visitor() -> None:
    lake, now = QueryLake(), datetime.now()
    lake.put("clicks", [click(number, "ada", "s1", "home", now) for number in (1, 2)])
    assert sorted((row["event_id"], row["visitors"], row["step"]) for row in rows_of(lake, "clicks")) == [
        ("e-1", 1, 1),
        ("e-2", 0, 2),
    ]


def test_clicks_are_forgotten_after_ninety_days() -> None:
    lake, now = QueryLake(), datetime.now()
    lake.put("clicks", [click(age, "ada", "s1", "home", now - timedelta(days=age)) for age in (0, 89, 92)])
    assert sorted(row["event_id"] for row in rows_of(lake, "clicks")) == ["e-0", "e-89"]


def test_a_row_with_two_reasons_counts_for_both_and_keeps_its_content_to_itself() -> None:
    lake = QueryLake()
    common = {"ingest_date": date(2026, 1, 2), "contract_version": "1.0.0", "source_table": "orders", "scope": "file-1"}
    lake.put(
        "quarantine",
        [
            common | {"source_file": "a.csv", "reasons": ["amount: negative", "duplicate"], "raw_record": "secret"},
            common | {"source_file": "b.csv", "reasons": ["duplicate"], "raw_record": "secret"},
        ],
    )
    found = rows_of(lake, "quarantine")
    assert sorted((row["reason"], row["found"], row["files"]) for row in found) == [
        ("amount: negative", 1, 1),
        ("duplicate", 2, 2),
    ]
    assert "secret" not in str(found)


def test_a_run_says_how_long_it_took_and_how_many_columns_drifted() -> None:
    lake, start = QueryLake(), datetime(2026, 1, 2, 3, 4, 5)
    lake.put(
        "pipeline_runs",
        [
            {
                "run_id": "r-1",
                "started_at": start,
                "finished_at": start + timedelta(seconds=90),
                "rows_duplicate": 2,
                "rows_superseded": 3,
                "added_columns": ["a", "b"],
                "widened_columns": ["c"],
            }
        ],
    )
    (found,) = rows_of(lake, "pipeline-runs")
    assert (found["seconds"], found["rows_replaced"], found["drifted_columns"]) == (90, 5, 3)


def test_a_flight_to_an_unknown_airport_by_an_unknown_airline_is_counted_all_the_same() -> None:
    lake = QueryLake()
    flight = {"flight_date": date(2013, 1, 1), "origin": "JFK", "carrier": "UA", "dest": "IAH"}
    lake.put("flights", [flight | {"dep_time": 517, "arr_delay": 11}, flight | {"dep_time": None, "arr_delay": None}])
    lake.put("flights", [flight | {"carrier": "XX", "dest": "XXX", "dep_time": 600, "arr_delay": -4}])
    lake.put("airports", [{"faa": "IAH", "name": "Houston", "lat": 29.98, "lon": -95.34}])
    lake.put("airlines", [{"carrier": "UA", "name": "United"}])
    keys = ("airline", "airport", "latitude", "flights", "cancelled", "arrived", "delay_minutes")
    found = [tuple(row[key] for key in keys) for row in rows_of(lake, "flights")]
    assert sorted(found, key=str) == [
        ("United", "Houston", 29.98, 2, 1, 1, 11),
        (None, None, None, 1, 0, 1, -4),
    ]
