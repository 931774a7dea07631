"""Rows of the table `usage`, from what Athena and Glue say of an execution."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from usage_history.prices import Prices, dpu_seconds

_QUERY_ENDS = {"SUCCEEDED", "FAILED", "CANCELLED"}
_JOB_ENDS = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One finished execution: the columns of the contract `usage` without its partition."""

    usage_id: str
    kind: str
    team: str
    status: str
    started_at: datetime
    finished_at: datetime
    seconds: float
    scanned_bytes: int | None
    dpu_seconds: float | None
    cost_usd: float

    @property
    def day(self) -> date:
        return self.started_at.date()


def of_query(execution: Mapping[str, Any], prices: Prices) -> Row | None:
    """Return the row of a query; None while it runs."""
    status = execution["Status"]
    if status["State"] not in _QUERY_ENDS:
        return None
    statistics = execution.get("Statistics", {})
    started = status["SubmissionDateTime"]
    return Row(
        usage_id=execution["QueryExecutionId"],
        kind="query",
        team=execution["WorkGroup"],
        status=status["State"],
        started_at=_utc(started),
        finished_at=_utc(status.get("CompletionDateTime", started)),
        seconds=statistics.get("EngineExecutionTimeInMillis", 0) / 1000,
        scanned_bytes=statistics.get("DataScannedInBytes", 0),
        dpu_seconds=None,
        cost_usd=prices.query_usd(execution),
    )


def of_job(run: Mapping[str, Any], team: str, prices: Prices) -> Row | None:
    """Return the row of a job run; None while it runs or waits."""
    if run["JobRunState"] not in _JOB_ENDS:
        return None
    started = run["StartedOn"]
    return Row(
        usage_id=run["Id"],
        kind="job",
        team=team,
        status=run["JobRunState"],
        started_at=_utc(started),
        finished_at=_utc(run.get("CompletedOn") or run.get("LastModifiedOn") or started),
        seconds=float(run.get("ExecutionTime", 0)),
        scanned_bytes=None,
        dpu_seconds=dpu_seconds(run),
        cost_usd=prices.job_usd(run),
    )


def by_day(rows: Iterable[Row], days: Iterable[date]) -> dict[date, list[Row]]:
    """Sort rows of some days into these, each row once, in an order that does not depend on that of the rows."""
    found: dict[date, dict[str, Row]] = {day: {} for day in days}
    for row in rows:
        if row.day in found:
            found[row.day][row.usage_id] = row
    return {day: sorted(known.values(), key=lambda row: (row.started_at, row.usage_id)) for day, known in found.items()}


def pack(rows: Iterable[Row]) -> bytes:
    """Write rows as compressed lines of JSON; the same rows give the same bytes."""
    lines = [json.dumps(asdict(row), default=_timestamp, ensure_ascii=False) for row in rows]
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)


def _timestamp(moment: datetime) -> str:
    """Write a time as Athena's JSON reader takes it: https://docs.aws.amazon.com/athena/latest/ug/data-types.html."""
    return moment.isoformat(sep=" ", timespec="milliseconds")


def _utc(moment: datetime) -> datetime:
    """Return a time as the table has it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
