from __future__ import annotations

import re

import pytest

from laptop.emulator.firehose.prefixes import PrefixError, evaluate

OLDEST = 1_710_325_274.0  # 2024-03-13T10:21:14Z


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("plain/", "plain/2024/03/13/10/"),
        ("", "2024/03/13/10/"),
        ("t/event_date=!{partitionKeyFromQuery:day}/", "t/event_date=2024-03-12/"),
        ("t/!{timestamp:yyyy-MM-dd}/!{timestamp:HH}/", "t/2024-03-13/10/"),
        ("t/!{timestamp:'year='yyyy'/month='MM/}", "t/year=2024/month=03/"),
        ("e/!{firehose:error-output-type}/", "e/processing-failed/"),
    ],
)
def test_expressions_are_evaluated(prefix: str, expected: str) -> None:
    assert evaluate(prefix, OLDEST, {"day": "2024-03-12"}, "processing-failed") == expected


def test_random_strings_differ() -> None:
    first, second = (evaluate("!{firehose:random-string}/", OLDEST, {}) for _ in range(2))
    assert re.fullmatch(r"[A-Za-z0-9]{11}/", first)
    assert first != second


@pytest.mark.parametrize("prefix", ["!{partitionKeyFromQuery:other}/", "!{timestamp:YYYY}/", "!{unknown:x}/"])
def test_fails_for_an_expression_without_a_value(prefix: str) -> None:
    with pytest.raises(PrefixError):
        evaluate(prefix, OLDEST, {})
