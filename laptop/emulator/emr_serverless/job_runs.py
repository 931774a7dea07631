"""Job runs of EMR Serverless, on local Spark."""

from __future__ import annotations

import logging
import shlex
import threading
import time
from collections.abc import Sequence
from typing import Any

from laptop.emulator import aws_events, shapes
from laptop.emulator.clients import account, background, region
from laptop.emulator.emr import commands, logs, steps
from laptop.emulator.emr.driver import minute
from laptop.emulator.emr_serverless.applications import ACTIVE, SERVICE, arn, find, guard, job_runs, move, new_id, touch
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, on_start, on_stop, operation
from laptop.emulator.spark import Stop

logger = logging.getLogger("laptop.emr")

_DEFAULT_TIMEOUT_MINUTES = 720
_PAGE = 50
_SUMMARY = ("applicationId", "name", "mode", "arn", "createdBy", "createdAt", "updatedAt", "executionRole", "state")
_stops: dict[str, Stop] = {}


@operation(SERVICE, "StartJobRun")
def start_job_run(request: Json, call: Call) -> Json:
    shapes.check(SERVICE, "StartJobRun", request)
    application = find(request["applicationId"])
    command = _command(request)
    earlier = next((run for run in _runs(application) if run["clientToken"] == request["clientToken"]), None)
    if earlier is None:
        _start_application(application)
        earlier = _record(request, application)
        job_runs.put(_key(earlier), earlier)
        _announce(earlier, "")
        _stops[earlier["jobRunId"]] = Stop()
        background(_work, application, earlier, command)
    return {name: earlier[name] for name in ("applicationId", "jobRunId", "arn")}


def _command(request: Json) -> commands.SparkSubmit:
    if request.get("mode", "BATCH") != "BATCH" or (request.get("retryPolicy") or {}).get("maxAttempts", 1) > 1:
        raise NotImplementedOnLaptop("a job run of EMR Serverless that streams or is tried again")
    driver = (request.get("jobDriver") or {}).get("sparkSubmit")
    if not driver:
        raise NotImplementedOnLaptop("a job run of EMR Serverless without sparkSubmit")
    options = shlex.split(driver.get("sparkSubmitParameters") or "")
    return commands.spark_submit([*options, driver["entryPoint"], *(driver.get("entryPointArguments") or [])])


def _start_application(application: Json) -> None:
    if application["state"] == "STARTED":
        touch(application["applicationId"])
    elif (application.get("autoStartConfiguration") or {}).get("enabled", True):
        move(application["applicationId"], "STARTED")
    else:
        message = f"Application {application['applicationId']} must be STARTED; got {application['state']}"
        raise ServiceError("ConflictException", message, 409)


def _record(request: Json, application: Json) -> Json:
    run_id, now = new_id(), time.time()
    kept = ("applicationId", "name", "clientToken", "jobDriver", "configurationOverrides")
    return {
        **{name: request[name] for name in kept if name in request},
        "jobRunId": run_id,
        "arn": arn(f"applications/{application['applicationId']}/jobruns/{run_id}"),
        "createdBy": f"arn:aws:iam::{account()}:root",
        "createdAt": now,
        "updatedAt": now,
        "executionRole": request["executionRoleArn"],
        "state": "SUBMITTED",
        "stateDetails": "",
        "releaseLabel": application["releaseLabel"],
        "mode": "BATCH",
        "tags": request.get("tags") or {},
        "executionTimeoutMinutes": request.get("executionTimeoutMinutes", _DEFAULT_TIMEOUT_MINUTES),
    }


def _key(run: Json) -> str:
    return f"{run['applicationId']}/{run['jobRunId']}"


def _runs(application: Json) -> list[Json]:
    return [run for _, run in job_runs.items(f"{application['applicationId']}/")]


def _work(application: Json, run: Json, command: commands.SparkSubmit) -> None:
    stop, log = _stops[run["jobRunId"]], steps.StepLog()
    for state in ("PENDING", "SCHEDULED", "RUNNING"):
        _move(run, state)
    timer = threading.Timer(run["executionTimeoutMinutes"] * minute(), stop.set, ["TIMEOUT"])
    timer.daemon = True
    if run["executionTimeoutMinutes"]:
        timer.start()
    try:
        problem = steps.submit(command, _defaults(application, run), [run["executionRole"]], stop, log)
    except Exception as error:
        # Of the run, not of the laptop: a script that is not there, a bucket that does not exist.
        problem = f"{type(error).__name__}: {error}"
        log.stderr.append(problem)
    finally:
        timer.cancel()
        _stops.pop(run["jobRunId"], None)
    _push(application, run, log)
    touch(run["applicationId"])
    if stop.reason == "TIMEOUT":
        _move(run, "FAILED", f"Job run timed out after {run['executionTimeoutMinutes']} minutes")
    elif stop.reason:
        _move(run, "CANCELLED")
    else:
        _move(run, "FAILED" if problem else "SUCCESS", f"Job failed, please check complete logs: {problem}"[:256])


def _defaults(application: Json, run: Json) -> dict[str, str]:
    overrides = (run.get("configurationOverrides") or {}).get("applicationConfiguration")
    found: dict[str, str] = {}
    for configurations in (application.get("runtimeConfiguration"), overrides):
        found |= commands.spark_defaults(
            [
                {"Classification": item["classification"], "Properties": item.get("properties") or {}}
                for item in configurations or []
            ]
        )
    return found


def _push(application: Json, run: Json, log: steps.StepLog) -> None:
    places = [run.get("configurationOverrides") or {}, application]
    for place in places:
        storage = (place.get("monitoringConfiguration") or {}).get("s3MonitoringConfiguration") or {}
        if storage.get("logUri"):
            path = f"applications/{run['applicationId']}/jobs/{run['jobRunId']}/SPARK_DRIVER"
            files: dict[str, Sequence[str]] = {"stdout": log.stdout, "stderr": log.stderr}
            folder = f"{storage['logUri'].rstrip('/')}/{path}"
            logs.write(folder, files, storage.get("encryptionKeyArn"))
            return


def _move(run: Json, state: str, details: str = "") -> None:
    now = time.time()
    with guard:
        document = dict(job_runs.get(_key(run)) or run)
        before = document["state"]
        if before == "CANCELLING" and state in ACTIVE:
            return
        document.update(state=state, stateDetails=details if state == "FAILED" else "", updatedAt=now)
        if state == "RUNNING":
            document["startedAt"] = now
        if state not in ACTIVE:
            document["endedAt"] = now
            document["totalExecutionDurationSeconds"] = round(now - document["createdAt"])
        job_runs.put(_key(run), document)
    _announce(document, before)


def _announce(run: Json, before: str) -> None:
    names = ("jobRunId", "applicationId", "arn", "releaseLabel", "state", "createdBy", "createdAt", "updatedAt")
    detail: dict[str, Any] = {name: run[name] for name in names}
    detail |= {"jobRunName": run.get("name", ""), "previousState": before}
    aws_events.emit("aws.emr-serverless", "EMR Serverless Job Run State Change", detail)


def _run(request: Json) -> Json:
    find(request["applicationId"])
    found = job_runs.get(f"{request['applicationId']}/{request['jobRunId']}")
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"Job run {request['jobRunId']} does not exist", 404)
    return dict(found)


@operation(SERVICE, "GetJobRun")
def get_job_run(request: Json, call: Call) -> Json:
    return {"jobRun": {name: value for name, value in _run(request).items() if name != "clientToken"}}


@operation(SERVICE, "ListJobRuns")
def list_job_runs(request: Json, call: Call) -> Json:
    runs = [
        run
        for run in reversed(_runs(find(request["applicationId"])))
        if not request.get("states") or run["state"] in request["states"]
    ]
    first = int(request.get("nextToken") or 0)
    last = first + int(request.get("maxResults") or _PAGE)
    shown = [
        {
            "id": run["jobRunId"],
            "stateDetails": run["stateDetails"],
            "releaseLabel": run["releaseLabel"],
            **{name: run[name] for name in _SUMMARY if name in run},
        }
        for run in runs[first:last]
    ]
    return {"jobRuns": shown, **({"nextToken": str(last)} if last < len(runs) else {})}


@operation(SERVICE, "CancelJobRun")
def cancel_job_run(request: Json, call: Call) -> Json:
    run = _run(request)
    stop = _stops.get(run["jobRunId"])
    if run["state"] not in ACTIVE or stop is None:
        message = f"Job run {run['jobRunId']} must be active to be cancelled; got {run['state']}"
        raise ServiceError("ValidationException", message)
    _move(run, "CANCELLING")
    stop.set("CANCELLED")
    return {name: run[name] for name in ("applicationId", "jobRunId")}


@on_start
def fail_interrupted_runs() -> None:
    """Close the runs that were going on when the emulator ended: their processes are gone."""
    if (account(), region()) in job_runs.scopes():
        for _, run in list(job_runs.items()):
            if run["state"] in ACTIVE:
                _move(run, "FAILED", "The laptop was shut down during the run")


@on_stop
def stop_runs() -> None:
    """Kill the processes of the runs that are going on."""
    for stop in list(_stops.values()):
        stop.set("CANCELLED")
