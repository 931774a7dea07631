"""Tumbling windows: state from invocation to invocation, and the end of a window."""

from __future__ import annotations

from typing import Any

from laptop.emulator.esm.lane import Failed, Invoke, Lane, Record, Succeeded, Wait
from laptop.emulator.esm.settings import Settings
from laptop.emulator.esm.windows import STATE_LIMIT_BYTES

MINUTE = 1_700_000_040.0
SETTINGS = Settings(batch_size=2, tumbling_window_seconds=60, backoff_seconds=1)


def record(number: int, second: float) -> Record:
    return Record(f"{number:03d}", "key", "data", MINUTE + second)


def invoke(lane: Lane, now: float, state: dict[str, Any] | None, **answer: Any) -> Invoke:
    step = lane.next_step(now)
    assert isinstance(step, Invoke), step
    assert step.window is not None
    lane.invoked(step, Succeeded({**answer, **({} if state is None else {"state": state})}), now)
    return step


def test_the_state_of_one_invocation_is_given_to_the_next() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 1), record(1, 2), record(2, 3)], MINUTE + 3)
    first = invoke(lane, MINUTE + 3, {"count": 2})
    second = invoke(lane, MINUTE + 3, {"count": 3})
    assert first.window == {
        "window": {"start": "2023-11-14T22:14:00Z", "end": "2023-11-14T22:15:00Z"},
        "state": {},
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }
    assert second.window is not None
    assert second.window["state"] == {"count": 2}


def test_the_end_of_a_window_is_an_invocation_with_its_state_and_no_records() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 1)], MINUTE + 1)
    invoke(lane, MINUTE + 1, {"count": 1})
    assert lane.next_step(MINUTE + 30) == Wait(MINUTE + 60)
    final = invoke(lane, MINUTE + 60, None)
    assert final.is_final
    assert final.window is not None
    assert (final.window["state"], final.window["isFinalInvokeForWindow"]) == ({"count": 1}, True)
    assert lane.is_idle


def test_a_record_of_a_later_window_waits_for_the_end_of_this_one_and_starts_empty() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 59), record(1, 61)], MINUTE + 62)
    assert invoke(lane, MINUTE + 62, {"count": 1}).batch.sequence_numbers == ["000"]
    assert invoke(lane, MINUTE + 62, None).is_final
    last = invoke(lane, MINUTE + 62, {"count": 1})
    assert last.window is not None
    assert (last.batch.sequence_numbers, last.window["state"]) == (["001"], {})


def test_fails_an_invocation_whose_answer_has_no_state() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 1)], MINUTE + 1)
    invoke(lane, MINUTE + 1, None)
    assert lane.checkpoint is None
    assert isinstance(lane.next_step(MINUTE + 1), Wait)


def test_fails_to_go_on_until_the_end_of_the_window_has_succeeded() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 1), record(1, 61)], MINUTE + 61)
    invoke(lane, MINUTE + 61, {"count": 1})
    final = lane.next_step(MINUTE + 61)
    assert isinstance(final, Invoke)
    lane.invoked(final, Failed(), MINUTE + 61)
    again = lane.next_step(MINUTE + 62)
    assert isinstance(again, Invoke)
    assert again.is_final
    assert again.window == final.window


def test_a_state_above_a_megabyte_ends_the_window_early() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 1)], MINUTE + 1)
    invoke(lane, MINUTE + 1, {"text": "x" * STATE_LIMIT_BYTES})
    final = invoke(lane, MINUTE + 1, None)
    assert final.window is not None
    assert (final.is_final, final.window["isWindowTerminatedEarly"]) == (True, True)


def test_the_end_of_the_shard_ends_its_window() -> None:
    lane = Lane(SETTINGS)
    lane.offer([record(0, 1)], MINUTE + 1)
    invoke(lane, MINUTE + 1, {"count": 1})
    lane.close()
    assert invoke(lane, MINUTE + 2, None).is_final
    assert lane.is_idle
