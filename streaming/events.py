"""The events that the producer sends: one JSON object each, as the contract `clicks` describes them.

Event ids follow from the position in the source, so sending a source again sends the same events, not new ones.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from datasets.sources import Click

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `value` is a number that belongs to it, such as the stars of a rating."""

    event_id: str
    user_id: str
    event: str
    page: str
    event_time: datetime
    source: str
    session_id: str | None = None
    product: str | None = None
    value: float | None = None

    def encode(self) -> bytes:
        """Return the event as the stream carries it; times are UTC with milliseconds."""
        return json.dumps(
            {
                "event_id": self.event_id,
                "user_id": self.user_id,
                "session_id": self.session_id,
                "event": self.event,
                "page": self.page,
                "product": self.product,
                "value": self.value,
                "event_time": format_time(self.event_time),
                "source": self.source,
                "schema_version": SCHEMA_VERSION,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()


def format_time(time: datetime) -> str:
    """Write a time as the contract asks: `2024-03-13T10:21:14.000Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shop(clicks: Iterable[Click]) -> list[Event]:
    """Turn the visits to the (synthetic) shop into events, ordered by time."""
    events = [
        Event(
            event_id=f"shop-{number:06d}",
            user_id=click.user_id,
            session_id=click.session_id,
            event=click.event,
            page=f"/{click.event}",
            event_time=click.clicked_at,
            source="shop",
        )
        for number, click in enumerate(clicks, start=1)
    ]
    return sorted(events, key=_by_time)


def ratings(rows: Iterable[dict[str, Any]]) -> list[Event]:
    """Turn real ratings of movies into events, ordered by time."""
    events = [
        Event(
            event_id=f"ratings-{number:06d}",
            user_id=f"movielens-{row['user_id']}",
            event="rate",
            page=f"/movies/{row['movie_id']}",
            product=str(row["movie_id"]),
            value=row["rating"],
            event_time=datetime.fromtimestamp(row["rated_at"], UTC),
            source="ratings",
        )
        for number, row in enumerate(rows, start=1)
    ]
    return sorted(events, key=_by_time)


def retimed(events: Iterable[Event], *, start: datetime, speed: float) -> Iterator[Event]:
    """Let the events happen from `start` on, `speed` times as fast as they did.

    Raises
    ------
    ValueError
        If the speed is not positive.
    """
    if speed <= 0:
        raise ValueError(f"events can only be re-timed with a positive speed; got {speed}")
    origin = None
    for event in events:
        origin = origin or event.event_time
        yield dataclasses.replace(event, event_time=start + (event.event_time - origin) / speed)


def _by_time(event: Event) -> tuple[datetime, str]:
    return event.event_time, event.event_id
