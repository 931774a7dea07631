from datetime import UTC, datetime, timedelta
from typing import Any

from laptop.demo.pipelines import Execution, key_prefixes, spans

START = datetime(2026, 1, 1, tzinfo=UTC)


def _events(*events: tuple[int, str, str]) -> list[dict[str, Any]]:
    return [
        {"timestamp": START + timedelta(seconds=second), "type": kind, "stateEnteredEventDetails": {"name": name}}
        for second, kind, name in events
    ]


def _seconds(history: list[dict[str, Any]]) -> list[tuple[str, float, float]]:
    return [
        (span.state, (span.begun - START).total_seconds(), (span.ended - START).total_seconds())
        for span in spans(history)
    ]


def test_a_state_lasts_until_its_last_event() -> None:
    history = _events(
        (0, "ExecutionStarted", ""),
        (1, "TaskStateEntered", "Claim"),
        (2, "TaskSucceeded", ""),
        (3, "TaskStateExited", ""),
        (3, "TaskStateEntered", "Curate"),
        (9, "TaskScheduled", ""),
    )
    assert _seconds(history) == [("Claim", 1, 3), ("Curate", 3, 9)]


def test_states_inside_a_map_count_as_the_map() -> None:
    history = _events(
        (0, "MapStateEntered", "CheckQuality"),
        (1, "TaskStateEntered", "StartEvaluation"),
        (2, "TaskStateExited", ""),
        (3, "SucceedStateEntered", "Good"),
        (4, "MapStateExited", ""),
        (4, "TaskStateEntered", "Curate"),
        (6, "TaskStateExited", ""),
    )
    assert _seconds(history) == [("CheckQuality", 0, 4), ("Curate", 4, 6)]


def test_a_map_of_nothing_does_not_hide_what_follows() -> None:
    history = _events(
        (0, "MapStateEntered", "Verify"),
        (1, "MapStateExited", ""),
        (1, "TaskStateEntered", "MarkSucceeded"),
    )
    assert [state for state, _, _ in _seconds(history)] == ["Verify", "MarkSucceeded"]


def test_an_execution_that_has_ended_stops_its_clock() -> None:
    execution = Execution("orders", "arn", "key", START, ended=START + timedelta(seconds=7))
    assert execution.seconds == 7


def test_rules_that_wait_for_objects_are_known_by_the_beginnings_of_keys() -> None:
    pattern = '{"detail": {"object": {"key": [{"prefix": "flights/"}, {"prefix": "weather/"}, {"suffix": ".csv"}]}}}'

    assert key_prefixes({"Name": "NewObject", "EventPattern": pattern}) == {"flights/", "weather/"}
    assert key_prefixes({"Name": "Failed", "EventPattern": '{"detail": {"state": ["FAILED"]}}'}) == set()
    assert key_prefixes({"Name": "Daily", "ScheduleExpression": "rate(1 day)"}) == set()
