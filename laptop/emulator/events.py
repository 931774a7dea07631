"""EventBridge and EventBridge Scheduler: corrections of the emulator.

| what | behaviour | source |
|---|---|---|
| "Object Created" of a versioned bucket | `detail.object.version-id` | S3 user guide, "EventBridge event message structure" |
| a target that is gone | the event goes to the target's dead-letter queue with RULE_ARN, TARGET_ARN, ERROR_CODE ... | EventBridge, "Dead-letter queues" |
| targets that the emulator ignores | refused when they are added; a Glue workflow is started | EventBridge, "Targets" |
| scheduled rules | fire, by the emulator; `LAKE_CLOCK_SPEED` counts | EventBridge, "Schedule types" |
| schedules | cron, rate and at in their time zone, between StartDate and EndDate | Scheduler, "Schedule types" |
| `<aws.scheduler.scheduled-time>`, `execution-id`, `attempt-number`, `schedule-arn` | replaced in the input | Scheduler, "Context attributes" |
| universal targets `aws-sdk:service:action` | the SDK's call | Scheduler, "Universal targets" |
| a schedule whose target fails | its dead-letter queue | Scheduler, "Dead-letter queue" |

Verified to be right in the emulator: patterns, input transformers, rule states, delivery to state machines, SQS, SNS
and Lambda. Retries are not: a target on the laptop fails for good. A flexible time window is no wait.
"""  # noqa: E501

from __future__ import annotations

import contextvars
import json
import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name as snake_case
from botocore.exceptions import BotoCoreError, ClientError

from laptop.emulator import clock
from laptop.emulator.clients import background, client
from laptop.emulator.registry import Json, on_start

logger = logging.getLogger("laptop.events")

_TARGETS = frozenset({"states", "lambda", "sqs", "sns", "events", "glue"})
_SDK_NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}

_failure: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar("failure", default=None)
_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)


def apply() -> None:
    """Replace the functions of the emulator that are corrected."""
    from ministack.services import eventbridge, s3, scheduler  # noqa: PLC0415 (only the emulator's process has them)

    s3._fire_s3_event = _fire_s3_event(s3._fire_s3_event)
    eventbridge._dispatch_event = _dispatch_event(eventbridge._dispatch_event)
    eventbridge._put_targets = _put_targets(eventbridge, eventbridge._put_targets)
    eventbridge._invoke_target = _invoke_target(eventbridge._invoke_target)
    eventbridge._dispatch_to_stepfunctions = _start_state_machine
    eventbridge._dispatch_to_sqs = _dispatch_to_sqs(eventbridge._dispatch_to_sqs)
    eventbridge._dispatch_to_sns = _dispatch_to_sns
    eventbridge._now_ts = clock.now
    # Ours fires the schedules.
    scheduler.start_scheduler = lambda: None


def _fire_s3_event(original: Callable[..., None]) -> Callable[..., None]:
    def fire(*arguments: Any, **named: Any) -> None:
        token = _version.set(named.get("version_id"))
        try:
            original(*arguments, **named)
        finally:
            _version.reset(token)

    return fire


def _dispatch_event(original: Callable[..., None]) -> Callable[..., None]:
    def dispatch(event: Json, view: Any = None) -> None:
        version = _version.get()
        if event.get("Source") == "aws.s3" and version and version != "null":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = event | {"Detail": json.dumps(detail)}
        # What the event sets off are events of their own.
        token = _version.set(None)
        try:
            original(event, view)
        finally:
            _version.reset(token)

    return dispatch


def _put_targets(engine: Any, original: Callable[[Json], Any]) -> Callable[[Json], Any]:
    def put(request: Json) -> Any:
        for target in request.get("Targets", []):
            parts = target["Arn"].split(":")
            service = parts[2] if len(parts) > 5 else target["Arn"]
            if service not in _TARGETS or (service == "glue" and not parts[5].startswith("workflow/")):
                message = f"EventBridge target {target['Arn']} is not implemented on the laptop"
                return engine.error_response_json("NotImplementedOnLaptop", message, 501)
        return original(request)

    return put


def _invoke_target(original: Callable[..., None]) -> Callable[..., None]:
    def deliver(target: Json, event: Json, rule: Json, view: Any) -> None:
        _failure.set(None)
        if target["Arn"].split(":")[2] == "glue":
            _start_workflow(target["Arn"])
        else:
            original(target, event, rule, view)
        failure = _failure.get()
        if failure:
            _bury(target, _message(event), rule, failure)

    def invoke(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        # On a thread: the caller may be the loop that serves the endpoint, which a delivery calls back.
        background(deliver, target, event, rule, view)

    return invoke


def _start_workflow(arn: str) -> None:
    try:
        client("glue").start_workflow_run(Name=arn.rpartition("/")[2])
    except ClientError as error:
        _failure.set((error.response["Error"]["Code"], str(error)))


def _start_state_machine(arn: str, payload: str) -> None:
    try:
        client("stepfunctions").start_execution(stateMachineArn=arn, input=payload)
    except ClientError as error:
        _failure.set((error.response["Error"]["Code"], str(error)))


def _dispatch_to_sqs(original: Callable[..., None]) -> Callable[..., None]:
    def dispatch(spec: Any, payload: str, parameters: Json | None = None) -> None:
        try:
            client("sqs").get_queue_url(QueueName=spec.resource)
        except ClientError as error:
            _failure.set((error.response["Error"]["Code"], str(error)))
            return
        original(spec, payload, parameters)

    return dispatch


def _dispatch_to_sns(arn: str, payload: str) -> None:
    try:
        client("sns").publish(TopicArn=arn, Message=payload)
    except ClientError as error:
        _failure.set((error.response["Error"]["Code"], str(error)))


def _message(event: Json) -> str:
    moment = event.get("Time")
    stamp = moment if isinstance(moment, str) else _iso(float(moment or clock.now()))
    document = {
        "version": "0",
        "id": event["EventId"],
        "detail-type": event["DetailType"],
        "source": event["Source"],
        "account": event["Account"],
        "time": stamp,
        "region": event["Region"],
        "resources": event["Resources"],
        "detail": json.loads(event["Detail"]),
    }
    return json.dumps(document)


def _bury(target: Json, body: str, rule: Json, failure: tuple[str, str]) -> None:
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    code, message = failure
    if not queue:
        logger.warning(
            "%s could not reach %s and has no dead-letter queue: %s", rule.get("Arn"), target["Arn"], message
        )
        return
    attributes = {
        "RULE_ARN": rule.get("Arn", ""),
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": "NO_PERMISSIONS" if code.startswith("AccessDenied") else "NO_RESOURCE",
        "ERROR_MESSAGE": message,
        "RETRY_ATTEMPTS": "0",
    }
    url = client("sqs").get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"]
    client("sqs").send_message(
        QueueUrl=url,
        MessageBody=body,
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value[:1000] or "-"} for name, value in attributes.items()
        },
    )


@on_start
def start_schedules() -> None:
    """Let schedules fire from now on; those that were due while the laptop was off are over."""
    clock.every_tick("schedules", _schedules, fire_schedule)


def _schedules() -> Iterable[clock.Schedule]:
    scheduler = client("scheduler")
    for page in scheduler.get_paginator("list_schedules").paginate():
        for item in page["Schedules"]:
            found = scheduler.get_schedule(GroupName=item["GroupName"], Name=item["Name"])
            zone = found.get("ScheduleExpressionTimezone") or "UTC"
            if found["State"] == "ENABLED" and _is_current(found):
                yield clock.Schedule(f"{item['GroupName']}/{item['Name']}", found["ScheduleExpression"], zone)


def _is_current(schedule: Json) -> bool:
    present = datetime.fromtimestamp(clock.now(), UTC)
    start, end = schedule.get("StartDate"), schedule.get("EndDate")
    return (start is None or start <= present) and (end is None or present <= end)


def fire_schedule(key: str) -> None:
    """Send the input of a schedule to its target, or else to its dead-letter queue."""
    group, name = key.split("/", 1)
    scheduler = client("scheduler")
    schedule = scheduler.get_schedule(GroupName=group, Name=name)
    target = schedule["Target"]
    body = fill_context(target.get("Input") or "{}", schedule["Arn"], _iso(clock.now()), str(uuid.uuid4()))
    try:
        _call(target, body)
    except (ClientError, BotoCoreError, ValueError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        _bury(target, body, {"Arn": schedule["Arn"]}, (code, str(error)))
    if schedule["ScheduleExpression"].startswith("at(") and schedule.get("ActionAfterCompletion") == "DELETE":
        scheduler.delete_schedule(GroupName=group, Name=name)


def fill_context(text: str, arn: str, scheduled: str, execution: str) -> str:
    """Replace the context attributes in the input of a schedule."""
    values = {"schedule-arn": arn, "scheduled-time": scheduled, "execution-id": execution, "attempt-number": "1"}
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _call(target: Json, body: str) -> None:
    arn = target["Arn"]
    if arn.startswith("arn:aws:scheduler:::aws-sdk:"):
        service, action = arn.split(":")[6:8]
        getattr(client(_SDK_NAMES.get(service, service)), snake_case(action))(**_as_parameters(json.loads(body)))
        return
    service = arn.split(":")[2]
    if service == "states":
        client("stepfunctions").start_execution(stateMachineArn=arn, input=body)
    elif service == "lambda":
        client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=body)
    elif service == "sns":
        client("sns").publish(TopicArn=arn, Message=body)
    elif service == "sqs":
        url = client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        client("sqs").send_message(QueueUrl=url, MessageBody=body, **(target.get("SqsParameters") or {}))
    else:
        raise ValueError(f"the schedule target {arn} is not implemented on the laptop")


def _as_parameters(request: Json) -> Json:
    # Step Functions' own API is in camel case, the parameters of universal targets are not.
    camel = {"StateMachineArn": "stateMachineArn", "Input": "input", "Name": "name"}
    return {camel.get(key, key) if "StateMachineArn" in request else key: value for key, value in request.items()}


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


apply()
