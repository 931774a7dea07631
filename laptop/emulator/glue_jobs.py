"""Runs of Glue jobs on local Spark.

| operation | behaviour | source (AWS Glue API and developer guide) |
|---|---|---|
| StartJobRun | runs a `glueetl` script; `pythonshell` is the emulator's own; other commands are refused | "Jobs" |
| | more than MaxConcurrentRuns at once: ConcurrentRunsExceededException | "StartJobRun" |
| | Timeout in minutes, of the run or else of the job; then state TIMEOUT | "StartJobRun" |
| | MaxRetries new runs after a FAILED one, `<id>_attempt_<n>`, with PreviousRunId | "Job runs" |
| GetJobRun, GetJobRuns | newest first, with NextToken; ErrorMessage is the traceback's last line | "Job runs" |
| BatchStopJobRun | kills the process tree; state STOPPED | "BatchStopJobRun" |
| (event) | "Glue Job State Change" for SUCCEEDED, FAILED, TIMEOUT, STOPPED | "Automating with EventBridge" |
| (logs) | `/aws-glue/jobs/output`: the script's; `/aws-glue/jobs/error`: Spark's | "Logging for AWS Glue jobs" |
| (Spark UI) | event logs below `--spark-event-logs-path` | "Enabling the Apache Spark web UI" |
| (start) | a run stays STARTING while as many others run as the machine has cores for | |
| (metrics) | `glue.driver.aggregate.elapsedTime`, if enabled; no others | "Monitoring with CloudWatch metrics" |

Not here: the `awsglue` library (DynamicFrames, bookmarks), streaming jobs, Ray, Scala, connections, IAM.
`LAKE_GLUE_MINUTE_SECONDS` shortens the minute of Timeout, for tests.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from functools import cache
from typing import Any

from laptop.emulator import aws_events, glue_arguments, paging, spark_jvm
from laptop.emulator.clients import account, background, client, region
from laptop.emulator.glue_run import execute
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, on_start, on_stop, operation
from laptop.emulator.spark import Stop
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.glue")

# Glue versions whose Spark is the one of the main environment, 3.5.
GLUE_VERSIONS = ("5.0", "5.1")
UNFINISHED = ("STARTING", "RUNNING", "STOPPING", "WAITING")
_DEFAULT_TIMEOUT_MINUTES = 480  # of Glue 5.0 and later
_PAGE = 200
_SLOT_POLL_SECONDS = 0.2

runs = Store("glue-job-runs")
_start_lock = threading.Lock()
# A Spark start keeps one core busy; more runs at once than cores only make all of them late.
_slots = threading.BoundedSemaphore(max(2, (os.cpu_count() or 2) // 2))
_stops: dict[str, Stop] = {}


@operation("glue", "StartJobRun")
def start_job_run(request: Json, call: Call) -> Json:
    job = call("GetJob", {"JobName": request["JobName"]})["Job"]
    command = job["Command"].get("Name", "glueetl")
    if command == "pythonshell":
        return call("StartJobRun", request)
    if command != "glueetl":
        raise NotImplementedOnLaptop(f"the Glue job command {command}")
    return {"JobRunId": start(job, request)["Id"]}


def start(job: Json, request: Json, **more: Any) -> Json:
    """Start a run of a Spark job; return its record.

    Raises
    ------
    ServiceError
        The job cannot run: too many runs, or something that the laptop does not have.
    """
    arguments = _checked_arguments(job, request.get("Arguments") or {})
    limit = (job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns") or 1
    with _start_lock:
        active = [run for _, run in runs.items(f"{job['Name']}/") if run["JobRunState"] in UNFINISHED]
        if len(active) >= limit:
            message = f"Concurrent runs exceeded for {job['Name']}"
            raise ServiceError("ConcurrentRunsExceededException", message)
        run = _record(job, request, arguments) | more
        _keep(run)
    _stops[run["Id"]] = Stop()
    background(_work, job, run, arguments)
    return run


def _checked_arguments(job: Json, own: dict[str, str]) -> dict[str, str]:
    if job.get("GlueVersion") not in GLUE_VERSIONS:
        have = " and ".join(GLUE_VERSIONS)
        raise NotImplementedOnLaptop(f"GlueVersion {job.get('GlueVersion')} (there is the Spark of {have} only)")
    arguments = glue_arguments.merge(job, own)
    try:
        spark_jvm.java()
        glue_arguments.spark_conf(arguments.get("--conf", ""))
    except (spark_jvm.SparkNotFoundError, ValueError) as error:
        raise ServiceError("InvalidInputException", str(error)) from error
    glue_arguments.refuse_what_would_not_run(arguments, _installed())
    return arguments


@cache
def _installed() -> frozenset[str]:
    found = spark_jvm.site_packages().glob("*.dist-info")
    return frozenset(glue_arguments.normalized(folder.name.split("-")[0]) for folder in found)


def _record(job: Json, request: Json, arguments: dict[str, str]) -> Json:
    now = time.time()
    security = request.get("SecurityConfiguration") or job.get("SecurityConfiguration") or ""
    output, _ = glue_arguments.log_groups(arguments, security, job.get("Role", ""))
    return {
        "Id": f"jr_{uuid.uuid4().hex}{uuid.uuid4().hex}",
        "Attempt": 0,
        "JobName": job["Name"],
        "StartedOn": now,
        "LastModifiedOn": now,
        "JobRunState": "STARTING",
        "Arguments": request.get("Arguments") or {},
        "PredecessorRuns": [],
        "ExecutionTime": 0,
        "Timeout": request.get("Timeout") or job.get("Timeout") or _DEFAULT_TIMEOUT_MINUTES,
        "WorkerType": request.get("WorkerType") or job.get("WorkerType"),
        "NumberOfWorkers": request.get("NumberOfWorkers") or job.get("NumberOfWorkers"),
        "ExecutionClass": request.get("ExecutionClass") or job.get("ExecutionClass") or "STANDARD",
        "SecurityConfiguration": security,
        "LogGroupName": output.rpartition("/")[0],
        "GlueVersion": job["GlueVersion"],
    }


def _work(job: Json, run: Json, arguments: dict[str, str]) -> None:
    stop = _stops[run["Id"]]
    while not _slots.acquire(timeout=_SLOT_POLL_SECONDS):
        if stop.is_set():
            _end(job, run, arguments, ("STOPPED", ""), time.time())
            return
    try:
        _run(job, run, arguments, stop)
    finally:
        _slots.release()


def _run(job: Json, run: Json, arguments: dict[str, str], stop: Stop) -> None:
    minute = float(os.environ.get("LAKE_GLUE_MINUTE_SECONDS", "60"))
    timer = threading.Timer(run["Timeout"] * minute, stop.set, ["TIMEOUT"])
    timer.daemon = True
    timer.start()
    _keep(run | {"JobRunState": "RUNNING"})
    started = time.time()
    try:
        state, message = execute(job, run, arguments, stop)
    except Exception as error:
        logger.exception("run %s of %s", run["Id"], job["Name"])
        state, message = "FAILED", f"{type(error).__name__}: {error}"
    finally:
        timer.cancel()
    _end(job, run, arguments, (state, message), started)


def _end(job: Json, run: Json, arguments: dict[str, str], outcome: tuple[str, str], started: float) -> None:
    (state, message), ended = outcome, time.time()
    done = run | {"JobRunState": state, "CompletedOn": ended, "ExecutionTime": max(1, round(ended - started))}
    if message:
        done["ErrorMessage"] = message
    _keep(done)
    _stops.pop(run["Id"], None)
    _announce(done)
    _measure(done, arguments)
    if state == "FAILED" and run["Attempt"] < (job.get("MaxRetries") or 0):
        _retry(job, run)


def _retry(job: Json, run: Json) -> None:
    attempt = run["Attempt"] + 1
    identifier = f"{run['Id'].partition('_attempt_')[0]}_attempt_{attempt}"
    request = {"Arguments": run["Arguments"], "Timeout": run["Timeout"]}
    start(job, request, Id=identifier, Attempt=attempt, PreviousRunId=run["Id"])


def _keep(run: Json) -> None:
    runs.put(f"{run['JobName']}/{run['Id']}", run | {"LastModifiedOn": time.time()})


def _announce(run: Json) -> None:
    state = run["JobRunState"]
    message = run.get("ErrorMessage") or ("Job run succeeded" if state == "SUCCEEDED" else f"Job run {state.lower()}")
    detail = {
        "jobName": run["JobName"],
        "severity": {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN"}.get(state, "ERROR"),
        "state": state,
        "jobRunId": run["Id"],
        "message": message,
    }
    aws_events.emit("aws.glue", "Glue Job State Change", detail)


def _measure(run: Json, arguments: dict[str, str]) -> None:
    if not glue_arguments.is_on(arguments, "--enable-metrics"):
        return
    names = {"JobName": run["JobName"], "JobRunId": "ALL", "Type": "count"}
    datum = {
        "MetricName": "glue.driver.aggregate.elapsedTime",
        "Dimensions": [{"Name": name, "Value": value} for name, value in names.items()],
        "Value": (run["CompletedOn"] - run["StartedOn"]) * 1000,
        "Unit": "Milliseconds",
    }
    client("cloudwatch").put_metric_data(Namespace="Glue", MetricData=[datum])


@operation("glue", "GetJobRun")
def get_job_run(request: Json, call: Call) -> Json:
    run = runs.get(f"{request['JobName']}/{request['RunId']}")
    return {"JobRun": run} if run else call("GetJobRun", request)


@operation("glue", "GetJobRuns")
def get_job_runs(request: Json, call: Call) -> Json:
    call("GetJob", {"JobName": request["JobName"]})
    ours = [run for _, run in runs.items(f"{request['JobName']}/")]
    shells = call("GetJobRuns", {"JobName": request["JobName"]})["JobRuns"]
    found = sorted(ours + shells, key=lambda run: run["StartedOn"], reverse=True)
    shown, more = paging.page(found, request, _PAGE, "InvalidInputException")
    return {"JobRuns": shown} | more


@operation("glue", "BatchStopJobRun")
def batch_stop_job_run(request: Json, call: Call) -> Json:
    call("GetJob", {"JobName": request["JobName"]})
    stopped, errors = [], []
    for run_id in request["JobRunIds"]:
        names = {"JobName": request["JobName"], "JobRunId": run_id}
        problem = _stop(request["JobName"], run_id)
        if problem:
            errors.append(names | {"ErrorDetail": problem})
        else:
            stopped.append(names)
    return {"SuccessfulSubmissions": stopped, "Errors": errors}


def _stop(job_name: str, run_id: str) -> Json | None:
    run = runs.get(f"{job_name}/{run_id}")
    if run is None:
        return {"ErrorCode": "JobRunNotFoundException", "ErrorMessage": f"Job run {run_id} does not exist"}
    stop = _stops.get(run_id)
    if stop is None or run["JobRunState"] not in UNFINISHED:
        message = f"Job run {run_id} cannot be stopped in state {run['JobRunState']}"
        return {"ErrorCode": "JobRunNotInTerminalStateException", "ErrorMessage": message}
    _keep(run | {"JobRunState": "STOPPING"})
    stop.set("STOPPED")
    return None


@on_start
def fail_interrupted_runs() -> None:
    """Close the runs that were going on when the emulator ended: their processes are gone."""
    for scope in runs.scopes():
        if scope != (account(), region()):
            continue
        for _, run in list(runs.items()):
            if run["JobRunState"] in UNFINISHED:
                ended = {"CompletedOn": time.time(), "ErrorMessage": "The laptop was shut down during the run"}
                _keep(run | {"JobRunState": "FAILED"} | ended)


@on_stop
def stop_runs() -> None:
    """Kill the processes of the runs that are going on."""
    for stop in list(_stops.values()):
        stop.set("STOPPED")
