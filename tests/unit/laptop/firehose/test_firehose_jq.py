from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.firehose.jq import QueryError, parse


@pytest.mark.parametrize(
    ("expression", "document", "expected"),
    [
        ("{event_date: .event_time[0:10]}", {"event_time": "2024-03-13T10:21:14Z"}, {"event_date": "2024-03-13"}),
        ("{a:.x,b:.y.z}", {"x": 1, "y": {"z": "deep"}}, {"a": 1, "b": "deep"}),
        ('{"day": .at | strftime("%Y-%m-%d")}', {"at": 0}, {"day": "1970-01-01"}),
        ("{customer}", {"customer": "c1"}, {"customer": "c1"}),
        (
            '{a: ."odd-name", b: .list[1], c: .n | tostring}',
            {"odd-name": 1, "list": [1, 2], "n": 3},
            {"a": 1, "b": 2, "c": "3"},
        ),
        ("{a: .missing.deeper[0:2]}", {}, {"a": None}),
    ],
)
def test_partition_keys_are_what_jq_finds(expression: str, document: Any, expected: dict[str, Any]) -> None:
    assert {name: extract(document) for name, extract in parse(expression).items()} == expected


@pytest.mark.parametrize(
    "expression",
    [".event_time", '{a: .x // "none"}', "{a: (.x | length)}", "{a: .x | ascii_downcase}", "{}", "{a: .x[}"],
)
def test_fails_for_jq_that_the_laptop_would_get_wrong(expression: str) -> None:
    with pytest.raises(QueryError):
        parse(expression)
