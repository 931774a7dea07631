"""Runs one lane of one mapping: reads the shard, calls the function, sends what is given up to its destination."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from laptop.emulator import kinesis_shards
from laptop.emulator.clients import client, region
from laptop.emulator.esm import destination, positions
from laptop.emulator.esm.events import Origin, event_of
from laptop.emulator.esm.lane import Discard, Failed, Invoke, Lane, Outcome, Record, Succeeded, Throttled, Wait
from laptop.emulator.esm.lanes import lane_of
from laptop.emulator.esm.settings import Settings
from laptop.emulator.registry import Json

logger = logging.getLogger("laptop.lambda")

# Lambda polls a shard about once per second; a laptop need not wait so long.
_IDLE_SECONDS = 0.1
_DELIVERY_ATTEMPTS = 3
_LOOKS_AT_THE_END = 2

# Returns the emulator's document of the shard, or None when it has expired.
Source = Callable[[], Json | None]
# Calls the function; the second value is its error, e.g. "Unhandled".
Function = Callable[[Json], tuple[Outcome, str | None]]
# Takes a metric's name, value and unit.
Metric = Callable[[str, float, str], object]


@dataclass(frozen=True)
class Assignment:
    """What a runner works on: a lane of a shard, for a mapping."""

    mapping: Json
    shard: str
    lane: int
    settings: Settings
    function_arn: str
    role_arn: str

    @property
    def mapping_id(self) -> str:
        return str(self.mapping["UUID"])


class Runner:
    """Moves the records of a lane until it is stopped or its shard has ended.

    Attributes
    ----------
    has_finished
        Whether the shard has ended and every record of the lane is done.
    has_ended
        Whether `run` has returned, for whatever reason.
    """

    def __init__(
        self,
        assignment: Assignment,
        source: Source,
        function: Function,
        matches: Callable[[Json], bool],
        metric: Metric,
    ) -> None:
        self._assignment = assignment
        self._source = source
        self._function = function
        self._matches = matches
        self._metric = metric
        self._lane = Lane(assignment.settings)
        self._origin = Origin(
            str(assignment.mapping["EventSourceArn"]), assignment.shard, region(), assignment.role_arn
        )
        factor = assignment.settings.parallelization
        self._place = assignment.mapping_id, assignment.shard, assignment.lane, factor
        self._read_to = positions.checkpoint(*self._place)
        self._saved = self._read_to
        self._error: str | None = None
        self._stopping = threading.Event()
        self._empty_looks = 0
        self.has_finished = False
        self.has_ended = False

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """End after the step that is under way; its records may be delivered again."""
        self._stopping.set()

    def run(self) -> None:
        try:
            while not (self.is_stopping or self.has_finished):
                self._read()
                wait = self._advance()
                if wait:
                    self._stopping.wait(wait)
        finally:
            self.has_ended = True

    def _read(self) -> None:
        wanted = 2 * self._assignment.settings.batch_size - self._lane.waiting
        if wanted <= 0:
            return
        shard = self._source()
        if shard is None:
            self._lane.close()
            self.has_finished = self._lane.is_idle
            return
        # Asked before the records, which may grow until it is so.
        has_ended = "ending_sequence_number" in shard
        found = kinesis_shards.read(shard, self._read_to, wanted)
        if found:
            self._read_to = found[-1]["SequenceNumber"]
            self._lane.offer(self._mine(found), time.time())
            self._empty_looks = 0
        elif has_ended:
            # A put that was under way when the shard was closed may still have added to it.
            self._empty_looks += 1
            if self._empty_looks >= _LOOKS_AT_THE_END:
                self._lane.close()
                self.has_finished = self._lane.is_idle

    def _mine(self, found: list[Json]) -> list[Record]:
        factor, lane = self._assignment.settings.parallelization, self._assignment.lane
        since = float(self._assignment.mapping.get("StartingPositionTimestamp") or 0)
        records = [
            Record(item["SequenceNumber"], item["PartitionKey"], item["Data"], item["ApproximateArrivalTimestamp"])
            for item in found
            if item["ApproximateArrivalTimestamp"] >= since and lane_of(item["PartitionKey"], factor) == lane
        ]
        if not self._assignment.mapping.get("FilterCriteria"):
            return records
        return [record for record in records if self._matches(event_of(self._origin, [record])["Records"][0])]

    def _advance(self) -> float:
        """Take one step; return the seconds to wait before the next."""
        now = time.time()
        step = self._lane.next_step(now)
        if isinstance(step, Wait):
            until = now + _IDLE_SECONDS if step.until is None else step.until
            return max(0.0, min(until - now, _IDLE_SECONDS))
        if isinstance(step, Invoke):
            self._invoke(step)
        else:
            self._give_up(step)
        done = self._lane.checkpoint
        if done is not None and done != self._saved:
            positions.advance(*self._place, done)
            self._saved = done
        return 0.0

    def _invoke(self, step: Invoke) -> None:
        records = step.batch.records
        outcome, self._error = self._function(event_of(self._origin, records, step.window))
        now = time.time()
        self._lane.invoked(step, outcome, now)
        if records and not isinstance(outcome, Throttled):
            self._metric("IteratorAge", max(0.0, now - records[-1].arrival) * 1000, "Milliseconds")
        if isinstance(outcome, Failed):
            logger.warning("%s failed on %d records of %s", self._assignment.function_arn, len(records), self._origin)

    def _give_up(self, step: Discard) -> None:
        failure = destination.Failure(
            mapping=self._assignment.mapping_id,
            function_arn=self._assignment.function_arn,
            stream_arn=self._origin.source_arn,
            shard=self._assignment.shard,
            discard=step,
            error=self._error,
            request_id=str(uuid.uuid4()),
            at=time.time(),
        )
        target = ((self._assignment.mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        if target:
            self._send(target, failure)
        else:
            logger.warning("%s lost %d records: no failure destination", self._origin, len(step.batch.records))
        self._lane.discarded()

    def _send(self, target: str, failure: destination.Failure) -> None:
        for attempt in range(1, _DELIVERY_ATTEMPTS + 1):
            try:
                deliver(target, failure, self._origin)
                return
            except (ClientError, BotoCoreError) as error:
                logger.warning("attempt %d to send a discarded batch to %s: %s", attempt, target, error)
        # As on AWS the records are gone then; the metric is what an alarm watches.
        self._metric("DestinationDeliveryFailures", 1.0, "Count")


def deliver(target: str, failure: destination.Failure, origin: Origin) -> None:
    """Send a discarded batch to an S3 bucket, an SQS queue or an SNS topic."""
    service, name = target.split(":")[2], target.rpartition(":")[2]
    if service == "s3":
        document = destination.with_payload(failure, event_of(origin, failure.discard.batch.records))
        key = destination.object_key(failure, str(uuid.uuid4()))
        client("s3").put_object(Bucket=name, Key=key, Body=json.dumps(document).encode())
        return
    text = json.dumps(destination.metadata(failure))
    if service == "sqs":
        url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        client("sqs").send_message(QueueUrl=url, MessageBody=text)
    else:
        client("sns").publish(TopicArn=target, Message=text)


def outcome_of(result: Json) -> tuple[Outcome, str | None]:
    """Return what an invocation by the emulator came to."""
    if result.get("throttle"):
        return Throttled(), None
    if result.get("error"):
        return Failed(), "Unhandled"
    body: Any = result.get("body")
    return Succeeded(body), None
