"""A stream, Lambda's poller, a function, its buckets and a failure destination, under faults, on their own clock."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from clickstream_to_lake.delivery import Sinks
from lake_common.contract import Contract
from lake_common.stream_events import EventCheck

from laptop.emulator.esm import destination
from laptop.emulator.esm.events import Origin, event_of
from laptop.emulator.esm.lane import Discard, Failed, Invoke, Lane, Outcome, Succeeded, Throttled, Wait
from laptop.emulator.esm.lanes import lane_of
from laptop.emulator.esm.settings import Settings
from streaming.failures import parse
from streaming.replay import FunctionFailedError, Replayed, replay
from tests.simulation.designs import Design
from tests.simulation.faults import Faults, KilledError
from tests.simulation.scenario import Scenario
from tests.simulation.stores import Bucket
from tests.simulation.traffic import START, Sent, traffic

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:clickstream"
ROLE = "arn:aws:iam::000000000000:role/clickstream"
# A run needs far fewer invocations unless it is stalled.
PATIENCE = 3_000


class StalledError(RuntimeError):
    """The poller invokes again and again and gets nowhere."""


class Check(EventCheck):
    """The contract's check with a bug: some good events make it raise, some kill the process, until it is healed."""

    def __init__(self, contract: Contract, faults: Faults) -> None:
        super().__init__(contract)
        self.faults = faults
        self.poisonous: set[bytes] = set()
        self.deadly: set[bytes] = set()

    def read(self, data: bytes) -> tuple[str, dict[str, Any]]:
        if not self.faults.healed:
            if data in self.poisonous:
                raise RuntimeError("a bug")
            if data in self.deadly:
                raise KilledError
        return super().read(data)


@dataclass
class Shard:
    """A shard's records, and the lanes in which they are polled."""

    name: str
    sent: list[Sent]
    lanes: list[Lane] = field(default_factory=list)
    parent: Shard | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.lanes) and all(lane.is_idle for lane in self.lanes)


@dataclass
class World:
    """One run. `play` sends everything through; `recover` is what operators do afterwards."""

    scenario: Scenario
    design: Design
    contract: Contract
    given: list[Sent] | None = None
    denied: int = 0
    largest_event: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(self.scenario)
        self.now = START.timestamp()
        outage_ends = self.now + self.scenario.outage_seconds
        self.raw = Bucket(self.faults, is_out=lambda: self.now < outage_ends and not self.faults.healed)
        self.quarantine = Bucket(self.faults)
        self.failures: dict[str, bytes] = {}
        self.sent = traffic(self.faults) if self.given is None else self.given
        self.check = Check(self.contract, self.faults)
        self.shards = self._shards()
        self._serial = itertools.count()
        self._choose_poison()

    @cached_property
    def settings(self) -> Settings:
        return self.design.settings(
            Settings(
                batch_size=self.scenario.batch_size,
                parallelization=self.scenario.parallelization,
                report_failures=True,
                bisect=True,
                max_retries=self.scenario.max_retries,
                max_age_seconds=self.scenario.max_age_seconds,
            )
        )

    def play(self) -> None:
        """Run until every record is done with.

        Raises
        ------
        StalledError
            If that does not come.
        """
        for _ in range(PATIENCE):
            waits = [self._turn(shard, place) for shard in self._polled() for place in range(len(shard.lanes))]
            if all(shard.is_done for shard in self.shards):
                return
            if None not in waits:
                self.now = max(self.now + 0.01, min((wait for wait in waits if wait), default=0.0))
        raise StalledError(f"not done after {PATIENCE} rounds")

    def recover(self) -> list[Replayed]:
        """Mend everything, then replay the failure bucket; what the destination did not take is read again."""
        self.faults.healed = True
        if self.denied:
            self._rewind()
        return self.replay()

    def replay(self) -> list[Replayed]:
        """Replay every object of the failure bucket once, without removing it."""
        return [
            replay(parse(key, body), self._call, size=1 + self.scenario.batch_size // 2)
            for key, body in sorted(self.failures.items())
        ]

    def _rewind(self) -> None:
        """Read the stream again from its start, as a mapping with an earlier starting position does."""
        for shard in self.shards:
            shard.lanes = []
        self.play()

    def _shards(self) -> list[Shard]:
        shards = [Shard(f"shardId-{place:012d}", []) for place in range(self.scenario.shards)]
        half = len(self.sent) // 2 if self.scenario.reshard else len(self.sent)
        children = [Shard(f"shardId-{100 + place:012d}", [], parent=shard) for place, shard in enumerate(shards)]
        for place, sent in enumerate(self.sent):
            owner = lane_of(sent.record.partition_key, self.scenario.shards)
            (shards if place < half else children)[owner].sent.append(sent)
        if self.scenario.reshard:
            self.faults.happened["reshard"] += 1
            return shards + children
        return shards

    def _choose_poison(self) -> None:
        for sent in self.sent:
            for part in sent.parts:
                if part.event and self.faults.hit("poison"):
                    self.check.poisonous.add(part.data)
                if part.event and self.faults.hit("deadly"):
                    self.check.deadly.add(part.data)

    def _polled(self) -> list[Shard]:
        """Give the shards whose parents are done, with lanes that have been offered their records."""
        polled = [shard for shard in self.shards if shard.parent is None or shard.parent.is_done]
        for shard in polled:
            if not shard.lanes:
                shard.lanes = [Lane(self.settings) for _ in range(self.settings.parallelization)]
                for place, lane in enumerate(shard.lanes):
                    self._offer(shard, place, lane, after=None)
        return polled

    def _offer(self, shard: Shard, place: int, lane: Lane, *, after: str | None) -> None:
        mine = [
            sent.record
            for sent in shard.sent
            if lane_of(sent.record.partition_key, self.settings.parallelization) == place
            and (after is None or int(sent.record.sequence_number) > int(after))
        ]
        lane.checkpoint = after
        lane.offer(mine, self.now)
        lane.close()

    def _turn(self, shard: Shard, place: int) -> float | None:
        """Let one lane do one step; return until when it waits (0: for nothing), or None if it did something."""
        lane = shard.lanes[place]
        if lane.is_idle:
            return 0.0
        step = lane.next_step(self.now)
        if isinstance(step, Wait):
            return step.until or 0.0
        if isinstance(step, Discard):
            self._give_up(shard, step)
            lane.discarded()
            return None
        outcome = self._invoke(shard, step)
        if self.faults.hit("poller_killed"):
            self._restart(shard, place, lane)
        else:
            lane.invoked(step, outcome, self.now)
        return None

    def _restart(self, shard: Shard, place: int, lane: Lane) -> None:
        """Begin again after the checkpoint, with the outcome of the last invocation forgotten."""
        shard.lanes[place] = Lane(self.settings)
        self._offer(shard, place, shard.lanes[place], after=lane.checkpoint)

    def _invoke(self, shard: Shard, step: Invoke) -> Outcome:
        if self.faults.hit("throttled_call"):
            return Throttled()
        event = event_of(Origin(STREAM, shard.name, "us-east-1", ROLE), step.batch.records)
        try:
            return Succeeded(self._call(event))
        except FunctionFailedError:
            return Failed()

    def _call(self, event: dict[str, Any]) -> Any:
        """Run the function as Lambda does: the event and the answer are JSON, and a killed process is a failure."""
        self.now += 0.05
        try:
            if self.faults.hit("kill_before"):
                raise KilledError
            sinks = Sinks(raw=self.raw, failures=self.quarantine)
            text = json.dumps(event)
            self.largest_event = max(self.largest_event, len(text))
            answer = json.loads(json.dumps(self.design.handle(json.loads(text), self.check, sinks)))
        except KilledError as error:
            raise FunctionFailedError("Runtime.ExitError") from error
        except Exception as error:
            raise FunctionFailedError(repr(error)) from error
        if self.faults.hit("over_report"):
            return self._over_reported(event, answer)
        return answer

    def _over_reported(self, event: dict[str, Any], answer: Any) -> Any:
        """Name more records as failed than did, or something that is no record of the batch."""
        rng, records = self.faults.rng, event["Records"]
        wrong = rng.choice(["", None, "12345", rng.choice(records)["kinesis"]["sequenceNumber"]])
        return {"batchItemFailures": [*answer["batchItemFailures"], {"itemIdentifier": wrong}]}

    def _give_up(self, shard: Shard, step: Discard) -> None:
        self.faults.happened[step.condition] += 1
        if self.faults.hit("destination_denied"):
            self.denied += len(step.batch.records)
            return
        if not self.design.destination:
            return
        failure = destination.Failure(
            mapping="mapping", function_arn=FUNCTION, stream_arn=STREAM, shard=shard.name, discard=step,
            error="Unhandled", request_id="request", at=self.now,
        )  # fmt: skip
        event = event_of(Origin(STREAM, shard.name, "us-east-1", ROLE), step.batch.records)
        key = destination.object_key(failure, f"{next(self._serial):08d}")
        self.failures[key] = json.dumps(destination.with_payload(failure, event)).encode()

    def payloads_of_failures(self) -> set[str]:
        """Sequence numbers whose bytes are in the failure bucket, as they were sent."""
        sent = {each.record.sequence_number: each.record.data for each in self.sent}
        found = set()
        for key, body in self.failures.items():
            for record in parse(key, body).records:
                number = record["kinesis"]["sequenceNumber"]
                assert record["kinesis"]["data"] == sent[number]
                found.add(number)
        return found


def original_bytes(row: dict[str, Any]) -> bytes:
    return base64.b64decode(row["data"])
