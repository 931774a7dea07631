"""Calculated columns, computed by the laptop's Athena from the SQL that QuickSight would send."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from laptop.emulator.athena import engine
from laptop.emulator.quicksight import function_sql
from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import ExpressionError, parse
from laptop.emulator.quicksight.functions import ROW_FUNCTIONS
from laptop.emulator.registry import NotImplementedOnLaptop

TYPES = {"n": "INTEGER", "x": "DECIMAL", "s": "STRING", "t": "DATETIME", "z": "INTEGER", "e": "STRING"}
ROW = (
    "SELECT 7 AS n, 2.5 AS x, 'Ab c' AS s, TIMESTAMP '2026-03-29 14:05:06' AS t,"
    " CAST(NULL AS bigint) AS z, CAST(NULL AS varchar) AS e"
)


CASES: list[tuple[str, Any, str]] = [
    ("{n} / 2", 3.5, "DECIMAL"),
    ("{n} / 0", None, "DECIMAL"),
    ("{n} + {x}", 9.5, "DECIMAL"),
    ("{n} % 4", 3, "INTEGER"),
    ("2 ^ 3", 8, "DECIMAL"),
    ("{s} + '!'", "Ab c!", "STRING"),
    ("concat({s}, '-', {n})", "Ab c-7", "STRING"),
    ("ifelse({n} > 5, 1, {x} > 2, 2.5, 0)", 1.0, "DECIMAL"),
    ("switch({s}, 'x', 'one', 'Ab c', 'two', 'none')", "two", "STRING"),
    ("isNull({z})", 1, "INTEGER"),
    ("isNotNull({z}) or {n} = 7", 1, "INTEGER"),
    ("coalesce({z}, {n})", 7, "INTEGER"),
    ("nullIf({n}, 7)", None, "INTEGER"),
    ("{s} in ('Ab c', 'x')", 1, "INTEGER"),
    ("notIn({n}, [1, 2])", 1, "INTEGER"),
    ("substring({s}, 1, 2)", "Ab", "STRING"),
    ("left({s}, 1) + right({s}, 1)", "Ac", "STRING"),
    ("toUpper({s})", "AB C", "STRING"),
    ("strlen({s})", 4, "INTEGER"),
    ("locate({s}, 'c')", 4, "INTEGER"),
    ("locate({s}, 'b', 3)", 0, "INTEGER"),
    ("contains({s}, 'AB', 'CASE_INSENSITIVE')", 1, "INTEGER"),
    ("replace({s}, 'b', 'd')", "Ad c", "STRING"),
    ("parseInt('12') + parseDecimal('0.5')", 12.5, "DECIMAL"),
    ("parseInt('twelve')", None, "INTEGER"),
    ("ceil({x}) - floor({x})", 1, "INTEGER"),
    ("round({x})", 3.0, "DECIMAL"),
    ("decimalToInt(-2.7)", -2, "INTEGER"),
    ("abs(-{n})", 7, "INTEGER"),
    ("mod({n}, {x})", 2.0, "DECIMAL"),
    ("right({s}, 9)", "Ab c", "STRING"),
    ("right({s}, 0)", "", "STRING"),
    ("endsWith({s}, ' c')", 1, "INTEGER"),
    ("endsWith({s}, 'xAb c')", 0, "INTEGER"),
    ("contains({s}, 'b') = 1", 1, "INTEGER"),
    ("mod({n}, 4)", 3, "INTEGER"),
    ("extract('YYYY', {t}) * 100 + extract('MM', {t})", 202603, "INTEGER"),
    ("extract('WD', {t})", 1, "INTEGER"),
    ("dateDiff({t}, '2026-04-01', 'DD')", 3, "INTEGER"),
    ("dateDiff({t}, '2026-04-01', 'MM')", 1, "INTEGER"),
    ("dateDiff({t}, '2026-04-01')", 3, "INTEGER"),
    ("truncDate('MM', {t})", dt.datetime(2026, 3, 1), "DATETIME"),
    ("truncDate('WK', {t})", dt.datetime(2026, 3, 29), "DATETIME"),
    ("addDateTime(2, 'HH', {t})", dt.datetime(2026, 3, 29, 16, 5, 6), "DATETIME"),
    ("{t} > '2026-01-01'", 1, "INTEGER"),
]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All cases, computed by one query of the laptop's Athena."""
    selected = ", ".join(f"{compile_column(parse(text), TYPES).sql} AS c{n}" for n, (text, _, _) in enumerate(CASES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKE_CACHE_DIR", str(tmp_path_factory.mktemp("athena")))
        with engine.prepare(f"SELECT {selected} FROM ({ROW}) AS r", "default", engine.Control()) as prepared:
            (row,) = prepared.rows(prepared.execute())
    return {text: value for (text, _, _), value in zip(CASES, row, strict=True)}


@pytest.mark.parametrize(("text", "value", "kind"), CASES)
def test_expression_has_the_documented_value_and_type(values: dict[str, Any], text: str, value: Any, kind: str) -> None:
    assert (values[text], compile_column(parse(text), TYPES).type) == (value, kind)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{nothing} + 1", "must use columns that exist .*; got nothing"),
        ("sum({n})", "must be computed row by row; got the aggregation sum"),
        ("{s} * 2", r"\* must have numbers; got \"s\" of type STRING"),
        ("truncDate('DAY', {t})", "must have one of the periods .*; got 'DAY'"),
        ("ifelse({n} = 1, 'x', 2)", "must be of one type; got INTEGER and STRING"),
        ("truncDate({s}, {t})", "must have one of the periods .*; got 'a column'"),
        ("contains({s}, 'B', 'INSENSITIVE')", "must be 'CASE_SENSITIVE' or 'CASE_INSENSITIVE'; got 'INSENSITIVE'"),
        ("${P}", "must be computed from columns and values; got a parameter"),
        ("ifelse({n}, 1, 2)", 'ifelse must have conditions; got "n" of type INTEGER'),
        ("not {n}", "not must have conditions"),
        ("{n} = 1 and {s}", "and must have conditions"),
        ("-{s}", "- must have numbers"),
        ("{s} = 1", "must be of one type; got INTEGER and STRING"),
        ("in({s}, [1])", "must be of one type"),
        ("in({s}, [])", "in must have values to look for; got none"),
    ],
)
def test_fails_for_what_is_no_column_and_says_why(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_column(parse(text), TYPES)


@pytest.mark.parametrize(
    "text", ["addWorkDays({t}, 2)", "formatDate({t}, 'yyyy', 'UTC')", "parseDate({s}, 'yyyy', 'UTC')"]
)
def test_fails_loudly_for_what_runs_on_aws_only(text: str) -> None:
    with pytest.raises(NotImplementedOnLaptop):
        compile_column(parse(text), TYPES)


def test_every_function_of_a_row_has_its_sql_or_is_refused_by_name() -> None:
    known = function_sql.FUNCTIONS.keys() | function_sql.WITH_PERIOD.keys()
    assert ROW_FUNCTIONS.keys() - known == function_sql.NOT_ON_LAPTOP
