import base64
import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from clickstream_counters.windows import count, expiry
from hypothesis import given
from hypothesis import strategies as st
from lake_common.stream_events import EventCheck

from contracts.loader import load
from streaming.failures import FailedBatch, UnreadableError, parse
from streaming.generator import poisson
from streaming.replay import HOPELESS, FunctionFailedError, replay

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:to-lake:live"


def _record(number: int) -> dict[str, Any]:
    return {"eventID": f"shardId-0:{number}", "kinesis": {"sequenceNumber": str(number), "data": "e30="}}


def _batch(count: int, window: dict[str, Any] | None = None) -> FailedBatch:
    records = tuple(_record(number) for number in range(count))
    return FailedBatch("key", FUNCTION, "RetryAttemptsExhausted", "shardId-0", records, window or {})


def _numbers(event: dict[str, Any]) -> list[int]:
    return [int(record["kinesis"]["sequenceNumber"]) for record in event["Records"]]


class Function:
    """Takes records in order up to the first that is stuck; reports it, or raises if it is a crash."""

    def __init__(self, stuck: set[int], crashing: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.stuck, self.crashing = stuck, crashing
        self.taken: list[int] = []
        self.sizes: list[int] = []

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        numbers = _numbers(event)
        self.sizes.append(len(numbers))
        if self.crashing & set(numbers):
            raise FunctionFailedError("Runtime.ExitError")
        for number in numbers:
            if number in self.stuck:
                return {"batchItemFailures": [{"itemIdentifier": str(number)}]}
            self.taken.append(number)
        return {"batchItemFailures": []}


@given(st.integers(0, 40), st.integers(1, 15), st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39)))
def test_every_record_is_taken_or_named_as_stuck(count: int, size: int, stuck: set[int], crashing: set[int]) -> None:
    function = Function(stuck, crashing)
    told: list[int] = []
    replayed = replay(_batch(count), function, size=size, report=told.append)
    named = {int(number) for number in replayed.stuck}
    assert set(function.taken) | named == set(range(count))
    assert not set(function.taken) & named
    assert replayed.done == len(set(function.taken))
    assert sum(told) == count
    assert max(function.sizes, default=0) <= size


def test_records_around_a_stuck_one_are_delivered() -> None:
    function = Function({4}, {11})
    replayed = replay(_batch(20), function, size=10)
    assert set(function.taken) == set(range(20)) - {4, 11}
    assert replayed.stuck == {"4": "the function reported it as failed", "11": "Runtime.ExitError"}


def test_a_stuck_record_is_found_by_halving() -> None:
    function = Function(set(), {500})
    assert replay(_batch(1000), function, size=1000).done == 999
    assert len(function.sizes) < 40


def test_of_several_reported_records_the_first_one_counts() -> None:
    taken: list[int] = []

    def report_all(event: dict[str, Any]) -> dict[str, Any]:
        numbers = _numbers(event)
        failed = [number for number in numbers if number in {2, 5}]
        taken.extend(numbers[: numbers.index(failed[0])] if failed else numbers)
        return {"batchItemFailures": [{"itemIdentifier": str(number)} for number in reversed(failed)]}

    assert set(replay(_batch(8), report_all, size=8).stuck) == {"2", "5"}
    assert sorted(taken) == [0, 1, 3, 4, 6, 7]


def test_a_function_that_works_for_nothing_is_not_tried_for_ever() -> None:
    function = Function(set(), set(range(1000)))
    replayed = replay(_batch(1000), function, size=100)
    assert len(replayed.stuck) == 1000
    assert len(function.sizes) < 10 * HOPELESS


def test_a_name_that_is_no_record_of_the_call_means_all_of_it() -> None:
    replayed = replay(_batch(1), lambda event: {"batchItemFailures": [{"itemIdentifier": "77"}]}, size=10)
    assert not replayed.is_complete


def test_an_answer_of_nothing_means_that_all_is_done() -> None:
    assert replay(_batch(3), lambda event: None, size=10).done == 3


def test_a_batch_of_a_tumbling_window_becomes_a_window_of_its_own() -> None:
    calls: list[dict[str, Any]] = []

    def count(event: dict[str, Any]) -> dict[str, Any]:
        calls.append(event)
        return {"state": {"n": event["state"].get("n", 0) + len(event["Records"])}, "batchItemFailures": []}

    window = {"window": {"start": "2024-06-01T00:00:00Z", "end": "2024-06-01T00:01:00Z"}, "shardId": "shardId-0"}
    assert replay(_batch(5, window), count, size=2).done == 5
    assert [(len(call["Records"]), call["state"], call["isFinalInvokeForWindow"]) for call in calls] == [
        (5, {}, False),
        (0, {"n": 5}, True),
    ]
    assert calls[1]["window"] == window["window"]


def test_a_window_whose_end_fails_is_stuck_as_a_whole() -> None:
    def count(event: dict[str, Any]) -> dict[str, Any]:
        if event["isFinalInvokeForWindow"]:
            raise FunctionFailedError("throttled")
        return {"state": {}}

    replayed = replay(_batch(2, {"window": {}, "shardId": "shardId-0"}), count, size=2)
    assert replayed.stuck == {"0": "throttled", "1": "throttled"}


def test_fails_for_calls_without_records() -> None:
    with pytest.raises(ValueError, match="at least one record; got 0"):
        replay(_batch(1), lambda event: None, size=0)


def test_an_object_of_the_failure_bucket_is_read_with_its_payload() -> None:
    body = {
        "requestContext": {"functionArn": FUNCTION, "condition": "RecordAgeExceeded"},
        "KinesisBatchInfo": {"shardId": "shardId-0"},
        "payload": json.dumps({"Records": [_record(7)]}),
    }
    batch = parse("key", json.dumps(body).encode())
    assert (batch.function, batch.condition, batch.shard) == ("to-lake", "RecordAgeExceeded", "shardId-0")
    assert batch.records == (_record(7),)
    assert not batch.window


@pytest.mark.parametrize("body", [b"", b"[]", b'"text"', b'{"KinesisBatchInfo": {}}', b"\xff"])
def test_fails_for_an_object_that_lambda_did_not_write(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="key must be a failed batch as Lambda writes it"):
        parse("key", body)


def test_a_batch_without_a_window_gets_the_minute_of_its_first_record() -> None:
    record = {"kinesis": {"sequenceNumber": "1", "approximateArrivalTimestamp": 1717200059.5}, "eventSourceARN": "arn"}
    batch = FailedBatch("key", FUNCTION, "RetryAttemptsExhausted", "shardId-0", (record,), {}).as_window()
    assert batch.window == {
        "window": {"start": "2024-06-01T00:00:00Z", "end": "2024-06-01T00:01:00Z"},
        "shardId": "shardId-0",
        "eventSourceARN": "arn",
    }
    assert batch.as_window() is batch


def test_the_counting_function_counts_a_failed_batch_once_however_often_it_is_replayed() -> None:
    check = EventCheck(load("clicks"))
    events = poisson(seed=0, rate=10, start=datetime(2024, 6, 1, tzinfo=UTC))
    records = tuple(_click(number, event.encode()) for number, event in enumerate(itertools.islice(events, 30)))
    batch = FailedBatch("key", FUNCTION, "RetryAttemptsExhausted", "shardId-0", records, {}).as_window()
    table: dict[tuple[str, str], int] = {}

    def handle(event: dict[str, Any]) -> dict[str, Any]:
        counted = count(event, check)
        if event["isFinalInvokeForWindow"]:
            for item in counted.window.items(event["shardId"], expiry(event, 1)):
                table[item.minute, item.counter] = item.events
        return counted.response

    for _ in range(2):
        assert replay(batch, handle, size=7).done == 30
        assert sum(events for (_, counter), events in table.items() if counter.startswith("event#")) == 30


def _click(number: int, data: bytes) -> dict[str, Any]:
    return {
        "eventID": f"shardId-0:{number}",
        "kinesis": {
            "sequenceNumber": str(number),
            "partitionKey": "key",
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": 1717200001.0,
        },
    }
