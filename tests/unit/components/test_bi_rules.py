"""Row-level rules as SQL: asked for real, so that a quote or a missing value says what it says in Athena."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest
import sqlglot

from components.bi_rules import rules_columns, rules_sql
from dashboards.model import RowAccess, RowRule


def access(*rules: RowRule, columns: Sequence[str] = ("segment",)) -> RowAccess:
    return RowAccess(columns=tuple(columns), rules=rules, tags={})


def rule(group: str, **values: tuple[str, ...]) -> RowRule:
    return RowRule(group=group, values=values)


def answer(rules: RowAccess) -> tuple[list[str], list[tuple[str | None, ...]]]:
    sql = sqlglot.transpile(rules_sql(rules), read="athena", write="duckdb")[0]
    found = duckdb.execute(sql)
    return [column[0] for column in found.description or ()], found.fetchall()


def test_each_group_has_a_row_and_what_is_not_restricted_is_null() -> None:
    rules = access(
        rule("lake-managers"),
        rule("lake-retention", segment=("lapsing", "lost")),
        rule("lake-north", segment=("new",), country=("NO",)),
        columns=("segment", "country"),
    )
    assert answer(rules) == (
        ["GroupName", "segment", "country"],
        [("lake-managers", None, None), ("lake-retention", "lapsing,lost", None), ("lake-north", "new", "NO")],
    )


def test_the_group_is_written_as_quicksight_looks_for_it() -> None:
    assert rules_columns(access(rule("a"))) == ["GroupName", "segment"]
    assert 'AS "GroupName"' in rules_sql(access(rule("a")))


def test_a_quote_in_a_value_ends_no_text() -> None:
    rules = access(rule("lake-o'brien", segment=("it's", "'; DROP TABLE orders; --")))
    assert answer(rules)[1] == [("lake-o'brien", "it's,'; DROP TABLE orders; --")]


def test_a_column_that_is_a_word_of_sql_is_quoted() -> None:
    assert answer(access(rule("a", order=("x",)), columns=("order",)))[0] == ["GroupName", "order"]


def test_fails_where_everybody_would_see_everything() -> None:
    with pytest.raises(ValueError, match=r"row-level security by \['segment'\] must have a rule; got none"):
        rules_sql(access())
    with pytest.raises(ValueError, match="must not be empty"):
        rules_sql(access(rule("a", segment=())))


@pytest.mark.parametrize("value", ["one, two", 'say "x"', ""])
def test_fails_for_a_value_that_quicksight_would_read_as_others(value: str) -> None:
    with pytest.raises(ValueError, match=r"must not be empty or have a comma or a quote; got "):
        rules_sql(access(rule("a", segment=(value,))))
