"""A runner between a shard and a function, without an emulator."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from laptop.emulator.esm import positions
from laptop.emulator.esm import runner as runner_module
from laptop.emulator.esm.lane import Failed, Outcome, Succeeded
from laptop.emulator.esm.runner import Assignment, Runner
from laptop.emulator.esm.settings import Settings
from laptop.emulator.store import Store

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def fast_and_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "_store", Store("positions", tmp_path))
    monkeypatch.setattr(runner_module, "_IDLE_SECONDS", 0.001)


def shard_of(*numbers: int, ended: bool = False) -> Json:
    records = [
        {
            "SequenceNumber": f"{number:03d}",
            "PartitionKey": "k",
            "Data": base64.b64encode(b"x").decode(),
            "ApproximateArrivalTimestamp": time.time(),
        }
        for number in numbers
    ]
    return {"records": records, **({"ending_sequence_number": "999"} if ended else {})}


class World:
    """Collects what a runner does."""

    def __init__(self, answer: Callable[[list[str]], Outcome] = lambda _: Succeeded()) -> None:
        self.calls: list[list[str]] = []
        self.metrics: list[str] = []
        self.answer = answer

    def runner(self, shard: Json, **mapping: Any) -> Runner:
        settings = Settings(batch_size=2, max_retries=0, backoff_seconds=0.001)
        described = {"UUID": "m", "EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s", **mapping}
        assignment = Assignment(described, "shard", 0, settings, "function", "role")
        return Runner(assignment, lambda: shard, self._call, self._matches, lambda name, *_: self.metrics.append(name))

    def _call(self, event: Json) -> tuple[Outcome, str | None]:
        numbers = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
        self.calls.append(numbers)
        outcome = self.answer(numbers)
        return outcome, "Unhandled" if isinstance(outcome, Failed) else None

    @staticmethod
    def _matches(record: Json) -> bool:
        return int(record["kinesis"]["sequenceNumber"]) % 2 == 0


def test_a_closed_shard_is_finished_when_every_record_is_done() -> None:
    world = World()
    runner = world.runner(shard_of(1, 2, 3, ended=True))
    runner.run()
    assert (world.calls, runner.has_finished, runner.has_ended) == ([["001", "002"], ["003"]], True, True)
    assert positions.checkpoint("m", "shard", 0, 1) == "003"


def test_a_record_that_came_while_the_shard_was_closed_is_not_missed() -> None:
    world = World()
    shard = shard_of(ended=True)
    runner = world.runner(shard)
    runner._read()
    shard["records"] += shard_of(1)["records"]
    runner.run()
    assert world.calls == [["001"]]


def test_a_stopped_runner_leaves_the_rest_to_the_next_one() -> None:
    world = World()
    shard = shard_of(1, 2, 3, 4)
    first = world.runner(shard)

    def stop_after_one(numbers: list[str]) -> Outcome:
        first.stop()
        return Succeeded()

    world.answer = stop_after_one
    first.run()
    world.answer = lambda _: Succeeded()
    second = world.runner({**shard, "ending_sequence_number": "999"})
    second.run()
    assert world.calls == [["001", "002"], ["003", "004"]]


def test_records_that_match_no_filter_are_skipped() -> None:
    world = World()
    world.runner(shard_of(1, 2, 3, 4, ended=True), FilterCriteria={"Filters": [{"Pattern": "{}"}]}).run()
    assert world.calls == [["002", "004"]]


def test_a_batch_is_given_up_once_and_the_shard_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    class S3:
        def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 (the API's names)
            sent.append(json.loads(Body)["KinesisBatchInfo"]["startSequenceNumber"])

    monkeypatch.setattr(runner_module, "client", lambda service: S3())
    world = World(lambda numbers: Failed() if "001" in numbers else Succeeded())
    world.runner(
        shard_of(1, 2, 3, ended=True), DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::failures"}}
    ).run()
    assert (sent, world.calls) == (["001"], [["001", "002"], ["003"]])


def test_a_waiting_runner_takes_what_arrives_later() -> None:
    world = World()
    shard = shard_of(1)
    runner = world.runner(shard)
    thread = threading.Thread(target=runner.run)
    thread.start()
    while not world.calls:
        time.sleep(0.001)
    shard["records"] += shard_of(2)["records"]
    shard["ending_sequence_number"] = "999"
    thread.join(timeout=10)
    assert world.calls == [["001"], ["002"]]
