from __future__ import annotations

from datetime import UTC, datetime

import pytest

from laptop.emulator.clock import next_time


def after(expression: str, moment: str) -> str:
    start = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(next_time(expression, start), UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("expression", "moment", "expected"),
    [
        ("rate(1 minute)", "2026-01-01T00:00", "2026-01-01T00:01"),
        ("rate(5 hours)", "2026-01-01T00:00", "2026-01-01T05:00"),
        ("cron(15 10 * * ? *)", "2026-01-01T10:15", "2026-01-02T10:15"),
        ("cron(0/15 * * * ? *)", "2026-01-01T10:16", "2026-01-01T10:30"),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00", "2026-11-23T18:00"),
        ("cron(0 8 1 * ? *)", "2026-01-01T09:00", "2026-02-01T08:00"),
        ("cron(0 0 L * ? *)", "2026-02-01T00:00", "2026-02-28T00:00"),
        ("cron(0 9 ? * 2#1 *)", "2026-11-21T00:00", "2026-12-07T09:00"),
        ("cron(0 9 ? * 6L *)", "2026-11-21T00:00", "2026-11-27T09:00"),
        ("cron(0 0 29 2 ? *)", "2026-01-01T00:00", "2028-02-29T00:00"),
    ],
)
def test_next_time_of_a_schedule(expression: str, moment: str, expected: str) -> None:
    assert after(expression, moment) == expected


def test_time_zone_follows_daylight_saving() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()
    first = next_time("cron(0 9 * * ? *)", start, "Europe/Berlin")
    assert datetime.fromtimestamp(first, UTC).hour == 7
    before = next_time("cron(0 9 * * ? *)", start - 86400, "Europe/Berlin")
    assert datetime.fromtimestamp(before, UTC).hour == 8


def test_one_time_schedule_comes_once() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    due = next_time("at(2026-01-01T10:00:00)", start, "America/New_York")
    assert datetime.fromtimestamp(due, UTC).hour == 15
    assert next_time("at(2026-01-01T10:00:00)", due, "America/New_York") == float("inf")


def test_schedule_of_a_past_year_never_comes() -> None:
    assert next_time("cron(0 0 1 1 ? 2020)", datetime(2026, 1, 1, tzinfo=UTC).timestamp()) == float("inf")


@pytest.mark.parametrize("expression", ["cron(0 0 1 1 ?)", "cron(61 * * * ? *)", "rate(1 fortnight)", "daily"])
def test_fails_on_what_is_no_schedule(expression: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        next_time(expression, 0)
