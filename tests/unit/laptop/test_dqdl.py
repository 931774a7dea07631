from __future__ import annotations

import pytest

from laptop.emulator.dqdl import Condition, DqdlError, Rule, Value, parse

RULESET = r"""
# What a contract emits.
Rules = [
    RowCount > 0,
    IsComplete "order_id",
    Completeness "amount" >= 0.95,
    ColumnValues "status" in ["new", "old \"x\"", NULL] with threshold > 0.9,
    ColumnValues "day" matches "^\d{4}-\d{2}$" where "region = 'EU'",
    ColumnValues "age" not between -1 and 1.5,
    ColumnValues "at" > (now() - 3 days),
    (IsUnique "a") or (Uniqueness "a" > 0.5),
    CustomSql "select count(*) from primary" between 1 and 10
]
Analyzers = [ Completeness "x" ]
"""


def test_ruleset_is_read() -> None:
    rules = parse(RULESET)
    assert [rule.kind for rule in rules] == [
        "RowCount",
        "IsComplete",
        "Completeness",
        "ColumnValues",
        "ColumnValues",
        "ColumnValues",
        "ColumnValues",
        "or",
        "CustomSql",
    ]
    assert rules[0] == Rule("RowCount", (), Condition(">", (Value("number", "0"),)), None, "", "RowCount > 0")


def test_list_threshold_and_keyword_are_read() -> None:
    rule = parse(RULESET)[3]
    assert rule.condition == Condition(
        "in", (Value("string", "new"), Value("string", 'old "x"'), Value("keyword", "NULL"))
    )
    assert rule.threshold == Condition(">", (Value("number", "0.9"),))


def test_regular_expression_keeps_its_backslashes_and_the_filter_its_sql() -> None:
    rule = parse(RULESET)[4]
    assert rule.condition == Condition("matches", (Value("string", r"^\d{4}-\d{2}$"),))
    assert rule.where == "region = 'EU'"


def test_negative_and_fractional_bounds_are_read() -> None:
    assert parse(RULESET)[5].condition == Condition("not between", (Value("number", "-1"), Value("number", "1.5")))


def test_moment_is_an_offset_from_now() -> None:
    assert parse(RULESET)[6].condition == Condition(">", (Value("now", "-259200.0"),))


def test_composite_rule_has_its_parts_and_its_text() -> None:
    rule = parse(RULESET)[7]
    assert [part.kind for part in rule.parts] == ["IsUnique", "Uniqueness"]
    assert rule.text == '(IsUnique "a") or (Uniqueness "a" > 0.5)'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "Rules = "),
        ("Rules = [ ]", "one rule at least"),
        ("Rules = [ RowCount > ]", "operand"),
        ("Rules = [ RowCount > 0", r"end with \]"),
        ("Checks = [ RowCount > 0 ]", "Checks"),
        ('Rules = [ ColumnValues "a" in ["x" ]', "operand|end with|in the ruleset"),
        ('Rules = [ ColumnValues "a" between 1 or 2 ]', "'and'"),
        ("Rules = [ RowCount ~ 3 ]", "must be DQDL"),
    ],
)
def test_fails_on_what_is_no_dqdl(text: str, named: str) -> None:
    with pytest.raises(DqdlError, match=named):
        parse(text)


@pytest.mark.parametrize(
    ("operator", "values", "metric", "holds"),
    [
        ("between", ("1", "3"), 2, True),
        ("between", ("1", "3"), 1, False),
        ("between", ("1", "3"), 3, False),
        ("not between", ("1", "3"), 3, True),
        (">=", ("0.5",), 0.5, True),
        ("in", ("1", "2"), 2, True),
        ("!=", ("1",), 1, False),
    ],
)
def test_condition_on_a_metric(operator: str, values: tuple[str, ...], metric: float, holds: bool) -> None:
    assert Condition(operator, tuple(Value("number", value) for value in values)).holds(metric) is holds
