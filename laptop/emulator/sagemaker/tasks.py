"""What workers do, simulated ones and people at the portal alike: see open tasks, take one, answer it or give it back.

A task that is taken stays with its worker for the job's TaskTimeLimitInSeconds. What was submitted is on disk before
`submit` returns.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from laptop.emulator import clients
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import objects, records, signals, task_rules
from laptop.emulator.sagemaker.task_rules import TaskGoneError, Worker

__all__ = [
    "Task",
    "TaskGoneError",
    "Worker",
    "claim",
    "claim_next",
    "decline",
    "jobs",
    "offered",
    "release",
    "source",
    "submit",
]


@dataclass(frozen=True)
class Task:
    """A task that a worker has taken.

    Attributes
    ----------
    input
        `task.input` of the job's template.
    until
        When it goes back to the others, in seconds since 1970.
    """

    job: str
    object_id: str
    input: Any
    until: float


def jobs(workteam_arn: str) -> list[Json]:
    """Return the jobs (see `records`) that a work team works on now, oldest first."""
    running = [job for job in records.all_jobs() if job["status"] == "InProgress"]
    return [job for job in running if job["request"]["HumanTaskConfig"]["WorkteamArn"] == workteam_arn]


def offered(job: str, worker_id: str) -> list[str]:
    """Return the ids of the objects of a job that a worker may take."""
    with objects.lock:
        now = time.time()
        return [key for key, found in objects.of(job).items() if task_rules.may_take(found, worker_id, now)]


def claim(job: str, object_id: str, worker: Worker) -> Task:
    """Take a task.

    Raises
    ------
    TaskGoneError
        It is taken, answered or over.
    """
    with _change(job, object_id) as found:
        task_rules.accept(found, worker, time.time())
        accepted = found["claims"][worker.id]
        taken = Task(job, object_id, found["input"], accepted["until"])
    signals.worker_event(job, accepted, "TasksAccepted")
    return taken


def claim_next(job: str, worker: Worker) -> Task | None:
    """Take the first task that is there for a worker; None if there is none."""
    with objects.lock:
        first = next(iter(offered(job, worker.id)), None)
        return None if first is None else claim(job, first, worker)


def submit(job: str, object_id: str, worker_id: str, content: Any) -> None:
    """Answer a task.

    Parameters
    ----------
    content
        What the form of the template sends: a document with one member for each of its named elements, e.g.
        `{"crowd-image-classifier": {"label": "soccer"}}`. Anything else is kept as it is: it is a malformed answer.

    Raises
    ------
    TaskGoneError
        The worker does not have the task any more.
    """
    with _change(job, object_id) as found:
        answer = task_rules.answer(found, worker_id, content, time.time())
    signals.worker_event(job, answer, "TasksSubmitted")


def release(job: str, object_id: str, worker_id: str) -> None:
    """Give a task back: the worker may take it again.

    Raises
    ------
    TaskGoneError
        The worker does not have it.
    """
    with _change(job, object_id) as found:
        given = task_rules.give_back(found, worker_id, time.time(), decline=False)
    signals.worker_event(job, given, "TasksReturned")


def decline(job: str, object_id: str, worker_id: str) -> None:
    """Give a task back for good: the worker is not asked about it again.

    Raises
    ------
    TaskGoneError
        The worker does not have it.
    """
    with _change(job, object_id) as found:
        given = task_rules.give_back(found, worker_id, time.time(), decline=True)
    signals.worker_event(job, given, "TasksDeclined")


def source(job: str, object_id: str) -> str:
    """Return the text of an object, or its address in S3."""
    found = json.loads(objects.of(job)[object_id]["line"])
    return str(found["source"] if "source" in found else found["source-ref"])


@contextmanager
def _change(job: str, object_id: str) -> Iterator[Json]:
    with objects.lock:
        found = objects.of(job).get(object_id)
        if found is None:
            raise TaskGoneError(f"job {job} of {clients.account()} must have an object {object_id}; it has none")
        yield found
        objects.keep(job, found)
