from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop.emulator.athena import workgroups
from laptop.emulator.athena.results import ResultSet, csv_bytes, page, read_csv
from laptop.emulator.athena.types import parse_hive
from laptop.emulator.athena.values import text
from laptop.emulator.registry import ServiceError

CELLS = st.none() | st.text(st.characters(exclude_categories=["Cs"]))


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width))))
def test_a_result_file_reads_back_as_it_was_written(rows: list[list[str | None]]) -> None:
    names = [f"c{index}" for index in range(len(rows[0]) if rows else 1)]
    assert read_csv(csv_bytes(ResultSet(names, ["varchar"] * len(names), list(rows)))) == [names, *rows]


def test_the_first_page_of_a_select_starts_with_the_names() -> None:
    result = ResultSet(["a"], ["decimal(10,2)"], [["1"], [None], ["3"]])
    first, following = page(result, 0, 2)
    assert first["Rows"] == [{"Data": [{"VarCharValue": "a"}]}, {"Data": [{"VarCharValue": "1"}]}]
    assert (first["ResultSetMetadata"]["ColumnInfo"][0]["Precision"], following) == (10, 2)
    last, end = page(result, 2, 2)
    assert (last["Rows"][0], end) == ({"Data": [{}]}, None)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, None),
        (True, "true"),
        (Decimal("1E+2"), "100"),
        (1e7, "1.0E7"),
        (0.001, "0.001"),
        (1.5e-5, "1.5E-5"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4, 5, 6000), "2026-01-02 03:04:05.006"),
        (dt.timedelta(days=1, seconds=1), "1 00:00:01.000"),
        (b"hi", "68 69"),
        ([1, None, "x"], "[1, null, x]"),
        ({"a": [True]}, "{a=[true]}"),
    ],
    ids=str,
)
def test_values_print_as_in_athena(value: Any, printed: str | None) -> None:
    assert text(value) == printed


@pytest.mark.parametrize(
    ("hive", "duckdb", "trino"),
    [
        ("string", "VARCHAR", "varchar"),
        ("decimal(10,2)", "DECIMAL(10,2)", "decimal(10,2)"),
        ("varchar(5)", "VARCHAR", "varchar(5)"),
        ("array<map<string,int>>", "MAP(VARCHAR, INTEGER)[]", "array(map(varchar, integer))"),
        (
            "struct<a:int,b:array<double>>",
            'STRUCT("a" INTEGER, "b" DOUBLE[])',
            'row("a" integer, "b" array(double))',
        ),
    ],
)
def test_hive_types_become_those_of_duckdb_and_trino(hive: str, duckdb: str, trino: str) -> None:
    assert (parse_hive(hive).duckdb, parse_hive(hive).trino) == (duckdb, trino)


@pytest.mark.parametrize("hive", ["", "strin", "array<int", "struct<a int>", "int)"])
def test_fails_for_a_type_that_athena_cannot_read(hive: str) -> None:
    with pytest.raises(ValueError, match="type"):
        parse_hive(hive)


def test_fails_to_create_a_workgroup_with_a_limit_below_ten_megabytes() -> None:
    def call(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("the workgroup must not be created")

    with pytest.raises(ServiceError, match="BytesScannedCutoffPerQuery must be at least 10000000; got 1"):
        workgroups.create({"Name": "tiny", "Configuration": {"BytesScannedCutoffPerQuery": 1}}, call)
