"""The life of a task: one data object that some workers are asked to label. Pure.

A data object is a JSON document:

| member | meaning |
|---|---|
| `id` | its number in the manifest, from "0" |
| `line` | its line of the manifest, as text |
| `state` | one of the states below |
| `iteration` | the batch that it belongs to |
| `input` | `task.input` of the template |
| `workers` | answers that it needs |
| `limit` | seconds that a worker has for it |
| `expires` | when it leaves the portal |
| `claims` | worker id to `{worker, accepted, until}` |
| `answers` | `{worker, accepted, submitted, content}` in the order of submission |
| `declined` | ids of workers who do not want it |
| `label` | what consolidation (or a model) returned: members to add to the line |
| `reason` | why it failed |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]

# Not yet looked at; not for people, by `isHumanAnnotationRequired`; with the workers; to be consolidated; ends.
WAITING, SKIPPED, OPEN, ANSWERED, LABELED, FAILED = "waiting", "skipped", "open", "answered", "labeled", "failed"


class TaskGoneError(Exception):
    """A worker cannot take, answer or give back a task: somebody else has it, or its time is up."""


@dataclass(frozen=True)
class Worker:
    """A member of a work team.

    Attributes
    ----------
    id
        As consolidation sees it, e.g. `private.us-east-1.0123456789abcdef`.
    sub
        Identity in the user pool.
    issuer
        Address of the user pool.
    """

    id: str
    name: str
    sub: str
    issuer: str


def new(number: int, line: str) -> Json:
    """Return a data object that nobody has seen yet."""
    return {"id": str(number), "line": line, "state": WAITING, "claims": {}, "answers": [], "declined": []}


def offer(found: Json, task_input: Any, *, workers: int, limit: float, expires: float) -> None:
    """Put a task before the workers."""
    found |= {"state": OPEN, "input": task_input, "workers": workers, "limit": limit, "expires": expires}


def may_take(found: Json, worker_id: str, now: float) -> bool:
    """Tell whether a worker may take a task: nobody answers an object twice, and no more people than it needs."""
    if found["state"] != OPEN or now >= found["expires"]:
        return False
    busy = {claimant for claimant, claim in found["claims"].items() if claim["until"] > now}
    done = {answer["worker"]["id"] for answer in found["answers"]}
    return worker_id not in busy | done | {*found["declined"]} and len(busy) + len(done) < found["workers"]


def accept(found: Json, worker: Worker, now: float) -> None:
    """Give a task to a worker until its time limit.

    Raises
    ------
    TaskGoneError
        The worker may not take it.
    """
    if not may_take(found, worker.id, now):
        raise TaskGoneError(f"task {found['id']} must be open for {worker.name}; it is taken, answered or over")
    until = min(now + found["limit"], found["expires"])
    found["claims"][worker.id] = {"worker": asdict(worker), "accepted": now, "until": until}


def answer(found: Json, worker_id: str, content: Any, now: float) -> Json:
    """Keep a worker's answer and return it with its times.

    Raises
    ------
    TaskGoneError
        The worker does not have the task (any more).
    """
    claim = _claim(found, worker_id, now)
    del found["claims"][worker_id]
    kept = {"worker": claim["worker"], "accepted": claim["accepted"], "submitted": now, "content": content}
    found["answers"].append(kept)
    return kept


def give_back(found: Json, worker_id: str, now: float, *, decline: bool) -> Json:
    """Return a task to the others; a worker who declined it is not asked again. Return the claim that ended.

    Raises
    ------
    TaskGoneError
        The worker does not have the task.
    """
    claim = _claim(found, worker_id, now)
    del found["claims"][worker_id]
    if decline:
        found["declined"].append(worker_id)
    return claim


def _claim(found: Json, worker_id: str, now: float) -> Json:
    claim: Json | None = found["claims"].get(worker_id) if found["state"] == OPEN else None
    if claim is None or claim["until"] <= now:
        raise TaskGoneError(f"task {found['id']} must be with {worker_id}; its time is up, or it was never taken")
    return claim


def lapse(found: Json, now: float) -> list[Json]:
    """Take a task from the workers whose time is up; return their claims."""
    over = [claimant for claimant, claim in found["claims"].items() if claim["until"] <= now]
    return [found["claims"].pop(claimant) for claimant in over]


def is_over(found: Json, now: float) -> bool:
    """Tell whether nobody will work on a task any more: it has its answers, or its availability has ended."""
    return bool(len(found["answers"]) >= found["workers"] or now >= found["expires"])
