"""Send events to the stream at their times, tidy or not, until they end or somebody stops it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from streaming.disorder import Disorder, Due, arrange
from streaming.events import Event
from streaming.pace import paced
from streaming.packing import Pack, one_by_one
from streaming.sender import Sender, Tally


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to send and how.

    Parameters
    ----------
    events
        Ordered by their time; may be endless.
    disorder
        How untidy the stream is to be.
    speed
        Seconds of event time per second; 0 sends without waiting.
    skip
        Deliveries to leave out at the start: how many an interrupted run has sent.
    limit
        How many deliveries to make at most.
    pack
        How events become records.
    """

    events: Iterable[Event]
    disorder: Disorder = field(default_factory=Disorder)
    speed: float = 0.0
    skip: int = 0
    limit: int | None = None
    pack: Pack = one_by_one

    def __post_init__(self) -> None:
        if self.skip < 0 or (self.limit is not None and self.limit < 0):
            raise ValueError(f"skip and limit must not be negative; got {self.skip} and {self.limit}")


def produce(
    plan: Plan,
    sender: Sender,
    *,
    stopped: Callable[[], bool] = lambda: False,
    report: Callable[[Tally], None] = lambda tally: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Tally:
    """Send everything that the plan says.

    Once `stopped` returns True, no further event is taken; those that were taken are still sent, so that the tally is
    the number of deliveries to skip next time.

    Returns
    -------
    Tally
        Of everything that the stream accepted.

    Raises
    ------
    SendError
        If the stream takes nothing any more.
    """
    stop = None if plan.limit is None else plan.skip + plan.limit
    dues = itertools.islice(arrange(plan.events, plan.disorder), plan.skip, stop)
    due_events = _until(paced(dues, speed=plan.speed, clock=clock, sleep=sleep), stopped)
    told = 0
    for entry in plan.pack(due_events):
        if entry is None:
            sender.flush()
        else:
            sender.add(entry)
        if sender.tally.requests > told:
            told = sender.tally.requests
            report(sender.tally)
    sender.flush()
    report(sender.tally)
    return sender.tally


def _until(dues: Iterable[Due | None], stopped: Callable[[], bool]) -> Iterator[Event | None]:
    for due in dues:
        if stopped():
            return
        yield None if due is None else due.event
