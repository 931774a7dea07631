from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from laptop.emulator import clock
from laptop.emulator.quicksight import schedule_rules

LAST = {"DayOfMonth": "LAST_DAY_OF_MONTH"}
# A Sunday on which clocks in Oslo go forward at 02:00.
NOW = dt.datetime(2026, 3, 29, 0, 10, tzinfo=dt.UTC)


def schedule(interval: str, kind: str = "FULL_REFRESH", **frequency: Any) -> dict[str, Any]:
    return {"ScheduleId": "s", "RefreshType": kind, "ScheduleFrequency": {"Interval": interval, **frequency}}


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (schedule("MINUTE15", "INCREMENTAL_REFRESH"), "2026-03-29T00:15"),
        (schedule("MINUTE30", "INCREMENTAL_REFRESH"), "2026-03-29T00:30"),
        (schedule("HOURLY"), "2026-03-29T01:00"),
        (schedule("HOURLY", TimeOfTheDay="00:20"), "2026-03-29T00:20"),
        (schedule("DAILY", TimeOfTheDay="23:00"), "2026-03-29T23:00"),
        (schedule("DAILY", TimeOfTheDay="06:00", Timezone="Europe/Oslo"), "2026-03-29T04:00"),
        (schedule("WEEKLY", TimeOfTheDay="01:00", RefreshOnDay={"DayOfWeek": "MONDAY"}), "2026-03-30T01:00"),
        (schedule("MONTHLY", TimeOfTheDay="01:00", RefreshOnDay={"DayOfMonth": "28"}), "2026-04-28T01:00"),
        (schedule("MONTHLY", TimeOfTheDay="01:00", RefreshOnDay=LAST), "2026-03-31T01:00"),
    ],
)
def test_a_schedule_is_due_at_its_time_in_its_time_zone(given: dict[str, Any], due: str) -> None:
    assert schedule_rules.problem(given, []) is None
    moment = clock.next_time(schedule_rules.cron(given), NOW.timestamp(), schedule_rules.timezone(given))
    assert dt.datetime.fromtimestamp(moment, dt.UTC).isoformat(timespec="minutes") == f"{due}+00:00"


@pytest.mark.parametrize(
    ("given", "others", "message"),
    [
        (schedule("MINUTE15"), [], "MINUTE15 must be for incremental refreshes; got FULL_REFRESH"),
        (schedule("HOURLY"), [schedule("HOURLY")], "HOURLY must be used for one schedule"),
        (schedule("DAILY"), [], "DAILY must have a TimeOfTheDay"),
        (schedule("DAILY", TimeOfTheDay="7:00"), [], "must be HH:MM; got 7:00"),
        (schedule("DAILY", TimeOfTheDay="07:00", Timezone="Oslo"), [], "must be a known one; got Oslo"),
        (schedule("WEEKLY", TimeOfTheDay="07:00"), [], "WEEKLY must have a RefreshOnDay with DayOfWeek"),
        (schedule("DAILY", TimeOfTheDay="07:00"), [schedule("DAILY")] * 5, "at most 5 refresh schedules"),
    ],
)
def test_fails_for_a_schedule_that_is_not_allowed(given: dict[str, Any], others: list[Any], message: str) -> None:
    assert message in str(schedule_rules.problem(given, others))
