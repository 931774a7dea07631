"""The days whose rows are written anew, and the objects that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

# Yesterday too: what was submitted before midnight ends after it.
_USUAL = 1
# Athena keeps the history of queries for 45 days; a day that it forgets in part would lose rows.
# https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html
_MOST = 40


def wanted(event: Mapping[str, Any], now: datetime) -> list[date]:
    """Return the days to write, the oldest first: today, and as many before as the event says.

    Raises
    ------
    ValueError
        If the event asks for more than Athena remembers whole.
    """
    back = event.get("days", _USUAL)
    if not isinstance(back, int) or not 0 <= back <= _MOST:
        raise ValueError(f"days must be a number from 0 to {_MOST}, of days before today; got {back!r}")
    today = now.astimezone(UTC).date()
    return [today - timedelta(days=number) for number in range(back, -1, -1)]


def beginning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def key(prefix: str, day: date) -> str:
    """Return the only object of a day: writing it again replaces the rows of the day at once."""
    return f"{prefix}/usage_date={day.isoformat()}/usage.json.gz"
