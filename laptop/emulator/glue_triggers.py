"""Glue triggers and workflows that start jobs and crawlers.

| operation | behaviour | source (AWS Glue API and developer guide) |
|---|---|---|
| StartTrigger | ON_DEMAND: fires; other types: ACTIVATED | "Triggers" |
| SCHEDULED | fires at its times while ACTIVATED | "Time-based schedules" |
| CONDITIONAL | AND or ANY over states of jobs and crawlers that triggers started | "Triggers" |
| StartWorkflowRun | fires the start trigger; refused beyond MaxConcurrentRuns | "Workflows" |
| (workflow run) | conditions look at the same run; a trigger fires once a run | "Overview of workflows" |
| (arguments) | jobs get `--WORKFLOW_NAME` and `--WORKFLOW_RUN_ID` | "Getting and setting workflow run properties" |
| GetWorkflowRun, GetWorkflowRuns, GetWorkflow | Status, Statistics, LastRun | "Workflows" |
| StopWorkflowRun | stops its jobs and crawlers; STOPPED | "StopWorkflowRun" |
| GetWorkflowRunProperties, PutWorkflowRunProperties | as named | "Workflows" |

An EventBridge rule starts a workflow by its ARN (`events`). Not here: batches of events, graphs, resuming of a run.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterable

from botocore.exceptions import ClientError

from laptop.emulator import aws_events, clock, glue_jobs, paging
from laptop.emulator.clients import client
from laptop.emulator.registry import Call, Json, ServiceError, on_start, operation
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.glue")

workflow_runs = Store("glue-workflow-runs")
# Actions of triggers outside of workflows, until their run has ended.
_lone_actions = Store("glue-trigger-actions")
_met = Store("glue-trigger-conditions")
_lock = threading.RLock()
_RUNNING = "RUNNING"
_PAGE = 1000
_START_TYPES = ("ON_DEMAND", "SCHEDULED", "EVENT")


@operation("glue", "StartTrigger")
def start_trigger(request: Json, call: Call) -> Json:
    trigger = call("GetTrigger", request)["Trigger"]
    if trigger["Type"] != "ON_DEMAND":
        return call("StartTrigger", request)
    fire(trigger)
    return {"Name": trigger["Name"]}


def fire(trigger: Json) -> None:
    """Start what a trigger starts: a run of its workflow, or else its actions."""
    if trigger.get("WorkflowName"):
        client("glue").start_workflow_run(Name=trigger["WorkflowName"])
        return
    for action in trigger["Actions"]:
        started = _start(action, trigger["Name"], {})
        if started["State"] == _RUNNING:
            _lone_actions.put(_action_key(started), started)


@operation("glue", "StartWorkflowRun")
def start_workflow_run(request: Json, call: Call) -> Json:
    workflow = call("GetWorkflow", {"Name": request["Name"]})["Workflow"]
    name, limit = workflow["Name"], workflow.get("MaxConcurrentRuns") or 0
    starts = [trigger for trigger in _triggers_of(name) if trigger["Type"] in _START_TYPES]
    if not starts:
        raise ServiceError("InvalidInputException", f"Workflow {name} must have a start trigger")
    with _lock:
        active = [run for _, run in workflow_runs.items(f"{name}/") if run["Status"] == _RUNNING]
        if limit and len(active) >= limit:
            raise ServiceError("ConcurrentRunsExceededException", f"Concurrent runs exceeded for workflow {name}")
        run = {
            "Name": name,
            "WorkflowRunId": f"wr_{uuid.uuid4().hex}{uuid.uuid4().hex}",
            "WorkflowRunProperties": {
                **(workflow.get("DefaultRunProperties") or {}),
                **(request.get("RunProperties") or {}),
            },
            "StartedOn": time.time(),
            "Status": _RUNNING,
            "Actions": [],
            "Fired": [],
        }
        _fire_in(run, starts[0])
        _settle(run)
    return {"RunId": run["WorkflowRunId"]}


def _triggers_of(workflow: str) -> list[Json]:
    return [trigger for trigger in _triggers() if trigger.get("WorkflowName") == workflow]


def _triggers() -> list[Json]:
    found: list[Json] = client("glue").get_triggers()["Triggers"]
    return found


def _fire_in(run: Json, trigger: Json) -> None:
    arguments = {"--WORKFLOW_NAME": run["Name"], "--WORKFLOW_RUN_ID": run["WorkflowRunId"]}
    run["Fired"].append(trigger["Name"])
    run["Actions"] += [_start(action, trigger["Name"], arguments) for action in trigger["Actions"]]


def _start(action: Json, trigger: str, more: dict[str, str]) -> Json:
    """Start a job or a crawler; the record says FAILED if it does not start."""
    started: Json = {"Trigger": trigger, "State": _RUNNING}
    try:
        if action.get("CrawlerName"):
            started |= {"Crawler": action["CrawlerName"]}
            client("glue").start_crawler(Name=action["CrawlerName"])
            return started
        started |= {"Job": action["JobName"]}
        request = {key: action[key] for key in ("Timeout", "SecurityConfiguration") if action.get(key)}
        request["Arguments"] = {**(action.get("Arguments") or {}), **more}
        job = client("glue").get_job(JobName=action["JobName"])["Job"]
        started["RunId"] = glue_jobs.start(job, request, TriggerName=trigger)["Id"]
    except (ClientError, ServiceError) as error:
        logger.warning("trigger %s could not start %s: %s", trigger, action, error)
        started |= {"State": "FAILED", "ErrorMessage": str(error)}
    return started


def _action_key(action: Json) -> str:
    return f"job/{action['RunId']}" if "Job" in action else f"crawler/{action['Crawler']}"


def notice(source: str, detail_type: str, detail: Json) -> None:
    """Follow the ends of job runs and crawls, and fire what waits for them."""
    if source != "aws.glue":
        return
    if detail_type == "Glue Job State Change":
        _ended(f"job/{detail['jobRunId']}", detail["state"])
    elif detail_type == "Glue Crawler State Change" and detail["state"] != "Started":
        _ended(f"crawler/{detail['crawlerName']}", detail["state"].upper())


def _ended(key: str, state: str) -> None:
    with _lock:
        for _, run in list(workflow_runs.items()):
            waiting = [action for action in run["Actions"] if _is_waiting(action, key)]
            if run["Status"] == _RUNNING and waiting:
                for action in waiting:
                    action["State"] = state
                _continue(run)
        lone = _lone_actions.get(key)
        if lone:
            _lone_actions.delete(key)
            _meet_conditions(lone | {"State": state})


def _is_waiting(action: Json, key: str) -> bool:
    return action["State"] == _RUNNING and _action_key(action) == key


def _continue(run: Json) -> None:
    for trigger in _triggers_of(run["Name"]):
        fired = trigger["Name"] in run["Fired"] or trigger["Type"] != "CONDITIONAL"
        if not fired and trigger["State"] == "ACTIVATED" and holds(trigger["Predicate"], run["Actions"]):
            _fire_in(run, trigger)
    _settle(run)


def _settle(run: Json) -> None:
    if all(action["State"] != _RUNNING for action in run["Actions"]):
        run |= {"Status": "COMPLETED", "CompletedOn": time.time()}
    workflow_runs.put(f"{run['Name']}/{run['WorkflowRunId']}", run)


def holds(predicate: Json, actions: Iterable[Json]) -> bool:
    """Tell whether the conditions of a trigger hold over the last states of actions."""
    last = {("Job", action["Job"]) if "Job" in action else ("Crawler", action["Crawler"]): action for action in actions}
    outcomes = [_is_met(condition, last.get(_subject(condition))) for condition in predicate.get("Conditions", [])]
    return any(outcomes) if predicate.get("Logical") == "ANY" else bool(outcomes) and all(outcomes)


def _subject(condition: Json) -> tuple[str, str]:
    return ("Job", condition["JobName"]) if condition.get("JobName") else ("Crawler", condition["CrawlerName"])


def _is_met(condition: Json, action: Json | None) -> bool:
    return action is not None and action["State"] == (condition.get("State") or condition.get("CrawlState"))


def _meet_conditions(action: Json) -> None:
    for trigger in _triggers():
        lone = trigger["Type"] == "CONDITIONAL" and not trigger.get("WorkflowName") and trigger["State"] == "ACTIVATED"
        subjects = [_subject(condition) for condition in trigger.get("Predicate", {}).get("Conditions", [])]
        mine = ("Job", action["Job"]) if "Job" in action else ("Crawler", action["Crawler"])
        if not lone or mine not in subjects:
            continue
        seen = [*(_met.get(trigger["Name"]) or []), action]
        if holds(trigger["Predicate"], seen):
            # The next round starts from nothing.
            _met.delete(trigger["Name"])
            fire(trigger)
        else:
            _met.put(trigger["Name"], seen)


def _shown(run: Json) -> Json:
    states = [action["State"] for action in run["Actions"]]
    statistics = {
        "TotalActions": len(states),
        "RunningActions": states.count(_RUNNING),
        "SucceededActions": states.count("SUCCEEDED"),
        "FailedActions": states.count("FAILED"),
        "StoppedActions": states.count("STOPPED") + states.count("CANCELLED"),
        "TimeoutActions": states.count("TIMEOUT"),
    }
    shown = {key: value for key, value in run.items() if key not in {"Actions", "Fired"}}
    return shown | {"Statistics": statistics}


def _run(request: Json) -> Json:
    run: Json | None = workflow_runs.get(f"{request['Name']}/{request['RunId']}")
    if run is None:
        raise ServiceError("EntityNotFoundException", f"Workflow run {request['RunId']} does not exist")
    return run


@operation("glue", "GetWorkflowRun")
def get_workflow_run(request: Json, call: Call) -> Json:
    return {"Run": _shown(_run(request))}


@operation("glue", "GetWorkflowRuns")
def get_workflow_runs(request: Json, call: Call) -> Json:
    call("GetWorkflow", {"Name": request["Name"]})
    found = [_shown(run) for _, run in workflow_runs.items(f"{request['Name']}/")][::-1]
    shown, more = paging.page(found, request, _PAGE, "InvalidInputException")
    return {"Runs": shown} | more


@operation("glue", "GetWorkflow")
def get_workflow(request: Json, call: Call) -> Json:
    workflow = call("GetWorkflow", {"Name": request["Name"]})["Workflow"]
    found = [_shown(run) for _, run in workflow_runs.items(f"{request['Name']}/")]
    return {"Workflow": workflow | ({"LastRun": found[-1]} if found else {})}


@operation("glue", "GetWorkflowRunProperties")
def get_workflow_run_properties(request: Json, call: Call) -> Json:
    return {"RunProperties": _run(request)["WorkflowRunProperties"]}


@operation("glue", "PutWorkflowRunProperties")
def put_workflow_run_properties(request: Json, call: Call) -> Json:
    with _lock:
        run = _run(request)
        run["WorkflowRunProperties"] |= request["RunProperties"]
        workflow_runs.put(f"{run['Name']}/{run['WorkflowRunId']}", run)
    return {}


@operation("glue", "StopWorkflowRun")
def stop_workflow_run(request: Json, call: Call) -> Json:
    with _lock:
        run = _run(request)
        if run["Status"] != _RUNNING:
            raise ServiceError("IllegalWorkflowStateException", f"Workflow run {request['RunId']} is {run['Status']}")
        running = [action for action in run["Actions"] if action["State"] == _RUNNING]
        for action in running:
            action["State"] = "STOPPED"
        run |= {"Status": "STOPPED", "CompletedOn": time.time()}
        workflow_runs.put(f"{run['Name']}/{run['WorkflowRunId']}", run)
    for action in running:
        if "Job" in action:
            client("glue").batch_stop_job_run(JobName=action["Job"], JobRunIds=[action["RunId"]])
        else:
            client("glue").stop_crawler(Name=action["Crawler"])
    return {}


aws_events.listeners.append(notice)


@on_start
def start_schedules() -> None:
    """End the runs that were going on when the emulator ended, and let schedules fire from now on."""
    with _lock:
        for key, run in list(workflow_runs.items()):
            if run["Status"] == _RUNNING:
                message = "The laptop was shut down during the run"
                workflow_runs.put(key, run | {"Status": "ERROR", "ErrorMessage": message, "CompletedOn": time.time()})
    clock.every_tick("triggers", _scheduled, lambda name: fire(client("glue").get_trigger(Name=name)["Trigger"]))


def _scheduled() -> Iterable[clock.Schedule]:
    for trigger in _triggers():
        if trigger["Type"] == "SCHEDULED" and trigger["State"] == "ACTIVATED":
            yield clock.Schedule(trigger["Name"], trigger["Schedule"])
