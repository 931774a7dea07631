"""Data sets brought up to date by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from dashboards.cli.place import Place
from dashboards.errors import DashboardError
from dashboards.model import DataSet

_LOOK_SECONDS = 2
_GOES_ON = {"INITIALIZED", "QUEUED", "RUNNING"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a refresh ended, or that it has not."""

    data_set: str
    status: str
    rows: int | None = None
    dropped: int | None = None
    seconds: float | None = None
    error: str = ""

    @property
    def good(self) -> bool:
        return self.status == "COMPLETED"

    def __str__(self) -> str:
        if not self.good:
            return f"{self.data_set}: {self.status} {self.error}".rstrip()
        dropped = f", {self.dropped:,} dropped" if self.dropped else ""
        return f"{self.data_set}: {self.rows:,} rows{dropped}, {self.seconds:g} s"


def run(
    place: Place,
    console: Console,
    *,
    names: Sequence[str] | None,
    incremental: bool,
    minutes: float,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Refresh, wait, print how each ended; 1 if one did not end well."""
    data_sets = chosen(place.collection.data_sets, names, incremental=incremental)
    with _bar(console) as bar:
        task = bar.add_task("Refreshing", total=len(data_sets))
        outcomes = refreshed(
            place,
            data_sets,
            incremental=incremental,
            minutes=minutes,
            sleep=sleep,
            tell=lambda ended: bar.update(task, completed=ended),
        )
    for outcome in outcomes:
        console.print(f"[green]✓[/] {outcome}" if outcome.good else f"[bold red]✗[/] {outcome}", soft_wrap=True)
    return int(not all(outcome.good for outcome in outcomes))


def refreshed(
    place: Place,
    data_sets: Sequence[DataSet],
    *,
    incremental: bool = False,
    minutes: float = 30,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[int], None] = lambda ended: None,
) -> list[Outcome]:
    """Refresh data sets side by side, and return how each ended, or that it goes on after so many minutes."""
    ingestion = f"by-hand-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    outcomes = {each.id: _start(place, each.id, ingestion, incremental=incremental) for each in data_sets}
    deadline = time.monotonic() + minutes * 60
    while (waiting := [each for each in outcomes.values() if each.status in _GOES_ON]) and time.monotonic() < deadline:
        tell(len(outcomes) - len(waiting))
        sleep(_LOOK_SECONDS)
        outcomes |= {each.data_set: _look(place, each.data_set, ingestion) for each in waiting}
    return list(outcomes.values())


def chosen(known: Sequence[DataSet], names: Sequence[str] | None, *, incremental: bool) -> list[DataSet]:
    """Return the data sets that are meant: all that SPICE holds and that can be refreshed so, or the named ones.

    Raises
    ------
    DashboardError
        If a named one is not among these.
    """
    fitting = [
        each for each in known if each.import_mode == "SPICE" and (each.look_back is not None or not incremental)
    ]
    if not names:
        return fitting
    by_name = {each.name: each for each in fitting} | {each.id: each for each in fitting}
    strangers = [name for name in names if name not in by_name]
    if strangers:
        how = "refreshed incrementally" if incremental else "refreshed"
        raise DashboardError(
            f"data sets that can be {how} are {sorted(each.name for each in fitting)}; got {strangers}"
        )
    return list({by_name[name].id: by_name[name] for name in names}.values())


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal)


def _start(place: Place, data_set: str, ingestion: str, *, incremental: bool) -> Outcome:
    try:
        answer = place.quicksight.create_ingestion(
            AwsAccountId=place.account,
            DataSetId=data_set,
            IngestionId=ingestion,
            IngestionType="INCREMENTAL_REFRESH" if incremental else "FULL_REFRESH",
        )
    except ClientError as error:
        return Outcome(data_set=data_set, status="REFUSED", error=str(error))
    return Outcome(data_set=data_set, status=answer["IngestionStatus"], seconds=0, rows=0)


def _look(place: Place, data_set: str, ingestion: str) -> Outcome:
    found = place.quicksight.describe_ingestion(AwsAccountId=place.account, DataSetId=data_set, IngestionId=ingestion)[
        "Ingestion"
    ]
    rows: dict[str, Any] = found.get("RowInfo", {})
    error: dict[str, str] = found.get("ErrorInfo", {})
    return Outcome(
        data_set=data_set,
        status=found["IngestionStatus"],
        rows=rows.get("RowsIngested", 0),
        dropped=rows.get("RowsDropped", 0),
        seconds=found.get("IngestionTimeInSeconds", 0),
        error=f"{error.get('Type', '')}: {error.get('Message', '')}" if error else "",
    )
