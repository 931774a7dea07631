"""Counts of a tumbling window: Lambda carries them from batch to batch and hands them back.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html

At the end of a window each count becomes one item, whose key tells the shard and the first record of the window. To
write it again replaces it by itself, so a retry counts nothing twice. A reader adds up the items of all shards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lake_common.stream_events import BadEventError, EventCheck
from lake_common.stream_records import Arrivals, KinesisRecord, NotBase64Error, sequence_number, user_records

# What is counted, besides all events: the fields of an event that name something.
KINDS = ("event", "page", "product")
_REJECTED = "rejected#records"

Counts = dict[str, int]


@dataclass(frozen=True)
class Item:
    """How often something occurred in a minute, on one shard and in one window."""

    minute: str
    counter: str
    kind: str
    name: str
    events: int
    expires: int


@dataclass
class Window:
    """Counts so far: by minute and by `kind#name`. `first` is the sequence number of the window's first record."""

    first: str | None = None
    counts: dict[str, Counts] = field(default_factory=dict)

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Window:
        return cls(state.get("first"), {minute: dict(counts) for minute, counts in state.get("counts", {}).items()})

    @property
    def state(self) -> dict[str, Any]:
        return {"first": self.first, "counts": self.counts}

    def items(self, shard: str, expires: int) -> Iterator[Item]:
        """Yield what to write when the window ends."""
        for minute, counts in self.counts.items():
            for counter, events in counts.items():
                kind, _, name = counter.partition("#")
                yield Item(minute, f"{counter}#{shard}#{self.first}", kind, name, events, expires)


@dataclass
class Counted:
    """What became of a batch."""

    window: Window
    failed: str | None = None
    error: Exception | None = None

    @property
    def response(self) -> dict[str, Any]:
        """State for the next batch, and the record to begin again at: what comes before it is counted."""
        failures = [] if self.failed is None else [{"itemIdentifier": self.failed}]
        return {"state": self.window.state, "batchItemFailures": failures}


def count(event: Mapping[str, Any], check: EventCheck) -> Counted:
    """Add a batch to its window, up to the first record that fails unexpectedly.

    A record that breaks the contract is counted as rejected; the consumer that writes to the lake keeps it.
    """
    counted = Counted(Window.restore(event.get("state") or {}))
    window, arrivals = counted.window, Arrivals()
    for record in event["Records"]:
        try:
            names = list(_names(record, check))
            minute = arrivals.text(record)[:16]
        except Exception as error:  # whatever it is, this record and those after it must come again
            counted.failed, counted.error = sequence_number(record), error
            break
        window.first = window.first or sequence_number(record)
        counts = window.counts.setdefault(minute, {})
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return counted


def expiry(event: Mapping[str, Any], retention_hours: int) -> int:
    """Second since 1970 after which the counts of the event's window may go."""
    end = dt.datetime.fromisoformat(event["window"]["end"])
    return int(end.timestamp()) + 3600 * retention_hours


def _names(record: KinesisRecord, check: EventCheck) -> Iterator[str]:
    try:
        bodies = user_records(record)
    except NotBase64Error:
        yield _REJECTED
        return
    for data in bodies:
        try:
            event = check.read(data)[1]
        except BadEventError:
            yield _REJECTED
        else:
            yield from (f"{kind}#{event[kind]}" for kind in KINDS if event.get(kind) is not None)
