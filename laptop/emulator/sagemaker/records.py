"""Durable records of labeling jobs.

| member | meaning |
|---|---|
| `name`, `arn`, `reference` | name, ARN, JobReferenceCode |
| `request` | the request of CreateLabelingJob |
| `status` | LabelingJobStatus |
| `reason` | FailureReason |
| `created`, `modified` | seconds since 1970 |
| `ready` | the manifest has been read |
| `iteration` | number of the current batch, from 1 |
| `categories` | label categories |
| `speed` | by how much the time limits of its tasks are shortened (see `crowd`) |
| `stamp` | when the files of the last batch were named, in seconds since 1970 |
| `writing` | whether that batch is still being consolidated |
"""

from __future__ import annotations

import threading
import time
from typing import Any

from laptop.emulator.clients import account, region
from laptop.emulator.registry import Json, ServiceError
from laptop.emulator.store import Store

JOBS = Store("labeling-jobs")
ENDED = frozenset({"Completed", "Failed", "Stopped"})
_lock = threading.RLock()


def arn(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{region()}:{account()}:{kind}/{name}"


def find(name: str) -> Json:
    """Return the record of a job.

    Raises
    ------
    ServiceError
        There is none: ResourceNotFound.
    """
    found: Json | None = JOBS.get(name)
    if found is None:
        raise ServiceError("ResourceNotFound", f"Requested resource not found: labeling job {name}")
    return found


def all_jobs() -> list[Json]:
    return [job for _, job in JOBS.items()]


def change(name: str, **members: Any) -> Json:
    """Change members of a record; return the record."""
    with _lock:
        record = find(name) | members | {"modified": time.time()}
        JOBS.put(name, record)
        return record


def request_stop(name: str) -> bool:
    """Set a job that has not ended to Stopping; tell whether it was."""
    with _lock:
        running = find(name)["status"] in {"Initializing", "InProgress"}
        if running:
            change(name, status="Stopping")
        return running


def begin(name: str) -> bool:
    """Set a job to InProgress unless it was stopped meanwhile; tell whether it goes on."""
    with _lock:
        goes_on = find(name)["status"] in {"Initializing", "InProgress"}
        if goes_on:
            change(name, status="InProgress")
        return goes_on


def workers_of(name: str) -> int:
    """Return how many answers each object of a job needs."""
    return int(find(name)["request"]["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"])
