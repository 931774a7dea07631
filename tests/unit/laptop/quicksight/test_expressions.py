from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.quicksight import expressions, functions
from laptop.emulator.quicksight.expressions import ExpressionError, parse


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("{order id}", ["column", "order id"]),
        ("amount", ["column", "amount"]),
        ("${Part}", ["parameter", "Part"]),
        (r"'it\'s'", ["value", "it's"]),
        ('"two"', ["value", "two"]),
        ("1.5e3", ["value", 1500.0]),
        ("NULL", ["value", None]),
        ("1 + 2 * 3", ["binary", "+", ["value", 1], ["binary", "*", ["value", 2], ["value", 3]]]),
        ("1 - 2 - 3", ["binary", "-", ["binary", "-", ["value", 1], ["value", 2]], ["value", 3]]),
        ("(1 + 2) * 3", ["binary", "*", ["binary", "+", ["value", 1], ["value", 2]], ["value", 3]]),
        ("-a", ["unary", "-", ["column", "a"]]),
        ("a != 1", ["binary", "<>", ["column", "a"], ["value", 1]]),
        (
            "NOT a = 1 AND b = 2 OR c",
            [
                "binary",
                "or",
                [
                    "binary",
                    "and",
                    ["unary", "not", ["binary", "=", ["column", "a"], ["value", 1]]],
                    ["binary", "=", ["column", "b"], ["value", 2]],
                ],
                ["column", "c"],
            ],
        ),
        ("in({a}, ['x', 'y'])", ["in", ["column", "a"], [["value", "x"], ["value", "y"]], False]),
        ("{a} not in ('x')", ["in", ["column", "a"], [["value", "x"]], True]),
        ("TOUPPER(a) /* loud */", ["call", "toUpper", [["column", "a"]]]),
        ("1 /* of 'two\n */ + /**/ 2", ["binary", "+", ["value", 1], ["value", 2]]),
        ("'http://x /* y */'", ["value", "http://x /* y */"]),
        ("{a /* b */}", ["column", "a /* b */"]),
        (
            "runningSum(sum(a), [{day} ASC, b])",
            [
                "call",
                "runningSum",
                [
                    ["call", "sum", [["column", "a"]]],
                    ["list", [["sort", ["column", "day"], "ASC"], ["column", "b"]]],
                ],
            ],
        ),
    ],
)
def test_expression_becomes_a_tree(text: str, tree: list[Any]) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must go on with 'a value'; got its end"),
        ("(1 + 2", "must go on with '\\)'; got its end"),
        ("1 2", "must have an operator or the end at 2; got '2'"),
        ("{a} ~ 1", "must be readable; got '~ 1' at 3"),
        ("'open", "must be readable"),
        ("1 /* open", "must have 'a value' at 3; got '\\*'"),
        ("1 + /* a */ ~ /* b */ 2", "must be readable; got '/\\* a \\*/ ~"),
        ("sparkle({a})", "must use functions that are known here; got sparkle"),
        ("round({a}, 1, 2)", "round must have 1 to 2 arguments; got 3"),
        ("ifelse({a}, 1, {b}, 2)", "ifelse must end with the value of no condition; got 4"),
        ("in({a})", "in must have a field and values; got 1"),
    ],
)
def test_fails_for_what_is_no_expression_and_says_where(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text)


def test_what_an_expression_uses_is_found_at_every_depth() -> None:
    tree = parse("ifelse({a} in ({b}, ${P}), sum({c}) / 2, -avgOver({d}, [{e}]))")
    assert expressions.columns(tree) == {"a", "b", "c", "d", "e"}
    assert expressions.parameters(tree) == {"P"}
    assert expressions.functions(tree) == {"ifelse", "sum", "avgOver"}


def test_no_function_is_both_of_a_row_and_of_many() -> None:
    assert not functions.ROW_FUNCTIONS.keys() & functions.AGGREGATE_FUNCTIONS.keys()
