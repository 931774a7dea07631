"""What the portal needs from whoever keeps the tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]


class TaskGoneError(Exception):
    """A worker does not have a task any more; the message is for the worker."""


class TaskBrokenError(Exception):
    """The page of a task cannot be shown; the message says why."""


@dataclass(frozen=True)
class Work:
    """A job as a worker sees it.

    Attributes
    ----------
    offered
        Objects that the worker may take.
    labeled, total
        Objects that have a label, and all.
    """

    name: str
    title: str
    description: str
    keywords: list[str]
    offered: int
    labeled: int
    total: int
    running: bool


@dataclass(frozen=True)
class Task:
    """A task that a worker has, until so many seconds after 1970."""

    job: str
    id: str
    until: float


class Desk(Protocol):
    """Gives tasks out and takes answers. Methods are called on threads of the server."""

    def members(self) -> list[str]:
        """Return the names of the members of all work teams, as far as they are known."""

    def jobs(self, worker: str) -> list[Work]:
        """Return the jobs that run."""

    def job(self, name: str, worker: str) -> Work:
        """Return one job, running or not."""

    def claim(self, job: str, worker: str) -> Task | None:
        """Give the task that the worker has already, or the next one; None if there is none."""

    def page(self, job: str, task: str, worker: str) -> str:
        """Return the rendered template of a task that the worker has.

        Raises
        ------
        TaskGoneError
            The worker does not have it.
        TaskBrokenError
            The template cannot be rendered.
        """

    def submit(self, job: str, task: str, worker: str, content: Any) -> None:
        """Take an answer; raises TaskGoneError."""

    def give_back(self, job: str, task: str, worker: str, *, decline: bool) -> None:
        """Take a task back, for good if the worker declines it; raises TaskGoneError."""
