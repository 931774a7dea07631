"""Dashboards: people who look, rows that are up to date, and the page that shows both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laptop import aws
from laptop.launcher import LaptopError
from laptop.preview import command, people
from laptop.preview.refresh import refresh
from laptop.report.model import PersonFact

if TYPE_CHECKING:
    from laptop.demo.lake import Lake
    from laptop.preview.snapshot import Snapshot
    from laptop.state import Home, Run

# What an ingestion is that nobody asked for: QuickSight makes it when the data set is created.
_INITIAL = "INITIAL_INGESTION"


@dataclass(frozen=True)
class Written:
    """The page, who sees what on it, and what came of it in one line."""

    page: Path
    people: tuple[PersonFact, ...]
    detail: str


def run(home: Home, emulator: Run, lake: Lake, since: float) -> Written:
    """Write the preview of the dashboards.

    Parameters
    ----------
    since
        Data sets that were refreshed after this time (seconds since 1970) are left alone.

    Raises
    ------
    LaptopError
        A refresh failed.
    """
    quicksight = lake.client("quicksight")
    people.register(quicksight)
    _record_usage(lake)
    refreshed = _refresh(quicksight, since)
    snapshot = command.look(home, emulator)
    page = command.write(home, snapshot)
    visuals = sum(one.visuals for one in snapshot.dashboards)
    detail = f"{len(snapshot.dashboards)} dashboards with {visuals} visuals, {refreshed} data sets refreshed"
    return Written(page, facts(snapshot), detail)


def _record_usage(lake: Lake) -> None:
    """Write down what queries and jobs have cost until now; the schedule does it once an hour."""
    answer = lake.client("lambda").invoke(FunctionName=lake.outputs["UsageHistoryFunctionName"], Payload=b"{}")
    if "FunctionError" in answer:
        raise LaptopError(f"the usage history must be written; got {answer['Payload'].read().decode()}")


def _refresh(quicksight: Any, since: float) -> int:
    pages = quicksight.get_paginator("list_data_sets").paginate(AwsAccountId=aws.ACCOUNT)
    spice = [item["DataSetId"] for page in pages for item in page["DataSetSummaries"] if item["ImportMode"] == "SPICE"]
    stale = [data_set for data_set in spice if is_stale(_ingestions(quicksight, data_set), since)]
    failed = [data_set for data_set, status in refresh(quicksight, stale).items() if status != "COMPLETED"]
    if failed:
        raise LaptopError(f"all refreshes must complete; got failed ones of {', '.join(sorted(failed))}")
    return len(stale)


def _ingestions(quicksight: Any, data_set: str) -> list[dict[str, Any]]:
    pages = quicksight.get_paginator("list_ingestions").paginate(AwsAccountId=aws.ACCOUNT, DataSetId=data_set)
    return [made for page in pages for made in page["Ingestions"]]


def is_stale(ingestions: list[dict[str, Any]], since: float) -> bool:
    """Whether no pipeline has refreshed a data set since a time: they do it for what they write.

    A schedule does not know when something was written; what it imported may be older than that.
    """
    return not any(
        made["IngestionStatus"] == "COMPLETED"
        and made["RequestSource"] == "MANUAL"
        and made["RequestType"] != _INITIAL
        and made["CreatedTime"].timestamp() >= since
        for made in ingestions
    )


def facts(snapshot: Snapshot) -> tuple[PersonFact, ...]:
    """Say of each person how many rows they see, of how many, in the dashboards that they may read."""
    return tuple(
        PersonFact(
            name=person.name,
            groups=person.groups,
            dashboards=tuple(one.name for one in snapshot.dashboards if one.id in person.dashboards),
            rows=sum(rows.count for rows in person.rows.values()),
            all_rows=sum(snapshot.data_sets[data_set].rows or 0 for data_set in person.rows),
            withheld=tuple(sorted({column for rows in person.rows.values() for column in rows.hidden})),
        )
        for person in snapshot.people
    )
