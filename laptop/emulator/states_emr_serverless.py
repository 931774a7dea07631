"""Step Functions integrations of EMR Serverless.

| resource | behaviour | source (Step Functions developer guide, "Create and manage EMR Serverless applications") |
|---|---|---|
| startJobRun | the ids of the run | |
| startJobRun.sync | waits; the result is the JobRun; a stopped execution cancels the run | "Run a Job (.sync)" |
| cancelJobRun | | |
| startApplication, stopApplication (.sync) | | |

Members are written in PascalCase, as everywhere in Step Functions. Applications are made by templates, not by tasks.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session

from laptop.emulator.clients import client
from laptop.emulator.emr_serverless.applications import ACTIVE
from laptop.emulator.registry import Json, task
from laptop.emulator.states import call, wait

_ARN = "arn:aws:states:::emr-serverless:"


@cache
def _model(operation: str) -> Any:
    return botocore.session.get_session().get_service_model("emr-serverless").operation_model(operation)


def to_api(shape: Any, value: Any) -> Any:
    """Return a value with the names of the API; the keys of maps are data and stay."""
    if shape.type_name == "structure":
        names = {name[0].upper() + name[1:]: name for name in shape.members}
        renamed = {names.get(key, key): item for key, item in value.items()}
        return {
            key: to_api(shape.members[key], item) if key in shape.members else item for key, item in renamed.items()
        }
    if shape.type_name == "list":
        return [to_api(shape.member, item) for item in value]
    return value


def from_api(shape: Any, value: Any) -> Any:
    """Return a value with the names of Step Functions."""
    if shape.type_name == "structure":
        return {
            key[0].upper() + key[1:]: from_api(shape.members[key], item) if key in shape.members else item
            for key, item in value.items()
        }
    if shape.type_name == "list":
        return [from_api(shape.member, item) for item in value]
    return value


def _call(operation: str, method: str, request: Json) -> Json:
    model = _model(operation)
    answer = call("EMRServerless", method, to_api(model.input_shape, request), client("emr-serverless"))
    result: Json = from_api(model.output_shape, answer)
    return result


@task(_ARN + "startJobRun")
def start_job_run(resource: str, request: Json) -> Json:
    started = _call("StartJobRun", "start_job_run", request)
    names = {"applicationId": started["ApplicationId"], "jobRunId": started["JobRunId"]}
    if not resource.endswith(".sync"):
        return started

    def look() -> tuple[str, Json]:
        run = client("emr-serverless").get_job_run(**names)["jobRun"]
        shape = _model("GetJobRun").output_shape.members["jobRun"]
        return run["state"], from_api(shape, run)

    def cancel() -> None:
        client("emr-serverless").cancel_job_run(**names)

    return wait(look, cancel, good={"SUCCESS"}, bad={"FAILED", "CANCELLED"})


@task(_ARN + "cancelJobRun")
def cancel_job_run(resource: str, request: Json) -> Json:
    cancelled = _call("CancelJobRun", "cancel_job_run", request)
    if not resource.endswith(".sync"):
        return cancelled

    def look() -> tuple[str, Json]:
        names = {"applicationId": cancelled["ApplicationId"], "jobRunId": cancelled["JobRunId"]}
        state = client("emr-serverless").get_job_run(**names)["jobRun"]["state"]
        return "active" if state in ACTIVE else "ended", cancelled

    return wait(look, lambda: None, good={"ended"}, bad=set())


@task(_ARN + "startApplication")
def start_application(_resource: str, request: Json) -> Json:
    return _call("StartApplication", "start_application", request)


@task(_ARN + "stopApplication")
def stop_application(_resource: str, request: Json) -> Json:
    return _call("StopApplication", "stop_application", request)
