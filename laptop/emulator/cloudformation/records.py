"""Fields that the emulator's services do not keep at all, written into its records.

| record | fields |
|---|---|
| Glue job | ExecutionProperty, ExecutionClass, JobMode, JobRunQueuingEnabled, MaintenanceWindow, |
| | NotificationProperty, LogUri |
| Glue crawler | LakeFormationConfiguration |
| Glue table | Retention |
| state machine | tracingConfiguration |

The API's own Create and Update operations of jobs, tables and state machines keep them as well. Sources:
https://docs.aws.amazon.com/glue/latest/webapi/API_Job.html, API_Crawler.html, API_TableInput.html and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import glue, stepfunctions

from laptop.emulator.registry import Call, Json, after_resource, operation

_JOB = (
    "ExecutionProperty",
    "ExecutionClass",
    "JobMode",
    "JobRunQueuingEnabled",
    "MaintenanceWindow",
    "NotificationProperty",
    "LogUri",
)
_CRAWLER = ("LakeFormationConfiguration",)
_TABLE = ("Retention",)


def _keep(record: Json, fields: tuple[str, ...], properties: Json) -> None:
    """Set the fields that the properties have, and remove the others: an update replaces the whole definition."""
    for name in fields:
        if name in properties:
            record[name] = properties[name]
        else:
            record.pop(name, None)


@operation("glue", "CreateJob")
def create_job(request: Json, call: Call) -> Json:
    answer = call("CreateJob", request)
    _keep(glue._jobs[request["Name"]], _JOB, request)
    return answer


@operation("glue", "UpdateJob")
def update_job(request: Json, call: Call) -> Json:
    answer = call("UpdateJob", request)
    _keep(glue._jobs[request["JobName"]], _JOB, request["JobUpdate"])
    return answer


@operation("glue", "CreateTable")
def create_table(request: Json, call: Call) -> Json:
    answer = call("CreateTable", request)
    _keep_table(request["DatabaseName"], request["TableInput"])
    return answer


@operation("glue", "UpdateTable")
def update_table(request: Json, call: Call) -> Json:
    answer = call("UpdateTable", request)
    _keep_table(request["DatabaseName"], request["TableInput"])
    return answer


@operation("states", "CreateStateMachine")
def create_state_machine(request: Json, call: Call) -> Json:
    answer = call("CreateStateMachine", request)
    _keep(stepfunctions._state_machines[answer["stateMachineArn"]], ("tracingConfiguration",), request)
    return answer


@operation("states", "UpdateStateMachine")
def update_state_machine(request: Json, call: Call) -> Json:
    answer = call("UpdateStateMachine", request)
    if "tracingConfiguration" in request:
        stepfunctions._state_machines[request["stateMachineArn"]]["tracingConfiguration"] = request[
            "tracingConfiguration"
        ]
    return answer


@after_resource("AWS::Glue::Job")
def fill_job(name: str, old: Json, new: Json) -> None:
    _keep(glue._jobs[name], _JOB, _numbers(new))


@after_resource("AWS::Glue::Crawler")
def fill_crawler(name: str, old: Json, new: Json) -> None:
    _keep(glue._crawlers[name], _CRAWLER, new)


@after_resource("AWS::Glue::Table")
def fill_table(name: str, old: Json, new: Json) -> None:
    _keep_table(new["DatabaseName"], new["TableInput"])


@after_resource("AWS::StepFunctions::StateMachine")
def fill_state_machine(arn: str, old: Json, new: Json) -> None:
    record = stepfunctions._state_machines[arn]
    tracing = new.get("TracingConfiguration", {})
    record["tracingConfiguration"] = {"enabled": str(tracing.get("Enabled", False)).lower() == "true"}
    record["loggingConfiguration"] = _logging(new.get("LoggingConfiguration"))


def _logging(configuration: Json | None) -> Json:
    if not configuration:
        return {"level": "OFF", "includeExecutionData": False}
    converted: Json = {
        "level": configuration.get("Level", "OFF"),
        "includeExecutionData": str(configuration.get("IncludeExecutionData", False)).lower() == "true",
    }
    destinations = [item["CloudWatchLogsLogGroup"]["LogGroupArn"] for item in configuration.get("Destinations", [])]
    if destinations:
        converted["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in destinations]
    return converted


def _keep_table(database: str, table_input: Json) -> None:
    record = glue._tables[f"{database}/{table_input['Name']}"]
    _keep(record, _TABLE, _numbers(table_input))


def _numbers(properties: Json) -> Json:
    """Return the properties with the integers of a template as integers, for it may write them as strings."""
    converted: Json = dict(properties)
    if "Retention" in converted:
        converted["Retention"] = int(converted["Retention"])
    for outer, inner in (("ExecutionProperty", "MaxConcurrentRuns"), ("NotificationProperty", "NotifyDelayAfter")):
        nested: Any = converted.get(outer)
        if isinstance(nested, dict) and inner in nested:
            converted[outer] = {**nested, inner: int(nested[inner])}
    return converted
