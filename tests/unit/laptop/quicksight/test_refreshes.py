"""Schedules that come due, without an emulator."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from laptop.emulator import clock
from laptop.emulator.quicksight import ingestion_runs, ingestions, refreshes
from laptop.emulator.quicksight.records import Kind
from laptop.emulator.store import Store

MIDNIGHT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()
WINDOW = {"LookbackWindow": {"ColumnName": "t", "Size": 1, "SizeUnit": "DAY"}}


class Lake:
    """Data sets, schedules and ingestions in a folder, and a clock that is set by hand."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.data_sets = Kind("dataset", "DataSet", Store("data-sets", folder))
        self.schedules, self.ingestions = Store("schedules", folder), Store("ingestions", folder)
        for module in (ingestion_runs, ingestions, refreshes):
            patch.setattr(module, "DATA_SETS", self.data_sets)
        patch.setattr(refreshes, "STORE", self.schedules)
        patch.setattr(ingestion_runs, "STORE", self.ingestions)
        patch.setattr(ingestion_runs.clients, "background", lambda work, *args: None)  # type: ignore[attr-defined]
        self.now: float = MIDNIGHT
        patch.setattr(clock, "now", lambda: self.now)
        self.watch = clock._Watch(refreshes._schedules, refreshes._fire)
        properties = {"RefreshConfiguration": {"IncrementalRefresh": WINDOW}}
        self.data_sets.put_new("sales", {"DataSetId": "sales", "ImportMode": "SPICE", "refresh_properties": properties})

    def tick(self, minutes: int) -> list[str]:
        """Let time pass; return the kinds of the ingestions that there are then."""
        self.now = MIDNIGHT + 60 * minutes
        clock._tick(self.watch)
        return [f"{made['RequestType']} {made['RequestSource']}" for _, made in self.ingestions.items()]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Lake(tmp_path, monkeypatch)
    yield made
    ingestion_runs._busy.clear()


def schedule(**changes: Any) -> dict[str, Any]:
    frequency = {"Interval": "DAILY", "TimeOfTheDay": "00:30"}
    return {"ScheduleId": "nightly", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": frequency, **changes}


def test_a_schedule_starts_an_ingestion_once_at_its_time(lake: Lake) -> None:
    refreshes._put("sales", schedule())
    assert lake.tick(0) == []
    assert lake.tick(29) == []
    assert lake.tick(30) == ["FULL_REFRESH SCHEDULED"]
    assert lake.tick(31) == ["FULL_REFRESH SCHEDULED"]
    assert len(lake.tick(24 * 60 + 30)) == 2


def test_a_schedule_waits_for_the_moment_after_which_it_may_start(lake: Lake) -> None:
    refreshes._put("sales", schedule(StartAfterDateTime=MIDNIGHT + 24 * 3600))
    lake.tick(0)
    assert lake.tick(30) == []
    assert len(lake.tick(24 * 60 + 30)) == 1


def test_a_schedule_of_a_data_set_that_left_spice_does_nothing(lake: Lake) -> None:
    refreshes._put("sales", schedule(RefreshType="INCREMENTAL_REFRESH"))
    lake.tick(0)
    lake.data_sets.put("sales", lake.data_sets.find("sales") | {"ImportMode": "DIRECT_QUERY"})
    assert lake.tick(30) == []
