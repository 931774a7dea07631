"""Schedules of our services: cron and rate expressions, checked about once a second.

| rule | source |
|---|---|
| `cron(minutes hours day-of-month month day-of-week year)` in UTC, `rate(value unit)` | EventBridge user guide, "Schedule types" |
| `at(yyyy-mm-ddThh:mm:ss)`, and a time zone for it and for cron | EventBridge Scheduler user guide, "Schedule types" |
| a rate counts from the moment at which the schedule is first seen, also after a restart | |

`LAKE_CLOCK_SPEED` lets a minute pass in a fraction of one, for tests: 60 makes it a second.
"""  # noqa: E501

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from laptop.emulator.clients import background

logger = logging.getLogger("laptop.clock")

_TICK_SECONDS = 1.0
_started_at = time.time()
_FIELDS = ("minute", "hour", "day", "month", "weekday", "year")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# Both count from 1; the first day of the week is Sunday.
_NAMES = {
    "month": {name: number for number, name in enumerate(_MONTHS, 1)},
    "weekday": {name: number for number, name in enumerate(_WEEKDAYS, 1)},
}
_RANGES = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day": (1, 31),
    "month": (1, 12),
    "weekday": (1, 7),
    "year": (1970, 2199),
}
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}

_lock = threading.Lock()
_watched: dict[str, _Watch] = {}


@dataclass(frozen=True)
class Schedule:
    """What is to happen when; `key` names it to its service."""

    key: str
    expression: str
    timezone: str = "UTC"


@dataclass
class _Watch:
    listing: Callable[[], Iterable[Schedule]]
    fire: Callable[[str], object]
    checked: dict[Schedule, float] = field(default_factory=dict)


def now() -> float:
    """Return the time in seconds since 1970; it runs faster under `LAKE_CLOCK_SPEED`."""
    speed = float(os.environ.get("LAKE_CLOCK_SPEED", "1"))
    return _started_at + (time.time() - _started_at) * speed


def every_tick(name: str, listing: Callable[[], Iterable[Schedule]], fire: Callable[[str], object]) -> None:
    """Call `fire(key)` whenever a schedule out of `listing()` is due."""
    with _lock:
        first = not _watched
        _watched[name] = _Watch(listing, fire)
    if first:
        background(_run)


def _run() -> None:
    while True:
        time.sleep(_TICK_SECONDS)
        for name, watch in list(_watched.items()):
            try:
                _tick(watch)
            except Exception:
                # One service must not stop the schedules of the others.
                logger.exception("schedules of %s", name)


def _tick(watch: _Watch) -> None:
    present = now()
    listed = list(watch.listing())
    for schedule in listed:
        since = watch.checked.get(schedule)
        if since is None:
            watch.checked[schedule] = present
        elif next_time(schedule.expression, since, schedule.timezone) <= present:
            watch.checked[schedule] = present
            watch.fire(schedule.key)
    for gone in watch.checked.keys() - set(listed):
        del watch.checked[gone]


def next_time(expression: str, after: float, timezone: str = "UTC") -> float:
    """Return when a schedule is due next, in seconds since 1970; infinity if never.

    Raises
    ------
    ValueError
        The expression is none of `cron(...)`, `rate(...)` and `at(...)`, or not valid.
    """
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression.strip())
    if rate:
        return after + int(rate[1]) * _UNITS[rate[2]]
    zone = ZoneInfo(timezone)
    once = re.fullmatch(r"at\((.+)\)", expression.strip())
    if once:
        moment = datetime.fromisoformat(once[1]).replace(tzinfo=zone).timestamp()
        return moment if moment > after else float("inf")
    cron = re.fullmatch(r"cron\((.+)\)", expression.strip())
    parts = cron[1].split() if cron else []
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"a schedule must be cron(<six fields>), rate(<number> <unit>) or at(<time>); got {expression!r}"
        )
    return _next_cron(dict(zip(_FIELDS, parts, strict=True)), after, zone)


def _next_cron(parts: dict[str, str], after: float, zone: ZoneInfo) -> float:
    allowed = {name: _values(name, parts[name]) for name in ("minute", "hour", "month", "year")}
    day = datetime.fromtimestamp(after, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(366 * 5):
        if day.year in allowed["year"] and day.month in allowed["month"] and _is_day(parts, day):
            for hour in sorted(allowed["hour"]):
                for minute in sorted(allowed["minute"]):
                    moment = day.replace(hour=hour, minute=minute).timestamp()
                    if moment > after:
                        return moment
        day += timedelta(days=1)
    return float("inf")


def _is_day(parts: dict[str, str], day: datetime) -> bool:
    weekday = day.isoweekday() % 7 + 1
    if parts["weekday"] != "?":
        nth = re.fullmatch(r"(\w+)#([1-5])", parts["weekday"])
        if nth:
            return weekday in _values("weekday", nth[1]) and (day.day - 1) // 7 + 1 == int(nth[2])
        last = re.fullmatch(r"(\w+)L", parts["weekday"])
        if last:
            return weekday in _values("weekday", last[1]) and (day + timedelta(days=7)).month != day.month
        return weekday in _values("weekday", parts["weekday"])
    if parts["day"] == "L":
        return (day + timedelta(days=1)).month != day.month
    return day.day in _values("day", parts["day"])


def _values(name: str, text: str) -> set[int]:
    low, high = _RANGES[name]
    names = _NAMES.get(name, {})
    result: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span in {"*", "?"}:
            start, end = low, high
        else:
            start = int(names.get(first, first))
            end = int(names.get(last, last)) if dash else (high if step else start)
        if not low <= start <= high or not low <= end <= high:
            raise ValueError(f"{name} of a cron expression must be {low} to {high}; got {text!r}")
        # A range may go over the end of the week or of the day.
        values = range(start, end + 1) if start <= end else [*range(start, high + 1), *range(low, end + 1)]
        result.update(list(values)[:: int(step or 1)])
    return result
