"""The quick judgement of events never disagrees with the thorough one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_common.contract import Column, Contract, ContractError
from lake_common.stream_events import BadEventError, EventCheck

from contracts.loader import load

CHECK = EventCheck(load("clicks"))
GOOD = {
    "event_id": "e",
    "user_id": "u",
    "event": "rate",
    "product": "p",
    "value": 3.5,
    "event_time": "2026-11-21T15:04:05.123Z",
    "source": "ratings",
    "schema_version": 1,
}
STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, "", "x", "X y", "x" * 200, "ä\n", "\ud800", 0, 1, 2, -1, 2**70, 10**400, True, 1.5, -0.0, 1e308),
        *([], {}, ["x"], "2026-11-21", "2026-11-21T15:04:05Z", "1994-01-01T00:00:00Z", "1995-01-01T00:00:00+14:00"),
        *("20261121T150405Z", "2026-W01-1T00:00Z", "2026-11-21T25:00:00Z", "0001-01-01T00:00:00-14:00", "abcd-ef-ghZ"),
    ]
)


@given(st.dictionaries(st.sampled_from([*GOOD, "page", "session_id", "extra", "shard_id"]), STRANGE, max_size=3))
def test_event_that_looks_usual_has_no_problem(changes: dict[str, Any]) -> None:
    event = GOOD | changes
    try:
        usual = CHECK._looks_usual(event)
    except (LookupError, TypeError, ValueError):
        usual = False
    if usual and _is_utf8(event):
        assert CHECK.problems(event) == []


def _is_utf8(event: dict[str, Any]) -> bool:
    """Others reach the quick judgement only with an escape in their text, which rules it out."""
    return "\\ud" not in json.dumps(event)


@given(st.dictionaries(st.sampled_from([*GOOD, "page", "extra"]), STRANGE, max_size=3))
def test_event_is_read_if_and_only_if_it_has_no_problem(changes: dict[str, Any]) -> None:
    event = GOOD | changes
    data = json.dumps(event).encode()
    problems = CHECK.problems(event)
    if problems:
        with pytest.raises(BadEventError):
            CHECK.read(data)
    else:
        assert CHECK.read(data)[1] == event


def test_usual_event_is_recognized_without_a_closer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    check = EventCheck(load("clicks"))
    monkeypatch.setattr(check, "problems", lambda event: pytest.fail("looked closer"))

    assert check.read(json.dumps(GOOD).encode())[1] == GOOD


def test_number_without_a_fraction_is_a_number() -> None:
    assert CHECK.read(json.dumps(GOOD | {"value": 4}).encode())[1]["value"] == 4


def test_number_that_no_double_holds_is_refused() -> None:
    data = json.dumps(GOOD).encode().replace(b"3.5", b"1e999")

    with pytest.raises(BadEventError, match="value must be between"):
        CHECK.read(data)


def test_fails_on_a_column_type_that_no_event_can_have() -> None:
    column = Column(name="tags", type="array<string>", description="", primary_key=True)
    contract = Contract(name="t", product="t", zone="curated", version="1", description="", columns=(column,))

    with pytest.raises(ContractError, match="tags has type 'array<string>'"):
        EventCheck(contract)


def test_any_bytes_are_read_or_refused() -> None:
    @given(st.binary(max_size=100))
    def judge(data: bytes) -> None:
        with pytest.raises(BadEventError):
            CHECK.read(data)

    judge()
