"""What queries and job runs cost, and the table that tells it."""

from __future__ import annotations

import gzip
import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import duckdb
import pytest
from moto import mock_aws
from usage_history import days, history
from usage_history.prices import Prices
from usage_history.rows import Row, by_day, of_job, of_query, pack

from contracts.loader import load

PRICES = Prices(athena_usd_per_tib=5.0, glue_usd_per_dpu_hour=0.44, glue_flex_usd_per_dpu_hour=0.29)
_DUCKDB = {"string": "varchar"}
MIB, TIB = 1 << 20, 1 << 40
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
CONTEXT = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn:f", aws_request_id="r")


def query(state: str = "SUCCEEDED", kind: str = "DML", scanned: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "QueryExecutionId": "q-1",
        "StatementType": kind,
        "WorkGroup": "lake-analysts",
        "Status": {
            "State": state,
            "SubmissionDateTime": NOON,
            "CompletionDateTime": NOON + timedelta(milliseconds=2500),
        },
        "Statistics": {"DataScannedInBytes": scanned, "EngineExecutionTimeInMillis": 2345},
    } | fields


def run(state: str = "SUCCEEDED", **fields: Any) -> dict[str, Any]:
    return {
        "Id": "jr_1",
        "JobName": "curate",
        "JobRunState": state,
        "StartedOn": NOON,
        "CompletedOn": NOON + timedelta(minutes=30),
        "ExecutionTime": 1800,
        "MaxCapacity": 2.0,
        "ExecutionClass": "STANDARD",
    } | fields


@pytest.mark.parametrize(
    ("scanned", "billed"),
    [(0, 10 * MIB), (1, 10 * MIB), (10 * MIB, 10 * MIB), (10 * MIB + 1, 11 * MIB), (TIB, TIB)],
)
def test_query_pays_for_whole_mebibytes_and_ten_at_least(scanned: int, billed: int) -> None:
    assert PRICES.query_usd(query(scanned=scanned)) == pytest.approx(billed / TIB * 5)


@pytest.mark.parametrize(
    "execution",
    [
        query("FAILED", scanned=TIB),
        query(kind="DDL"),
        query(kind="UTILITY"),
        query("CANCELLED"),
        query(Statistics={"ResultReuseInformation": {"ReusedPreviousResult": True}, "DataScannedInBytes": 0}),
        query("FAILED", Statistics={}),
    ],
    ids=["failed", "catalog", "utility", "cancelled at once", "result used again", "failed before it ran"],
)
def test_nothing_is_paid_for_what_athena_does_not_bill(execution: dict[str, Any]) -> None:
    assert PRICES.query_usd(execution) == 0


def test_table_that_is_made_of_a_query_pays_for_it() -> None:
    assert PRICES.query_usd(query(kind="DDL", SubstatementType="CREATE_TABLE_AS_SELECT", scanned=TIB)) == 5


def test_cancelled_query_pays_for_what_it_had_read() -> None:
    assert PRICES.query_usd(query("CANCELLED", scanned=TIB)) == 5


@pytest.mark.parametrize(
    ("fields", "dpu_seconds", "usd"),
    [
        ({}, 3600, 0.44),
        ({"ExecutionClass": "FLEX"}, 3600, 0.29),
        ({"ExecutionTime": 5}, 120, 0.44 * 120 / 3600),
        ({"ExecutionTime": 0}, 0, 0),
        ({"DPUSeconds": 1800.5}, 1800.5, 0.44 * 1800.5 / 3600),
        ({"MaxCapacity": None, "WorkerType": "G.2X", "NumberOfWorkers": 3}, 10800, 1.32),
        ({"JobRunState": "FAILED"}, 3600, 0.44),
    ],
    ids=["standard", "flex", "a minute at least", "never ran", "auto scaling", "workers", "failed"],
)
def test_job_pays_for_its_capacity_by_the_second(fields: dict[str, Any], dpu_seconds: float, usd: float) -> None:
    row = of_job(run(**fields), "curate-orders", PRICES)

    assert row is not None
    assert row.dpu_seconds == dpu_seconds
    assert row.cost_usd == pytest.approx(usd)


def test_fails_on_a_worker_whose_capacity_is_not_known() -> None:
    with pytest.raises(ValueError, match=r"worker type of run jr_1 must be one of .*; got 'Z\.1X'"):
        of_job(run(MaxCapacity=None, WorkerType="Z.1X"), "curate-orders", PRICES)


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
def test_query_that_runs_has_no_row_yet(state: str) -> None:
    assert of_query(query(state), PRICES) is None


@pytest.mark.parametrize("state", ["STARTING", "RUNNING", "STOPPING", "WAITING"])
def test_job_run_that_goes_on_has_no_row_yet(state: str) -> None:
    assert of_job(run(state), "curate-orders", PRICES) is None


def test_row_of_a_query_says_who_ran_it_when_and_what_it_read() -> None:
    assert of_query(query(scanned=TIB), PRICES) == Row(
        usage_id="q-1",
        kind="query",
        team="lake-analysts",
        status="SUCCEEDED",
        started_at=datetime(2026, 3, 29, 12),
        finished_at=datetime(2026, 3, 29, 12, 0, 2, 500000),
        seconds=2.345,
        scanned_bytes=TIB,
        dpu_seconds=None,
        cost_usd=5.0,
    )


def test_day_is_that_of_utc_whatever_time_zone_the_service_answers_in() -> None:
    early = datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    row = of_job(run(StartedOn=early, CompletedOn=early), "curate-orders", PRICES)

    assert row is not None
    assert (row.day, row.started_at) == (date(2026, 3, 28), datetime(2026, 3, 28, 23, 30))


def row(usage_id: str, day: int, hour: int = 0) -> Row:
    found = of_query(query(QueryExecutionId=usage_id), PRICES)
    assert found is not None
    return Row(**{**vars(found), "started_at": datetime(2026, 3, day, hour)})


def test_days_hold_their_rows_once_in_one_order_and_no_others() -> None:
    rows = [row("b", 28, 3), row("a", 28, 3), row("c", 28, 1), row("a", 28, 3), row("d", 27), row("e", 29)]
    asked = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]

    found = by_day(rows, asked)

    assert [[each.usage_id for each in found[day]] for day in asked] == [["c", "a", "b"], ["e"], []]
    assert by_day(reversed(rows), asked) == found


def test_today_and_yesterday_are_written_unless_more_is_asked_for() -> None:
    now = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)
    assert days.wanted({}, now) == [date(2026, 2, 28), date(2026, 3, 1)]
    assert days.wanted({"days": 0}, now) == [date(2026, 3, 1)]
    assert days.wanted({"days": 40}, now)[0] == date(2026, 1, 20)


@pytest.mark.parametrize("value", [41, -1, "3", None])
def test_fails_when_more_is_asked_for_than_athena_remembers(value: Any) -> None:
    with pytest.raises(ValueError, match=f"days must be a number from 0 to 40, of days before today; got {value!r}"):
        days.wanted({"days": value}, NOON)


def test_columns_are_those_of_the_contract() -> None:
    assert tuple(Row.__dataclass_fields__) == tuple(column.name for column in load("usage").data_columns)


def test_lines_are_what_athena_reads_and_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [each for each in (of_query(query(scanned=3), PRICES), of_job(run(), "häßlich 🦆", PRICES)) if each]
    file = tmp_path / "usage.json.gz"
    file.write_bytes(pack(rows))

    types = {column.name: _DUCKDB.get(column.type, column.type) for column in load("usage").data_columns}
    found = duckdb.execute(f"select * from read_json(?, columns = {types})", [str(file)]).fetchall()

    assert found == [tuple(asdict(row).values()) for row in rows]
    assert pack(rows) == file.read_bytes()


class Pages:
    """A client of Athena or Glue with many executions, the newest first, which counts what is read."""

    def __init__(self, found: list[Any], *, lost: bool = False, empty: int = 0) -> None:
        self.found = found
        self.empty = empty
        self.lost = lost
        self.read = 0

    def get_paginator(self, operation: str) -> Pages:
        self.member = {"list_query_executions": "QueryExecutionIds", "get_job_runs": "JobRuns"}[operation]
        return self

    def paginate(self, PaginationConfig: dict[str, int], **_: str) -> Iterator[Any]:  # noqa: N803
        size = PaginationConfig["PageSize"]
        for start in (*(-size for _ in range(self.empty)), *range(0, max(len(self.found), 1), size)):
            self.read += 1
            page = self.found[max(start, 0) : start + size]
            yield {self.member: page if self.member == "JobRuns" else [each["QueryExecutionId"] for each in page]}

    def batch_get_query_execution(self, QueryExecutionIds: list[str]) -> Any:  # noqa: N803
        if self.lost:
            return {"QueryExecutions": [], "UnprocessedQueryExecutionIds": [{"QueryExecutionId": "q-9"}]}
        by_id = {each["QueryExecutionId"]: each for each in self.found}
        return {"QueryExecutions": [by_id[name] for name in QueryExecutionIds]}


def many(count: int) -> list[Any]:
    status = query()["Status"]
    return [
        query(QueryExecutionId=f"q-{n}", Status=status | {"SubmissionDateTime": NOON - timedelta(minutes=n)})
        for n in range(count)
    ]


def test_history_is_read_no_further_back_than_needed() -> None:
    athena: Any = Pages(many(1000))

    found = list(history.queries(athena, "lake-analysts", NOON - timedelta(minutes=60)))

    assert len(found) >= 61
    assert athena.read == 3
    glue: Any = Pages([run(StartedOn=NOON - timedelta(hours=n)) for n in range(1000)])
    assert len(list(history.runs(glue, "curate", NOON))) == 400
    assert glue.read == 2


def test_empty_history_is_read_to_its_end() -> None:
    athena: Any = Pages([])
    glue: Any = Pages([])

    assert list(history.queries(athena, "lake-bi", NOON)) == list(history.runs(glue, "curate", NOON)) == []


def test_history_goes_on_behind_an_empty_page() -> None:
    athena: Any = Pages(many(1), empty=1)
    glue: Any = Pages([run()], empty=1)

    assert len(list(history.queries(athena, "lake-bi", NOON))) == len(list(history.runs(glue, "curate", NOON))) == 1


def test_fails_when_athena_lists_a_query_that_it_does_not_describe() -> None:
    athena: Any = Pages(many(1), lost=True)

    with pytest.raises(RuntimeError, match="q-9"):
        list(history.queries(athena, "lake-analysts", NOON))


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "usage_history",
        "BUCKET": "analytics",
        "PREFIX": "usage",
        "WORKGROUPS": "lake-analysts,lake-bi",
        "JOBS": "curate-orders=curate",
        "ATHENA_USD_PER_TIB": "5",
        "GLUE_USD_PER_DPU_HOUR": "0.44",
        "GLUE_FLEX_USD_PER_DPU_HOUR": "0.29",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="analytics")
        found = importlib.import_module("usage_history.handler")
        now = datetime.now(UTC)
        times = {"SubmissionDateTime": now, "CompletionDateTime": now}
        monkeypatch.setattr(found, "_athena", Pages([query(scanned=TIB, Status={"State": "SUCCEEDED"} | times)]))
        yesterday = now - timedelta(days=1)
        monkeypatch.setattr(found, "_glue", Pages([run(StartedOn=yesterday, CompletedOn=yesterday)]))
        yield found
    sys.modules.pop("usage_history.handler", None)


def objects() -> dict[str, bytes]:
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="analytics").get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket="analytics", Key=each["Key"])["Body"].read() for each in listed}


def test_each_day_is_one_file_that_writing_again_leaves_as_it_is(entry: ModuleType) -> None:
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)

    report = entry.handle({}, CONTEXT)
    written = objects()

    assert report == {str(yesterday): {"rows": 1, "cost_usd": 0.44}, str(today): {"rows": 1, "cost_usd": 5.0}}
    assert set(written) == {f"usage/usage_date={day}/usage.json.gz" for day in (yesterday, today)}
    query_row = json.loads(gzip.decompress(written[days.key("usage", today)]))
    assert (query_row["usage_id"], query_row["scanned_bytes"], query_row["dpu_seconds"]) == ("q-1", TIB, None)
    job_row = json.loads(gzip.decompress(written[days.key("usage", yesterday)]))
    assert (job_row["team"], job_row["dpu_seconds"], job_row["scanned_bytes"]) == ("curate-orders", 3600.0, None)
    assert entry.handle({}, CONTEXT) == report
    assert objects() == written


def test_day_without_any_use_has_no_file(entry: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "_glue", Pages([]))

    report = entry.handle({}, CONTEXT)

    assert sorted(report.items())[0][1] == {"rows": 0, "cost_usd": 0}
    assert len(objects()) == 1
