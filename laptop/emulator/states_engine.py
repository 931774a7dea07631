"""Corrections of the emulator's Step Functions interpreter.

| what | behaviour | source (Step Functions developer guide) |
|---|---|---|
| StopExecution | ABORTED stays; no task, wait or retry goes on; running `.sync` jobs are stopped | "Run a Job" |
| TimeoutSeconds of the state machine | status TIMED_OUT, error States.Timeout | "State machine structure" |
| TimeoutSeconds of a task | States.Timeout, and the job is stopped | "Task workflow state", "Run a Job" |
| MaxDelaySeconds, JitterStrategy | cap and full jitter of the retry interval | "Handling errors" |
| States.ALL | does not match States.Runtime and States.DataLimitExceeded | "Handling errors" |
| a JSONPath that finds nothing, in `x.$` | fails with States.Runtime; the emulator passed null | "Handling errors" |
| a failing intrinsic function | States.IntrinsicFailure | "Handling errors" |
| Output of a JSONata Succeed state | is the result; the emulator ignored it | "Succeed workflow state" |
| names of aws-sdk errors | the SDK's exception class: `Sfn.ExecutionDoesNotExistException` | "AWS SDK integrations" |
| aws-sdk:emr | the emulator does not know the service | "AWS SDK integrations" |

Differences that stay: a retry interval above 60 seconds is 60; when a branch of a Parallel or an iteration of a Map
fails, the others run to their end before the state fails; `SFN_WAIT_SCALE` shortens waits and retry intervals.
"""

from __future__ import annotations

import contextvars
import json
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

_UNCATCHABLE = {"States.Runtime", "States.DataLimitExceeded"}
_SLICE_SECONDS = 0.2
# The emulator gives a JSONata expression one second of a quiet machine.
_JSONATA_MILLISECONDS = 20_000

# Services of JSON protocols that the emulator's aws-sdk tasks do not know: their name in tasks, the prefix of their
# operations' names on the wire, the name that they sign with, and the prefix of their errors.
_SDK_SERVICES = (("emr", "ElasticMapReduce", "elasticmapreduce", "Emr"),)


class _Abandoned(Exception):  # noqa: N818 (nobody catches it: it unwinds a stopped execution)
    """The execution has ended; its thread must not go on."""


_execution: contextvars.ContextVar[Json | None] = contextvars.ContextVar("execution", default=None)
_deadline: contextvars.ContextVar[float | None] = contextvars.ContextVar("deadline", default=None)


def is_abandoned() -> bool:
    """Tell whether nobody waits for the current task any more: its execution has ended or its time is up."""
    deadline = _deadline.get()
    return _has_ended() or (deadline is not None and time.monotonic() >= deadline)


def _has_ended() -> bool:
    execution = _execution.get()
    return execution is not None and execution["status"] != "RUNNING"


def apply() -> None:
    """Replace the functions of the emulator that are corrected."""
    from ministack.services import stepfunctions as engine  # noqa: PLC0415 (only the emulator's process has it)

    engine._run_execution = _run_execution(engine, engine._run_execution)
    engine._fail_execution = _fail_execution(engine._fail_execution)
    engine._invoke_resource = _invoke_resource(engine._invoke_resource)
    engine._invoke_resource_with_timeout = _with_deadline(engine._invoke_resource_with_timeout)
    engine._scaled_sleep = _interruptible_sleep(engine)
    engine._error_matches = error_matches
    engine._find_matching_retrier = _find_matching_retrier(engine._find_matching_retrier)
    engine._resolve_params_obj = _resolve_parameters(engine, engine._resolve_params_obj)
    engine._apply_output_path = _apply_output_path(engine, engine._apply_output_path)
    engine._evaluate_intrinsic = _evaluate_intrinsic(engine, engine._evaluate_intrinsic)
    engine._prefix_sdk_error = _prefix_sdk_error(engine._prefix_sdk_error)
    for name, target, signed, prefix in _SDK_SERVICES:
        engine._AWS_SDK_SERVICE_MAP[name] = {"target_prefix": target, "protocol": "json", "service_key": signed}
        engine._AWS_SDK_ERROR_PREFIX[name] = prefix
    if engine.jsonata is not None:
        engine.jsonata = _PatientJsonata(engine.jsonata)


def _run_execution(engine: Any, original: Callable[[str], None]) -> Callable[[str], None]:
    def run(arn: str) -> None:
        execution = engine._executions.get(arn)
        if execution is None:
            return
        _execution.set(execution)
        timer = _time_limit(engine, execution)
        try:
            original(arn)
        finally:
            timer.cancel()

    return run


def _time_limit(engine: Any, execution: Json) -> threading.Timer:
    machine = engine._state_machines.get(execution["stateMachineArn"]) or {}
    seconds = json.loads(machine.get("definition") or "{}").get("TimeoutSeconds")
    context = contextvars.copy_context()
    timer = threading.Timer(seconds or 0, context.run, [_time_out, engine, execution])
    timer.daemon = True
    if seconds:
        timer.start()
    return timer


def _time_out(engine: Any, execution: Json) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", stopDate=engine.now_iso(), error="States.Timeout", cause="")
    engine._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}})
    engine._emit_execution_status_event(execution)


def _fail_execution(original: Callable[[Json, str, str], None]) -> Callable[[Json, str, str], None]:
    def fail(execution: Json, error: str, cause: str) -> None:
        # A stopped execution stays ABORTED, whatever its last task says.
        if execution["status"] == "RUNNING":
            original(execution, error, cause)

    return fail


def _invoke_resource(original: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def invoke(resource: str, request: Any) -> Any:
        if _has_ended():
            raise _Abandoned
        result = original(resource, request)
        if _has_ended():
            raise _Abandoned
        return result

    return invoke


def _with_deadline(original: Callable[[str, Any, float], Any]) -> Callable[[str, Any, float], Any]:
    def invoke(resource: str, request: Any, timeout: float) -> Any:
        token = _deadline.set(time.monotonic() + timeout)
        try:
            return original(resource, request, timeout)
        finally:
            _deadline.reset(token)

    return invoke


def _interruptible_sleep(engine: Any) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        end = time.monotonic() + seconds * engine._SFN_WAIT_SCALE
        while (left := end - time.monotonic()) > 0:
            if _has_ended():
                raise _Abandoned
            time.sleep(min(left, _SLICE_SECONDS))

    return sleep


def error_matches(error_equals: list[str], error: str) -> bool:
    """Tell whether a retrier or a catcher is meant for the error."""
    if error in error_equals:
        return True
    if "States.ALL" in error_equals and error not in _UNCATCHABLE:
        return True
    return "States.TaskFailed" in error_equals and error != "States.Timeout" and error not in _UNCATCHABLE


Retrier = tuple[Json | None, int]


def _find_matching_retrier(
    original: Callable[[list[Json], str, dict[int, int]], Retrier],
) -> Callable[[list[Json], str, dict[int, int]], Retrier]:
    def find(retriers: list[Json], error: str, counts: dict[int, int]) -> Retrier:
        retrier, index = original(retriers, error, counts)
        if retrier is None:
            return None, index
        # The emulator knows neither cap nor jitter: it gets the interval itself, as one that does not grow.
        return {**retrier, "IntervalSeconds": retry_delay(retrier, counts.get(index, 0)), "BackoffRate": 1.0}, index

    return find


def retry_delay(retrier: Json, attempt: int) -> float:
    """Return the seconds before a retry; `attempt` counts from 0."""
    delay = float(retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** attempt)
    delay = min(delay, retrier.get("MaxDelaySeconds", delay))
    return random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay  # noqa: S311


def _resolve_parameters(engine: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(template: Any, data: Any, ctx: Json | None = None) -> Any:
        for key, path in template.items() if isinstance(template, dict) else ():
            is_path = key.endswith(".$") and isinstance(path, str) and path.startswith("$")
            if is_path and not path.startswith("$$") and not is_found(path, data):
                message = f"The JSONPath '{path}' specified for the field '{key}' could not be found in the input"
                raise engine._ExecutionError("States.Runtime", f"{message} '{json.dumps(data)}'")
        return original(template, data, ctx)

    return resolve


def _apply_output_path(engine: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def apply_path(state: Json, data: Any, ctx: Json | None = None) -> Any:
        if state.get("Type") == "Succeed" and engine._state_query_language(state, ctx) == "JSONata":
            return engine._apply_jsonata_output(state, data, ctx, default=data)
        return original(state, data, ctx)

    return apply_path


def is_found(path: str, data: Any) -> bool:
    """Tell whether a plain JSONPath (names and indexes) finds something; other paths always count as found."""
    if not re.fullmatch(r"\$(\.[A-Za-z_][\w-]*|\['[^']+'\]|\[\d+\])*", path):
        return True
    for name, quoted, index in re.findall(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[(\d+)\]", path):
        if index:
            if not isinstance(data, list) or int(index) >= len(data):
                return False
            data = data[int(index)]
        else:
            if not isinstance(data, dict) or (name or quoted) not in data:
                return False
            data = data[name or quoted]
    return True


def _evaluate_intrinsic(engine: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def evaluate(expression: str, data: Any, ctx: Json | None) -> Any:
        try:
            return original(expression, data, ctx)
        except engine._ExecutionError:
            raise
        except Exception as error:
            raise engine._ExecutionError("States.IntrinsicFailure", f"{expression}: {error}") from error

    return evaluate


def _prefix_sdk_error(original: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def prefix(service: str, code: str) -> str:
        name = original(service, code)
        is_class = name.endswith(("Exception", "Error")) or name.startswith("States.")
        return f"{name}Exception" if service in {"sfn", "s3", "glue", "athena"} and not is_class else name

    return prefix


class _PatientJsonata:
    """The JSONata library with a longer time limit: the laptop may be busy with Spark."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self.Jsonata = self

    def jsonata(self, expression: str, timeout: int = 0) -> Any:
        return self._library.Jsonata.jsonata(expression, timeout=max(timeout, _JSONATA_MILLISECONDS))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)
