"""When a refresh schedule is due, and what it must be. Pure.

Source: `RefreshFrequency` and `CreateRefreshSchedule` of the API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, available_timezones

from laptop.emulator.registry import Json

_MAX_SCHEDULES = 5
_MINUTES = {"MINUTE15": "0/15", "MINUTE30": "0/30"}
# "This interval can only be used for one schedule per dataset."
_ONCE = ("MINUTE15", "MINUTE30", "HOURLY")


def problem(schedule: Json, others: Iterable[Json]) -> str | None:
    """Say what is wrong first with a schedule, or None.

    Parameters
    ----------
    others
        The other schedules of the data set.
    """
    return next(_problems(schedule, list(others)), None)


def _problems(schedule: Json, every: list[Json]) -> Iterator[str]:
    frequency = schedule["ScheduleFrequency"]
    interval, day = frequency["Interval"], frequency.get("RefreshOnDay") or {}
    if len(every) >= _MAX_SCHEDULES:
        yield f"a data set must have at most {_MAX_SCHEDULES} refresh schedules"
    if interval in _MINUTES and schedule["RefreshType"] != "INCREMENTAL_REFRESH":
        yield f"{interval} must be for incremental refreshes; got {schedule['RefreshType']}"
    if interval in _ONCE and any(other["ScheduleFrequency"]["Interval"] == interval for other in every):
        yield f"{interval} must be used for one schedule of a data set"
    if frequency.get("Timezone", "UTC") not in available_timezones():
        yield f"Timezone must be a known one; got {frequency['Timezone']}"
    time = frequency.get("TimeOfTheDay")
    if interval not in _ONCE and time is None:
        yield f"{interval} must have a TimeOfTheDay"
    if time is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time):
        yield f"TimeOfTheDay must be HH:MM; got {time}"
    needed = {"WEEKLY": "DayOfWeek", "MONTHLY": "DayOfMonth"}.get(interval)
    if needed and needed not in day:
        yield f"{interval} must have a RefreshOnDay with {needed}"


def cron(schedule: Json) -> str:
    """Return the times of a schedule as a cron expression of the laptop's clock."""
    frequency = schedule["ScheduleFrequency"]
    interval, day = frequency["Interval"], frequency.get("RefreshOnDay") or {}
    if interval in _MINUTES:
        return f"cron({_MINUTES[interval]} * * * ? *)"
    hour, minute = (int(part) for part in frequency.get("TimeOfTheDay", "00:00").split(":"))
    if interval == "HOURLY":
        return f"cron({minute} * * * ? *)"
    if interval == "WEEKLY":
        return f"cron({minute} {hour} ? * {day['DayOfWeek'][:3]} *)"
    if interval == "MONTHLY":
        of_month = "L" if day["DayOfMonth"] == "LAST_DAY_OF_MONTH" else day["DayOfMonth"]
        return f"cron({minute} {hour} {of_month} * ? *)"
    return f"cron({minute} {hour} * * ? *)"


def timezone(schedule: Json) -> str:
    return ZoneInfo(schedule["ScheduleFrequency"].get("Timezone", "UTC")).key
