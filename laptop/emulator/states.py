"""Step Functions integrations that the emulator lacks or gets wrong.

| resource | behaviour | source (Step Functions developer guide) |
|---|---|---|
| glue:startJobRun | `{JobName, JobRunId}` | "Start an AWS Glue job" |
| glue:startJobRun.sync | waits; the result is the JobRun; any other end is States.TaskFailed, its cause the JobRun | "Run a Job (.sync)" |
| athena:startQueryExecution(.sync) | the same with `{QueryExecution}` | "Run Athena queries" |
| athena:getQueryExecution, getQueryResults, stopQueryExecution | as the API | "Run Athena queries" |
| sns:publish | an object as Message is sent as JSON text; MessageAttributes as a map | "Publish messages to SNS topics" |
| aws-sdk:* | by the emulator, through our operations; error names end in Exception (`states_engine`) | "AWS SDK integrations" |

A `.sync` task whose execution is stopped or times out, or whose own timeout passes, stops its job or query: "Step
Functions will make a best-effort attempt to cancel the task".
"""  # noqa: E501

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from laptop.emulator import states_engine
from laptop.emulator.clients import client
from laptop.emulator.registry import Json, TaskError, task

_POLL_SECONDS = 0.1

states_engine.apply()


@task("arn:aws:states:::glue:startJobRun")
def start_job_run(resource: str, request: Json) -> Json:
    names = {"JobName": request.get("JobName"), "JobRunId": call("Glue", "start_job_run", request)["JobRunId"]}
    if not resource.endswith(".sync"):
        return names

    def look() -> tuple[str, Json]:
        run = client("glue").get_job_run(JobName=names["JobName"], RunId=names["JobRunId"])["JobRun"]
        return run["JobRunState"], run

    def cancel() -> None:
        client("glue").batch_stop_job_run(JobName=names["JobName"], JobRunIds=[names["JobRunId"]])

    return wait(look, cancel, good={"SUCCEEDED"}, bad={"FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})


@task("arn:aws:states:::athena:startQueryExecution")
def start_query_execution(resource: str, request: Json) -> Json:
    started = {"QueryExecutionId": call("Athena", "start_query_execution", request)["QueryExecutionId"]}
    if not resource.endswith(".sync"):
        return started

    def look() -> tuple[str, Json]:
        execution = client("athena").get_query_execution(**started)["QueryExecution"]
        return execution["Status"]["State"], {"QueryExecution": execution}

    def cancel() -> None:
        client("athena").stop_query_execution(**started)

    return wait(look, cancel, good={"SUCCEEDED"}, bad={"FAILED", "CANCELLED"})


@task("arn:aws:states:::athena:getQueryExecution")
def get_query_execution(_resource: str, request: Json) -> Json:
    return call("Athena", "get_query_execution", request)


@task("arn:aws:states:::athena:getQueryResults")
def get_query_results(_resource: str, request: Json) -> Json:
    return call("Athena", "get_query_results", request)


@task("arn:aws:states:::athena:stopQueryExecution")
def stop_query_execution(_resource: str, request: Json) -> Json:
    return call("Athena", "stop_query_execution", request)


@task("arn:aws:states:::sns:publish")
def publish(_resource: str, request: Json) -> Json:
    message = request.get("Message")
    if message is not None and not isinstance(message, str):
        request = request | {"Message": json.dumps(message, ensure_ascii=False)}
    return call("SNS", "publish", request)


def call(service: str, method: str, request: Json, api: Any = None) -> Json:
    """Call an operation; return its answer as JSON.

    Parameters
    ----------
    service
        As in the names of errors, e.g. `Glue`.
    api
        The client, if its name is not that of the service in lower case.

    Raises
    ------
    TaskError
        The service refused the request, or it is no request of the API.
    """
    try:
        answer: Json = getattr(api or client(service.lower()), method)(**request)
    except ClientError as error:
        raise TaskError(error_name(service, error.response["Error"]["Code"]), str(error)) from error
    except BotoCoreError as error:
        # A parameter that the API does not have, or of another type.
        raise TaskError("States.Runtime", str(error)) from error
    return _document(answer)


def serve_sdk(service: str, operations: Iterable[str], do: Callable[[str, Json], Json]) -> None:
    """Serve `aws-sdk:<service>:<operation>` of these operations by `do(method of the SDK, request)`.

    Parameters
    ----------
    operations
        As in the API, e.g. `CreateIngestion`.
    """

    def serve(operation: str) -> None:
        @task(f"arn:aws:states:::aws-sdk:{service}:{operation[0].lower()}{operation[1:]}")
        def handle(_resource: str, request: Json) -> Json:
            return do(xform_name(operation), request)

    for operation in operations:
        serve(operation)


def error_name(service: str, code: str) -> str:
    """Return the name by which `Retry` and `Catch` know an error, e.g. `Glue.ConcurrentRunsExceededException`."""
    return f"{service}.{code if code.endswith('Exception') else code + 'Exception'}"


def wait(look: Callable[[], tuple[str, Json]], cancel: Callable[[], object], good: set[str], bad: set[str]) -> Json:
    """Wait for a job to end, as a `.sync` task does; return its result as JSON.

    Parameters
    ----------
    look
        Returns the state of the job and its result.
    cancel
        Called when nobody waits any more.
    good, bad
        States that end the task well and badly.

    Raises
    ------
    TaskError
        States.TaskFailed, with the result as its cause.
    """
    while True:
        state, result = look()
        if state in good:
            return _document(result)
        if state in bad:
            raise TaskError("States.TaskFailed", json.dumps(_document(result), ensure_ascii=False))
        if states_engine.is_abandoned():
            cancel()
            raise TaskError("States.TaskFailed", "the task was cancelled")
        time.sleep(_POLL_SECONDS)


def _document(answer: Json) -> Json:
    """Return an SDK answer as JSON; times are milliseconds since 1970, as in the results of `.sync` tasks."""
    return {key: _plain(item) for key, item in answer.items() if key != "ResponseMetadata"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _document(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    return value
