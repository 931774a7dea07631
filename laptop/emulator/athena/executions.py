"""Query executions: their records, which survive a restart, and the threads that run them."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from laptop.emulator import clients
from laptop.emulator.athena import library, results, runner
from laptop.emulator.athena import statements as s
from laptop.emulator.athena.engine import Control
from laptop.emulator.athena.errors import SYSTEM, QueryCancelledError, QueryError
from laptop.emulator.athena.files import split_uri
from laptop.emulator.athena.results import ResultSet
from laptop.emulator.athena.workgroups import Settings
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.athena")
Json = dict[str, Any]
RECORDS = Store("athena-executions")
# Queries that run at the same time; the others wait in the state QUEUED.
_SLOTS = threading.BoundedSemaphore(4)
_MAX_REASON = 4096
_KEPT_RESULTS = 8
_INTERRUPT_SECONDS = 0.05
_controls: dict[str, Control] = {}
_results: dict[str, ResultSet] = {}


def database_of(context: Json) -> str:
    """Return the database of a QueryExecutionContext; awswrangler puts it into backticks for some statements."""
    return str(context.get("Database") or "default").strip('`"').lower()


def submit(query_id: str, record: Json, statement: s.Statement, settings: Settings) -> None:
    """Store a record as QUEUED and run its statement on a thread."""
    control = Control(settings.cutoff_bytes)
    _controls[query_id] = control
    RECORDS.put(query_id, record)
    clients.background(_run, query_id, record, statement, settings, control)


def _run(query_id: str, record: Json, statement: s.Statement, settings: Settings, control: Control) -> None:
    status = record["Status"]
    queued = time.monotonic()
    with _SLOTS:
        started = time.monotonic()
        try:
            control.check()
            status["State"] = "RUNNING"
            RECORDS.put(query_id, record)
            outcome = _run_job(query_id, record, statement, settings, control)
            status["State"] = "SUCCEEDED"
            _remember(query_id, record, outcome)
        except QueryCancelledError as error:
            status["State"] = "CANCELLED"
            if error.reason:
                status["StateChangeReason"] = error.reason
        except QueryError as error:
            _fail(status, str(error), error.category, error.error_type)
        except Exception as error:
            logger.exception("query %s failed in the engine: %s", query_id, record["Query"])
            _fail(status, f"GENERIC_INTERNAL_ERROR: {error}", SYSTEM, 100)
        finally:
            _controls.pop(query_id, None)
            _finish(query_id, record, control, started - queued, time.monotonic() - started)
    if settings.publish_metrics:
        _publish(record)


def _run_job(query_id: str, record: Json, statement: s.Statement, settings: Settings, control: Control) -> Any:
    workgroup = record["WorkGroup"]
    if isinstance(statement, s.Prepare):
        library.save_prepared(workgroup, statement.name, statement.sql)
        statement = s.Show("databases", ("", ""), "")
    elif isinstance(statement, s.Deallocate):
        library.prepared_sql(workgroup, statement.name)
        library.PREPARED.delete(f"{workgroup}/{statement.name}")
        statement = s.Show("databases", ("", ""), "")
    job = runner.Job(
        query_id,
        statement,
        database_of(record["QueryExecutionContext"]),
        settings.folder,
        settings.encryption,
        record.get("ExecutionParameters") or (),
        lambda name: library.prepared_sql(workgroup, name),
    )
    return runner.run(job, control)


def _remember(query_id: str, record: Json, outcome: Any) -> None:
    record["Statistics"] |= {"DataManifestLocation": outcome.manifest} if outcome.manifest else {}
    record["Result"] = {
        "columns": outcome.result.columns,
        "types": outcome.result.types,
        "header": outcome.result.header,
        "rows": len(outcome.result.rows) or outcome.update_count,
        "bytes": outcome.output_bytes,
        "update_count": outcome.update_count,
    }
    _results[query_id] = outcome.result
    while len(_results) > _KEPT_RESULTS:
        _results.pop(next(iter(_results)), None)


def _fail(status: Json, reason: str, category: int, kind: int) -> None:
    reason = reason[:_MAX_REASON]
    status["State"] = "FAILED"
    status["StateChangeReason"] = reason
    status["AthenaError"] = {
        "ErrorCategory": category,
        "ErrorType": kind,
        "Retryable": False,
        "ErrorMessage": reason,
    }


def _finish(query_id: str, record: Json, control: Control, waited: float, ran: float) -> None:
    waited_ms, ran_ms = int(waited * 1000), int(ran * 1000)
    record["Statistics"] |= {
        "EngineExecutionTimeInMillis": ran_ms,
        "DataScannedInBytes": 0 if record["StatementType"] == "UTILITY" else control.scanned,
        "TotalExecutionTimeInMillis": waited_ms + ran_ms,
        "QueryQueueTimeInMillis": waited_ms,
        "ServicePreProcessingTimeInMillis": 0,
        "QueryPlanningTimeInMillis": 0,
        "ServiceProcessingTimeInMillis": 0,
        # Results are never reused here: each query runs.
        "ResultReuseInformation": {"ReusedPreviousResult": False},
    }
    record["Status"]["CompletionDateTime"] = time.time()
    RECORDS.put(query_id, record)


def _publish(record: Json) -> None:
    """Write the metrics that Athena gives CloudWatch.

    https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
    """
    dimensions = [
        {"Name": "QueryState", "Value": record["Status"]["State"]},
        {"Name": "QueryType", "Value": record["StatementType"]},
        {"Name": "WorkGroup", "Value": record["WorkGroup"]},
    ]
    statistics = record["Statistics"]
    values = {
        "ProcessedBytes": (statistics["DataScannedInBytes"], "Bytes"),
        "TotalExecutionTime": (statistics["TotalExecutionTimeInMillis"], "Milliseconds"),
        "EngineExecutionTime": (statistics["EngineExecutionTimeInMillis"], "Milliseconds"),
    }
    clients.client("cloudwatch").put_metric_data(
        Namespace="AWS/Athena",
        MetricData=[
            {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
            for name, (value, unit) in values.items()
        ],
    )


def stop(query_id: str) -> None:
    """Interrupt a query until it has ended: an interrupt between two steps of the engine is lost."""

    def interrupt() -> None:
        while (control := _controls.get(query_id)) is not None:
            control.stop()
            time.sleep(_INTERRUPT_SECONDS)

    clients.background(interrupt)


def stop_all() -> None:
    for control in list(_controls.values()):
        control.stop()


def fail_orphans() -> None:
    """Fail the queries that the end of the last run cut off."""
    for query_id, record in list(RECORDS.items()):
        if record["Status"]["State"] in {"QUEUED", "RUNNING"} and query_id not in _controls:
            _fail(record["Status"], "GENERIC_INTERNAL_ERROR: the laptop was stopped while the query ran", SYSTEM, 100)
            record["Status"]["CompletionDateTime"] = time.time()
            RECORDS.put(query_id, record)


def result(query_id: str, record: Json) -> ResultSet:
    """Return the result of a finished query, from memory or from its file."""
    kept = _results.get(query_id)
    if kept is not None:
        return kept
    stored = record["Result"]
    found = ResultSet(stored["columns"], stored["types"], header=stored["header"])
    location = record["ResultConfiguration"]["OutputLocation"]
    bucket, key = split_uri(location)
    if key.endswith((".csv", ".txt")):
        content = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        if key.endswith(".csv"):
            found.rows = list(results.read_csv(content)[1:])
        else:
            found.rows = [line.split("\t") for line in content.decode().splitlines()]
    _results[query_id] = found
    return found
