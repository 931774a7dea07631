"""Make a stream as untidy as real ones: late, repeated and swapped events.

An event keeps its own time; what changes is when it is sent, and how often.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from streaming.events import Event

# Two events that are swapped lie this close together, in seconds of event time.
SWAP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Disorder:
    """Shares between 0 and 1 of events that are late (by up to `late_seconds`), sent twice, or out of order."""

    late: float = 0.0
    late_seconds: float = 3600.0
    duplicate: float = 0.0
    out_of_order: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("late", "duplicate", "out_of_order"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be a share from 0 to 1; got {getattr(self, name)}")
        if self.late_seconds < 0:
            raise ValueError(f"late_seconds must not be negative; got {self.late_seconds}")


@dataclass(frozen=True, slots=True)
class Due:
    """An event and the time, on the clock of events, at which it is sent."""

    time: datetime
    event: Event


def arrange(events: Iterable[Event], disorder: Disorder) -> Iterator[Due]:
    """Put events into the order in which they are sent.

    Holds only the events that are waiting to be late in memory, so it works on endless streams. `events` must be
    ordered by their time.
    """
    rng = random.Random(disorder.seed)  # noqa: S311
    waiting: list[tuple[datetime, int, Event]] = []
    number = 0
    for event in events:
        while waiting and waiting[0][0] <= event.event_time:
            yield _pop(waiting)
        copies = 1 + (rng.random() < disorder.duplicate)
        for _ in range(copies):
            number += 1
            heapq.heappush(waiting, (event.event_time + _delay(rng, disorder), number, event))
    while waiting:
        yield _pop(waiting)


def _delay(rng: random.Random, disorder: Disorder) -> timedelta:
    seconds = 0.0
    if rng.random() < disorder.late:
        seconds += rng.random() * disorder.late_seconds
    if rng.random() < disorder.out_of_order:
        seconds += rng.random() * SWAP_SECONDS
    return timedelta(seconds=seconds)


def _pop(waiting: list[tuple[datetime, int, Event]]) -> Due:
    time, _, event = heapq.heappop(waiting)
    return Due(time, event)
