"""Whether workers have to see an object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from lake_common.labeling.tasks import Task

from pre_annotation.content import problem_of


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The answer of a service."""

    label: str
    confidence: float
    by: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Why an object needs no worker.

    Parameters
    ----------
    kind
        `labeled` (it has its label), `duplicate` (another object has the same content), `machine` (a service is sure)
        or `refused` (it cannot be labeled).
    of
        The object whose content it has.
    problem
        Why it cannot be labeled.
    """

    kind: Literal["labeled", "duplicate", "machine", "refused"]
    of: str = ""
    problem: str = ""
    guess: Guess | None = None


class Ledger(Protocol):
    """What is known of a task's objects."""

    def is_labeled(self, task: str, name: str) -> bool:
        """Whether an object has its label."""

    def first_with(self, task: str, content: bytes, name: str, job: str) -> str:
        """Return the object that stands for a content in a job: the given one, unless another does already."""


def verdict_on(
    content: bytes | None,
    task: Task,
    *,
    name: str,
    job: str,
    ledger: Ledger,
    guess: Callable[[Task, bytes], Guess | None],
) -> Verdict | None:
    """Return why workers need not see an object, or None if they must.

    Parameters
    ----------
    content
        None if there is no such object, or it is too large.
    """
    if content is None:
        return Verdict(kind="refused", problem="it is missing, may not be read or is too large")
    problem = problem_of(content, task)
    if problem:
        return Verdict(kind="refused", problem=problem)
    if ledger.is_labeled(task.name, name):
        return Verdict(kind="labeled")
    # Two objects with one content may have got different labels, so each is judged.
    if task.audits:
        return None
    first = ledger.first_with(task.name, content, name, job)
    if first != name:
        return Verdict(kind="duplicate", of=first)
    found = guess(task, content)
    return Verdict(kind="machine", guess=found) if found else None
