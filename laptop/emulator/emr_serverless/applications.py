"""Applications of EMR Serverless."""

from __future__ import annotations

import secrets
import threading
import time

from laptop.emulator import aws_events, shapes
from laptop.emulator.clients import account, region
from laptop.emulator.emr.driver import minute
from laptop.emulator.emr.requests import RELEASES
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, operation
from laptop.emulator.store import Store

SERVICE = "emr-serverless"
# Runs that keep their application busy.
ACTIVE = ("SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "QUEUED", "CANCELLING")

applications = Store("emr-serverless-applications")
job_runs = Store("emr-serverless-job-runs")
guard = threading.RLock()

_REFUSED = ("imageConfiguration", "workerTypeSpecifications", "identityCenterConfiguration", "interactiveConfiguration")
_SUMMARY = ("name", "arn", "releaseLabel", "type", "state", "stateDetails", "createdAt", "updatedAt", "architecture")
_DEFAULT_IDLE_MINUTES = 15


def new_id() -> str:
    """Return an id as EMR Serverless makes them, e.g. `00fabcdefg01j90p`."""
    return f"00{secrets.token_hex(7)}"


def arn(path: str) -> str:
    return f"arn:aws:emr-serverless:{region()}:{account()}:/{path}"


def find(application_id: str) -> Json:
    """Return an application, stopped if it has been idle for its time.

    Raises
    ------
    ServiceError
        There is none of this id.
    """
    found = applications.get(application_id)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"Application {application_id} does not exist", 404)
    application = dict(found)
    if application["state"] == "STARTED" and _is_idle(application):
        return move(application_id, "STOPPED", "AUTO_STOPPING")
    return application


def _is_idle(application: Json) -> bool:
    stop = application.get("autoStopConfiguration") or {}
    if not stop.get("enabled", True) or is_busy(application["applicationId"]):
        return False
    minutes = stop.get("idleTimeoutMinutes", _DEFAULT_IDLE_MINUTES)
    return bool(time.time() - application["usedAt"] > minutes * minute())


def is_busy(application_id: str) -> bool:
    """Tell whether a job run of the application has not ended."""
    return any(run["state"] in ACTIVE for _, run in job_runs.items(f"{application_id}/"))


def move(application_id: str, state: str, details: str = "") -> Json:
    """Bring an application into a state, and tell the event bus."""
    now = time.time()
    with guard:
        application = dict(applications.get(application_id) or {})
        before = application.get("state", "")
        application.update(state=state, stateDetails=details, updatedAt=now, usedAt=now)
        applications.put(application_id, application)
    if before != state:
        _announce(application, before)
    return application


def touch(application_id: str) -> None:
    """Start the idle time of an application anew."""
    with guard:
        application = applications.get(application_id)
        if application:
            applications.put(application_id, application | {"usedAt": time.time()})


def _announce(application: Json, before: str) -> None:
    detail = {
        "applicationId": application["applicationId"],
        "applicationName": application.get("name", ""),
        "arn": application["arn"],
        "releaseLabel": application["releaseLabel"],
        "state": application["state"],
        "previousState": before,
        "createdAt": application["createdAt"],
        "updatedAt": application["updatedAt"],
        "autoStopConfig": application.get("autoStopConfiguration") or {},
    }
    aws_events.emit("aws.emr-serverless", "EMR Serverless Application State Change", detail)


def _check(request: Json) -> None:
    label = request.get("releaseLabel")
    if label is not None and label not in RELEASES:
        raise NotImplementedOnLaptop(f"releaseLabel {label} (there is the Spark of {' and '.join(RELEASES)} only)")
    refused = [name for name in _REFUSED if request.get(name)]
    if refused:
        raise NotImplementedOnLaptop(f"{', '.join(refused)} of an EMR Serverless application")


@operation(SERVICE, "CreateApplication")
def create_application(request: Json, call: Call) -> Json:
    shapes.check(SERVICE, "CreateApplication", request)
    _check(request)
    if request["type"].upper() != "SPARK":
        raise NotImplementedOnLaptop(f"an EMR Serverless application of type {request['type']}")
    application_id, now = new_id(), time.time()
    application = {name: value for name, value in request.items() if name != "clientToken"} | {
        "applicationId": application_id,
        "arn": arn(f"applications/{application_id}"),
        "architecture": request.get("architecture", "X86_64"),
        "createdAt": now,
        "tags": request.get("tags") or {},
    }
    applications.put(application_id, application)
    move(application_id, "CREATED")
    return {"applicationId": application_id, "name": request.get("name", ""), "arn": application["arn"]}


@operation(SERVICE, "GetApplication")
def get_application(request: Json, call: Call) -> Json:
    application = find(request["applicationId"])
    return {"application": {name: value for name, value in application.items() if name != "usedAt"}}


@operation(SERVICE, "ListApplications")
def list_applications(request: Json, call: Call) -> Json:
    found = [find(application_id) for application_id, _ in applications.items()]
    wanted = request.get("states")
    return {
        "applications": [
            {"id": item["applicationId"], **{name: item[name] for name in _SUMMARY if name in item}}
            for item in found
            if not wanted or item["state"] in wanted
        ]
    }


@operation(SERVICE, "UpdateApplication")
def update_application(request: Json, call: Call) -> Json:
    shapes.check(SERVICE, "UpdateApplication", request)
    _check(request)
    application = find(request["applicationId"])
    if application["state"] not in {"CREATED", "STOPPED"}:
        message = f"Application must be CREATED or STOPPED to be updated; got {application['state']}"
        raise ServiceError("ConflictException", message, 409)
    changes = {name: value for name, value in request.items() if name != "clientToken"}
    with guard:
        applications.put(request["applicationId"], application | changes | {"updatedAt": time.time()})
    return get_application(request, call)


@operation(SERVICE, "StartApplication")
def start_application(request: Json, call: Call) -> Json:
    find(request["applicationId"])
    move(request["applicationId"], "STARTED")
    return {}


@operation(SERVICE, "StopApplication")
def stop_application(request: Json, call: Call) -> Json:
    application = find(request["applicationId"])
    if is_busy(request["applicationId"]):
        message = "All scheduled and running jobs must be completed or cancelled before stopping an application"
        raise ServiceError("ConflictException", message, 409)
    if application["state"] == "STARTED":
        move(request["applicationId"], "STOPPED")
    return {}


@operation(SERVICE, "DeleteApplication")
def delete_application(request: Json, call: Call) -> Json:
    application = find(request["applicationId"])
    if application["state"] not in {"CREATED", "STOPPED"}:
        message = f"Application must be CREATED or STOPPED to be deleted; got {application['state']}"
        raise ServiceError("ConflictException", message, 409)
    for key, _ in list(job_runs.items(f"{request['applicationId']}/")):
        job_runs.delete(key)
    applications.delete(request["applicationId"])
    return {}


@operation(SERVICE, "ListTagsForResource")
def list_tags(request: Json, call: Call) -> Json:
    return {"tags": find(request["resourceArn"].rpartition("/")[2])["tags"]}


@operation(SERVICE, "TagResource")
def tag_resource(request: Json, call: Call) -> Json:
    application = find(request["resourceArn"].rpartition("/")[2])
    applications.put(application["applicationId"], application | {"tags": application["tags"] | request["tags"]})
    return {}


@operation(SERVICE, "UntagResource")
def untag_resource(request: Json, call: Call) -> Json:
    application = find(request["resourceArn"].rpartition("/")[2])
    kept = {key: value for key, value in application["tags"].items() if key not in request["tagKeys"]}
    applications.put(application["applicationId"], application | {"tags": kept})
    return {}
