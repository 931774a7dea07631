"""The calculated columns of data sets, computed as the laptop does it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot

from contracts.loader import load_contracts
from dashboards.catalog import load
from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import parse
from tests.data.query_lake import QueryLake

DATA_SETS = {data_set.name: data_set for data_set in load(load_contracts()).data_sets}
DUCKDB = {"STRING": "varchar", "INTEGER": "bigint", "DECIMAL": "double", "DATETIME": "timestamp", "BOOLEAN": "boolean"}

CASES: list[tuple[str, str, dict[str, Any], object]] = [
    ("orders", "weekday", {"weekday_number": 1}, "Monday"),
    ("orders", "weekday", {"weekday_number": 6}, "Saturday"),
    ("orders", "weekday", {"weekday_number": 7}, "Sunday"),
    ("orders", "size", {"quantity": 1}, "1 CD"),
    ("orders", "size", {"quantity": 2}, "2 CDs"),
    ("orders", "size", {"quantity": 5}, "3 to 5 CDs"),
    ("orders", "size", {"quantity": 6}, "6 CDs and more"),
    ("customers", "habit", {"orders": 1}, "bought once"),
    ("customers", "habit", {"orders": 3}, "bought 2 or 3 times"),
    ("customers", "habit", {"orders": 9}, "bought 4 to 9 times"),
    ("customers", "habit", {"orders": 10}, "bought 10 times and more"),
    ("clicks", "visits", {"step": 1}, 1),
    ("clicks", "visits", {"step": 2}, 0),
    ("clicks", "visits", {"step": None}, 0),
    ("pipeline-runs", "rows_accepted", {"rows_new": 10, "rows_invalid": 3}, 7),
    ("quarantine", "kind", {"reason": "duplicate"}, "a copy"),
    ("quarantine", "kind", {"reason": "superseded"}, "an older version"),
    ("quarantine", "kind", {"reason": "amount: negative"}, "breaks the contract"),
    ("usage", "scanned_mib", {"scanned_bytes": 3 * 2**19}, 1.5),
    ("usage", "scanned_mib", {"scanned_bytes": None}, None),
]


@pytest.fixture(scope="module")
def lake() -> QueryLake:
    return QueryLake()


@pytest.mark.parametrize(("data_set", "column", "given", "expected"), CASES)
def test_a_calculated_column_gives_what_it_says(
    lake: QueryLake, data_set: str, column: str, given: dict[str, Any], expected: object
) -> None:
    types = {item.name: item.type for item in DATA_SETS[data_set].columns}
    made = next(item for item in DATA_SETS[data_set].calculated if item.name == column)
    found = compile_column(parse(made.expression), types)
    assert found.type == made.type
    cells = ", ".join(f"cast({_literal(value)} as {DUCKDB[types[name]]}) as {name}" for name, value in given.items())
    (sql,) = sqlglot.transpile(found.sql, read="athena", write="duckdb")
    assert lake.sql(f"select {sql} from (select {cells})") == [(expected,)]


def test_every_calculated_column_is_tried() -> None:
    tried = {(data_set, column) for data_set, column, _, _ in CASES}
    assert tried == {(data_set.name, made.name) for data_set in DATA_SETS.values() for made in data_set.calculated}


def _literal(value: object) -> str:
    return "null" if value is None else repr(value)
