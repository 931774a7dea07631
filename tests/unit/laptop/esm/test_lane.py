"""The state machine of a lane: what Lambda does with the batches of a shard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from laptop.emulator.esm.lane import Discard, Failed, Invoke, Lane, Outcome, Record, Succeeded, Throttled, Wait
from laptop.emulator.esm.settings import Settings

START = 1_000_000.0
Function = Callable[[list[str]], Outcome]


def records(count: int, first: int = 0, size: int = 4, arrival: float = START) -> list[Record]:
    return [Record(f"{number:03d}", f"key-{number}", "x" * size, arrival) for number in range(first, first + count)]


class Run:
    """Drives a lane against a function until nothing is left to do."""

    def __init__(self, settings: Settings, function: Function, now: float = START) -> None:
        self.lane = Lane(settings)
        self.function = function
        self.now = now
        self.calls: list[list[str]] = []
        self.discarded: list[Discard] = []

    def until_idle(self, limit: int = 200) -> Run:
        for _ in range(limit):
            step = self.lane.next_step(self.now)
            if isinstance(step, Wait):
                if step.until is None or self.lane.is_idle:
                    return self
                self.now = step.until
            elif isinstance(step, Invoke):
                self.calls.append(step.batch.sequence_numbers)
                self.lane.invoked(step, self.function(step.batch.sequence_numbers), self.now)
            else:
                self.discarded.append(step)
                self.lane.discarded()
        raise AssertionError(f"the lane must come to rest; got {self.calls[-5:]}")


def run(settings: Settings, function: Function, offered: Sequence[Record]) -> Run:
    made = Run(settings, function)
    made.lane.offer(offered, START)
    return made.until_idle()


def fails_with(*poison: str) -> Function:
    return lambda numbers: Failed() if set(poison) & set(numbers) else Succeeded()


def reports(*poison: str) -> Function:
    def function(numbers: list[str]) -> Outcome:
        bad = [{"itemIdentifier": number} for number in numbers if number in poison]
        return Succeeded({"batchItemFailures": bad})

    return function


def test_records_go_in_order_in_batches_of_the_batch_size() -> None:
    assert run(Settings(batch_size=2), fails_with(), records(5)).calls == [["000", "001"], ["002", "003"], ["004"]]


def test_a_batch_waits_for_its_window_and_goes_at_once_when_full() -> None:
    lane = Lane(Settings(batch_size=3, window_seconds=10))
    lane.offer(records(2), START)
    assert lane.next_step(START + 1) == Wait(START + 10)
    assert isinstance(lane.next_step(START + 10), Invoke)
    full = Lane(Settings(batch_size=3, window_seconds=10))
    full.offer(records(3), START)
    assert isinstance(full.next_step(START), Invoke)


def test_a_batch_never_exceeds_the_payload_of_an_invocation() -> None:
    large = records(9, size=1_400_000)
    done = run(Settings(batch_size=100, window_seconds=60), fails_with(), large)
    assert [len(call) for call in done.calls] == [4, 4, 1]


def test_a_full_payload_does_not_wait_for_the_window() -> None:
    lane = Lane(Settings(batch_size=100, window_seconds=300))
    lane.offer(records(5, size=1_400_000), START)
    assert isinstance(lane.next_step(START), Invoke)


def test_a_failing_batch_blocks_the_lane_and_is_retried_as_it_was() -> None:
    attempts: list[list[str]] = []

    def third_time(numbers: list[str]) -> Outcome:
        attempts.append(numbers)
        return Failed() if len(attempts) < 3 else Succeeded()

    done = run(Settings(batch_size=2), third_time, records(4))
    assert done.calls == [["000", "001"]] * 3 + [["002", "003"]]
    assert done.lane.checkpoint == "003"


def test_retries_end_after_the_bound_and_the_batch_is_discarded() -> None:
    done = run(Settings(batch_size=2, max_retries=2), fails_with("001"), records(4))
    assert done.calls == [["000", "001"]] * 3 + [["002", "003"]]
    assert [(item.condition, item.batch.sequence_numbers, item.batch.invocations) for item in done.discarded] == [
        ("RetryAttemptsExhausted", ["000", "001"], 3)
    ]


def test_no_retry_is_one_invocation() -> None:
    assert run(Settings(max_retries=0), fails_with("000"), records(1)).calls == [["000"]]


def test_bisect_isolates_the_poison_and_splits_use_up_no_retry() -> None:
    done = run(Settings(batch_size=8, bisect=True, max_retries=1), fails_with("005"), records(8))
    assert [item.batch.sequence_numbers for item in done.discarded] == [["005"]]
    assert done.calls.count(["005"]) == 2
    succeeded = [number for call in done.calls if "005" not in call for number in call]
    assert succeeded == ["000", "001", "002", "003", "004", "006", "007"]


def test_a_partial_failure_goes_on_at_the_lowest_failed_number() -> None:
    calls: list[list[str]] = []

    def once(numbers: list[str]) -> Outcome:
        calls.append(numbers)
        if len(calls) == 1:
            return Succeeded({"batchItemFailures": [{"itemIdentifier": "003"}, {"itemIdentifier": "001"}]})
        return Succeeded()

    done = run(Settings(batch_size=4, report_failures=True), once, records(4))
    assert done.calls == [["000", "001", "002", "003"], ["001", "002", "003"]]


def test_what_precedes_a_partial_failure_is_done_for_good() -> None:
    lane = Lane(Settings(batch_size=4, report_failures=True))
    lane.offer(records(4), START)
    step = lane.next_step(START)
    assert isinstance(step, Invoke)
    lane.invoked(step, reports("002")(step.batch.sequence_numbers), START)
    assert lane.checkpoint == "001"


def test_with_bisect_partial_failures_use_up_no_retry_until_one_record_is_left() -> None:
    settings = Settings(batch_size=6, report_failures=True, bisect=True, max_retries=0)
    done = run(settings, reports("001", "004"), records(6))
    assert [item.batch.sequence_numbers for item in done.discarded] == [["001"], ["004"]]


def test_the_list_of_failures_means_nothing_unless_the_mapping_reports_them() -> None:
    done = run(Settings(batch_size=4), reports("001"), records(4))
    assert done.calls == [["000", "001", "002", "003"]]


@pytest.mark.parametrize(
    "answer",
    [None, {}, "", {"batchItemFailures": []}, {"batchItemFailures": None}, {"other": 1}],
)
def test_an_empty_answer_is_success(answer: Any) -> None:
    done = run(Settings(report_failures=True, max_retries=0), lambda _: Succeeded(answer), records(3))
    assert (len(done.calls), done.discarded) == (1, [])


@pytest.mark.parametrize("item", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"wrong": "001"}, "001"])
def test_fails_the_whole_batch_for_an_identifier_that_is_none(item: Any) -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": "002"}, item]}
    done = run(Settings(report_failures=True, max_retries=0), lambda _: Succeeded(answer), records(3))
    assert [discard.batch.sequence_numbers for discard in done.discarded] == [["000", "001", "002"]]


def test_throttles_are_retried_without_using_up_retries() -> None:
    left = [Throttled()] * 6

    def function(_: list[str]) -> Outcome:
        return left.pop() if left else Succeeded()

    done = run(Settings(max_retries=1), function, records(2))
    assert (len(done.calls), done.discarded, done.lane.checkpoint) == (7, [], "001")


def test_records_that_became_too_old_are_discarded_and_the_others_delivered() -> None:
    offered = [*records(2, arrival=START - 100), *records(2, first=2)]
    done = run(Settings(max_age_seconds=60), fails_with(), offered)
    assert [(item.condition, item.batch.sequence_numbers) for item in done.discarded] == [
        ("RecordAgeExceeded", ["000", "001"])
    ]
    assert done.calls == [["002", "003"]]


def test_unlimited_retries_end_with_the_age_of_the_record() -> None:
    done = run(Settings(max_age_seconds=60), fails_with("000"), records(1))
    assert [item.condition for item in done.discarded] == ["RecordAgeExceeded"]
    assert done.discarded[0].batch.invocations == len(done.calls) > 1


def test_a_retry_waits_longer_each_time() -> None:
    lane = Lane(Settings(backoff_seconds=1, longest_backoff_seconds=4))
    lane.offer(records(1), START)
    now, waits = START, []
    for _ in range(4):
        step = lane.next_step(now)
        assert isinstance(step, Invoke)
        lane.invoked(step, Failed(), now)
        wait = lane.next_step(now)
        assert isinstance(wait, Wait)
        assert wait.until is not None
        waits.append(wait.until - now)
        now = wait.until
    assert waits == [1, 2, 4, 4]


def test_a_poller_that_starts_again_gets_what_is_not_done_again() -> None:
    first = Run(Settings(batch_size=2), fails_with())
    first.lane.offer(records(4), START)
    step = first.lane.next_step(START)
    assert isinstance(step, Invoke)
    first.lane.invoked(step, Succeeded(), START)
    killed_during = first.lane.next_step(START)
    assert isinstance(killed_during, Invoke)
    checkpoint = first.lane.checkpoint or ""
    second = run(Settings(batch_size=2), fails_with(), [r for r in records(4) if r.sequence_number > checkpoint])
    assert second.calls == [killed_during.batch.sequence_numbers]
