"""Ingestions that are cancelled, deleted or cut off while they run; without an emulator and without threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from laptop.emulator.quicksight import imports, ingestion_runs, signals, spice
from laptop.emulator.quicksight.imports import Outcome
from laptop.emulator.quicksight.records import Kind
from laptop.emulator.registry import ServiceError
from laptop.emulator.store import Store

TYPES = {"n": "INTEGER"}
GOOD = Outcome({"IngestionStatus": "COMPLETED", "RowInfo": {"TotalRowsInDataset": 1}}, TYPES)


class Lake:
    """A data set in SPICE; `during` happens while an ingestion runs, of which `work` runs all that wait."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.data_sets = Kind("dataset", "DataSet", Store("data-sets", folder))
        self.store = Store("ingestions", folder)
        patch.setenv("LAKE_STATE_DIR", str(folder))
        patch.setattr(ingestion_runs, "DATA_SETS", self.data_sets)
        patch.setattr(ingestion_runs, "STORE", self.store)
        patch.setattr(ingestion_runs.clients, "background", lambda work, *args: self.threads.append(args))  # type: ignore[attr-defined]
        patch.setattr(imports, "run", self._import)
        patch.setattr(signals, "ended", lambda data_set_id, end, seconds: self.metrics.append(end["IngestionStatus"]))
        self.threads: list[Any] = []
        self.metrics: list[str] = []
        self.during: dict[str, Callable[[], object]] = {}
        self.ran: list[str] = []
        self.make()

    def make(self) -> None:
        columns = [{"Name": name, "Type": kind} for name, kind in TYPES.items()]
        self.data_sets.put_new("sales", {"DataSetId": "sales", "ImportMode": "SPICE", "OutputColumns": columns})

    def delete(self) -> None:
        self.data_sets.store.delete("sales")
        ingestion_runs.forget("sales")

    def _import(self, data_set_id: str, request_type: str, target: Path, is_stopped: Callable[[], bool]) -> Outcome:
        self.ran.append(target.stem)
        self.during.pop(target.stem, lambda: None)()
        target.write_text("rows")
        return GOOD

    def start(self, *names: str) -> None:
        for name in names:
            ingestion_runs.start("sales", name, "FULL_REFRESH")

    def work(self) -> None:
        ingestion_runs._work("sales")

    def cancel(self, name: str) -> None:
        ingestion_runs.cancel("sales", name)

    def statuses(self) -> dict[str, str]:
        return {made["IngestionId"]: made["IngestionStatus"] for made in ingestion_runs.of("sales")}

    def shown(self) -> str | None:
        file = imports.shown_file(self.data_sets.find("sales"))
        return file.stem if file and file.exists() else None

    def files(self) -> set[str]:
        return {file.stem for file in spice.folder("sales").iterdir()}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    yield Lake(tmp_path, monkeypatch)
    ingestion_runs._busy.clear()
    ingestion_runs._running.clear()


def test_ingestions_run_one_after_the_other_and_the_last_one_is_shown(lake: Lake) -> None:
    lake.start("one", "two")
    assert lake.statuses() == {"two": "QUEUED", "one": "INITIALIZED"}
    assert lake.threads == [("sales",)]
    lake.during["one"] = lambda: lake.start("three")
    lake.work()
    assert lake.ran == ["one", "two", "three"]
    assert set(lake.statuses().values()) == {"COMPLETED"}
    assert (lake.shown(), lake.files()) == ("three", {"two", "three"})
    assert lake.metrics == ["COMPLETED"] * 3
    lake.start("four")
    assert len(lake.threads) == 2


def test_an_ingestion_that_is_cancelled_while_it_runs_shows_nothing_even_if_its_rows_came(lake: Lake) -> None:
    lake.start("good", "bad")
    lake.during["bad"] = lambda: lake.cancel("bad")
    lake.work()
    assert lake.statuses() == {"bad": "CANCELLED", "good": "COMPLETED"}
    assert (lake.shown(), lake.files()) == ("good", {"good"})
    with pytest.raises(ServiceError, match="must not have ended; got CANCELLED"):
        lake.cancel("bad")


def test_an_ingestion_that_is_cancelled_while_it_waits_never_runs(lake: Lake) -> None:
    lake.start("one", "two")
    lake.during["one"] = lambda: lake.cancel("two")
    lake.work()
    assert lake.ran == ["one"]
    assert lake.statuses() == {"two": "CANCELLED", "one": "COMPLETED"}


def test_what_a_deleted_data_set_imported_is_not_shown_by_a_new_one_of_its_name(lake: Lake) -> None:
    def replace() -> None:
        lake.delete()
        lake.make()
        lake.start("first")
        lake.during["first"] = lambda: seen.append((lake.shown(), lake.statuses()["first"]))

    seen: list[Any] = []
    lake.start("first", "second")
    lake.during["first"] = replace
    lake.work()
    assert lake.ran == ["first", "first"]
    assert seen == [(None, "RUNNING")]
    assert lake.statuses() == {"first": "COMPLETED"}
    assert lake.metrics == ["COMPLETED"]


def test_a_deleted_data_set_leaves_no_rows(lake: Lake) -> None:
    lake.start("first")
    lake.during["first"] = lake.delete
    lake.work()
    assert (lake.files(), list(lake.store.items()), lake.metrics) == (set(), [], [])


def test_an_import_of_a_data_set_that_left_spice_meanwhile_has_failed(lake: Lake) -> None:
    def leave() -> None:
        lake.data_sets.put("sales", lake.data_sets.find("sales") | {"ImportMode": "DIRECT_QUERY"})

    lake.start("late")
    lake.during["late"] = leave
    lake.work()
    (late,) = ingestion_runs.of("sales")
    assert (late["IngestionStatus"], late["ErrorInfo"]["Type"]) == ("FAILED", "DATA_SET_NOT_SPICE")
    assert lake.shown() is None


def test_metrics_that_cannot_be_put_are_logged_and_hold_up_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise ConnectionError("no CloudWatch")

    monkeypatch.setattr(signals, "ended", refuse)
    lake.start("one", "two")
    lake.work()
    assert lake.statuses() == {"two": "COMPLETED", "one": "COMPLETED"}
    assert "the metrics of ingestion sales/one could not be put" in caplog.text


def test_an_outcome_that_cannot_be_kept_blocks_the_data_set_until_the_next_ingestion_only(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left on device")

    lake.start("one")
    with monkeypatch.context() as patch:
        patch.setattr(spice, "remove", full)
        with pytest.raises(OSError, match="no space left"):
            lake.work()
    lake.start("two")
    assert len(lake.threads) == 2
    lake.work()
    assert lake.statuses() == {"two": "COMPLETED", "one": "COMPLETED"}


def test_what_the_end_of_the_laptop_cut_off_has_failed_and_the_last_good_rows_stay(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.start("good")
    lake.work()
    lake.start("running", "queued")
    monkeypatch.setattr(ingestion_runs, "_PROCESS", "of the next start")
    ingestion_runs._busy.clear()
    assert lake.statuses() == {"queued": "FAILED", "running": "FAILED", "good": "COMPLETED"}
    cut_off = ingestion_runs.of("sales")[0]["ErrorInfo"]
    assert cut_off["Type"] == "INTERNAL_SERVICE_ERROR"
    assert "was stopped while the ingestion ran" in cut_off["Message"]
    assert lake.shown() == "good"
    lake.start("early")
    lake.work()
    assert lake.ran == ["good", "early"]


@pytest.mark.parametrize("change", [{"Name": "m"}, {"Type": "STRING"}])
def test_rows_are_not_shown_after_a_change_of_the_names_or_types_of_columns(lake: Lake, change: dict[str, str]) -> None:
    lake.start("one")
    lake.work()
    assert lake.shown() == "one"
    data_set = lake.data_sets.find("sales")
    lake.data_sets.put("sales", data_set | {"OutputColumns": [data_set["OutputColumns"][0] | change]})
    assert lake.shown() is None
