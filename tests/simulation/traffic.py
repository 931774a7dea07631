"""Records as producers send them, good and bad, and what must become of each of their parts."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from laptop.emulator.esm.lane import Record
from streaming.events import Event
from streaming.kpl import UserRecord, aggregate
from tests.simulation.faults import Faults

START = datetime(2024, 6, 1, 22, 30, tzinfo=UTC)
EVENT_SPACING = timedelta(minutes=3)
ARRIVAL_SPACING = 0.4

Position = tuple[str, int]


@dataclass(frozen=True)
class Part:
    """One user record: the event that must be in the sink, or the bytes that must be in quarantine."""

    data: bytes
    event: dict[str, Any] | None


@dataclass(frozen=True)
class Sent:
    """A record on the stream and its parts, by sub-sequence."""

    record: Record
    parts: tuple[Part, ...]

    def positions(self) -> Iterator[tuple[Position, Part]]:
        for place, part in enumerate(self.parts):
            yield (self.record.sequence_number, place), part


def traffic(faults: Faults) -> list[Sent]:
    """Draw the records of a scenario in the order of their arrival; sequence numbers grow over all shards."""
    sent = []
    numbers = itertools.count(49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898)
    arrival = START.timestamp()
    for key, parts, data in _user_records(faults):
        arrival += ARRIVAL_SPACING
        record = Record(sequence_number=str(next(numbers)), partition_key=key, data=data, arrival=arrival)
        sent.append(Sent(record, parts))
    return sent


def _user_records(faults: Faults) -> Iterator[tuple[str, tuple[Part, ...], str]]:
    rng, number = faults.rng, 0
    recent: list[Part] = []
    while number < faults.scenario.events:
        number += 1
        key = f"user-{rng.randrange(6)}"
        if faults.hit("bad"):
            yield _bad_record(rng.randrange(1 << 30), key)
            continue
        if recent and faults.hit("duplicate"):
            yield _plain(key, rng.choice(recent))
            continue
        if faults.hit("aggregate"):
            parts = [_part(number + place) for place in range(rng.randrange(1, 5))]
            if faults.hit("bad_in_aggregate"):
                parts.insert(rng.randrange(len(parts) + 1), _bad_part(rng.randrange(1 << 30)))
            number += len(parts) - 1
            packed = aggregate([UserRecord(key, part.data) for part in parts])
            yield key, tuple(parts), base64.b64encode(packed).decode()
            continue
        part = _part(number)
        recent.append(part)
        yield _plain(key, part)


def _plain(key: str, part: Part) -> tuple[str, tuple[Part, ...], str]:
    return key, (part,), base64.b64encode(part.data).decode()


def event_of(number: int, page: str = "/cart") -> dict[str, Any]:
    """Make a good event; the events of a run spread over hours and two days."""
    event = Event(
        event_id=f"event-{number:05d}",
        user_id=f"user-{number % 6}",
        event="cart",
        page=page,
        event_time=START + number * EVENT_SPACING,
        source="shop",
    )
    decoded: dict[str, Any] = json.loads(event.encode())
    return decoded


def large(count: int, size: int) -> list[Sent]:
    """Make good events of `size` bytes each; the contract lets fields through that it does not know."""
    sent = []
    for number in range(count):
        event = event_of(number)
        event["comment"] = "x" * (size - len(json.dumps({**event, "comment": ""})))
        part = Part(json.dumps(event).encode(), event)
        data = base64.b64encode(part.data).decode()
        sent.append(Sent(Record(str(10**55 + number), "user", data, START.timestamp()), (part,)))
    return sent


def _part(number: int) -> Part:
    event = event_of(number)
    return Part(json.dumps(event).encode(), event)


def _bad_part(choice: int) -> Part:
    event = event_of(choice % 1000)
    candidates = (
        b"\x00\xff\x10garbage",
        b'{"event_id": "\xff\xfe"}',
        json.dumps(event).encode()[:-7],
        json.dumps({**event, "schema_version": 2}).encode(),
        json.dumps({name: value for name, value in event.items() if name != "user_id"}).encode(),
        json.dumps({**event, "event_time": "yesterday"}).encode(),
        json.dumps([event]).encode(),
        json.dumps({**event, "value": float("nan")}).encode(),
        b"",
    )
    return Part(candidates[choice % len(candidates)], None)


def _bad_record(choice: int, key: str) -> tuple[str, tuple[Part, ...], str]:
    """Draw a bad record: a bad event, text that is no base64, or an aggregate whose digest is wrong."""
    kind = choice % 10
    if kind == 0:
        text = "not base64!"
        return key, (Part(text.encode(), None),), text
    if kind == 1:
        packed = aggregate([UserRecord(key, _part(1).data)])
        return _plain(key, Part(packed[:-1] + bytes([packed[-1] ^ 1]), None))
    return _plain(key, _bad_part(choice // 10))
