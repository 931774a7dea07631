"""Events of clusters and steps on EventBridge, as in "Monitoring Amazon EMR events with CloudWatch"."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from laptop.emulator import aws_events
from laptop.emulator.registry import Json

# BOOTSTRAPPING and TERMINATING send none.
_CLUSTER = {
    "STARTING": ("INFO", "was requested at {at} and is being created."),
    "RUNNING": ("INFO", "began running steps at {at}."),
    "WAITING": ("INFO", "became ready at {at}. Its last step has ended, and it waits for more."),
    "TERMINATED": ("INFO", "has terminated at {at} with a reason of {code}."),
    "TERMINATED_WITH_ERRORS": ("CRITICAL", "has terminated with errors at {at} with a reason of {code}."),
}
_STEP = {
    "PENDING": ("INFO", "was added to the cluster at {at} and is pending execution."),
    "RUNNING": ("INFO", "started running at {at}."),
    "COMPLETED": ("INFO", "completed execution at {at}."),
    "CANCELLED": ("WARN", "was cancelled at {at}."),
    "FAILED": ("ERROR", "failed at {at}."),
}


def cluster_changed(cluster: Json) -> None:
    """Tell the event bus the state of a cluster."""
    status = cluster["Status"]
    if status["State"] not in _CLUSTER:
        return
    severity, text = _CLUSTER[status["State"]]
    reason = status["StateChangeReason"]
    told = text.format(at=_now(), code=reason.get("Code", ""))
    detail = {
        "severity": severity,
        # A JSON text within the JSON document, with lower-case names.
        "stateChangeReason": json.dumps({name.lower(): value for name, value in reason.items()} or {"code": ""}),
        "name": cluster["Name"],
        "clusterId": cluster["Id"],
        "state": status["State"],
        "message": f"Amazon EMR cluster {cluster['Id']} ({cluster['Name']}) {told}",
    }
    aws_events.emit("aws.emr", "EMR Cluster State Change", detail)


def step_changed(cluster: Json, step: Json) -> None:
    """Tell the event bus the state of a step."""
    state = step["Status"]["State"]
    if state not in _STEP:
        return
    severity, text = _STEP[state]
    where = f"Step {step['Id']} ({step['Name']}) in Amazon EMR cluster {cluster['Id']} ({cluster['Name']})"
    detail = {
        "severity": severity,
        "actionOnFailure": step["ActionOnFailure"],
        "stepId": step["Id"],
        "name": step["Name"],
        "clusterId": cluster["Id"],
        "state": state,
        "message": f"{where} {text.format(at=_now())}",
    }
    aws_events.emit("aws.emr", "EMR Step Status Change", detail)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
