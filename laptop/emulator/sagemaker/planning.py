"""Which data objects go to people next. Automated labeling registers a planner of its own here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from laptop.emulator.sagemaker.task_rules import WAITING

Json = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """One iteration of a job.

    Attributes
    ----------
    people
        Ids of the objects that workers are asked about.
    machine
        Ids of the objects that a model labels, with the members to add to their lines, as consolidation returns them:
        `{"<attribute>": ..., "<attribute>-metadata": {..., "human-annotated": "no"}}`.
    """

    people: Sequence[str]
    machine: dict[str, Json] = field(default_factory=dict)


# Writes bytes to a key below the job's output folder, e.g. "activelearning/1/validation.manifest"; returns its address.
Write = Callable[[str, bytes], str]


class Planner(Protocol):
    """Decides about the next iteration of a job.

    It must be a function of its arguments: after a restart of the emulator it is asked again.
    """

    def __call__(self, request: Json, objects: Sequence[Json], limit: int, write: Write) -> Plan:
        """Return the next iteration.

        Parameters
        ----------
        request
            The request of CreateLabelingJob.
        objects
            All objects of the job (see `task_rules`); labeled ones have their `label`.
        limit
            How many objects may go to people at once, by MaxConcurrentTaskCount and the stopping conditions; 0 if
            people may label no more.
        """


def in_order(request: Json, objects: Sequence[Json], limit: int, write: Write) -> Plan:
    """Send all objects to people, in the order of the manifest."""
    return Plan([found["id"] for found in objects if found["state"] == WAITING][:limit])


_automated: list[Planner] = []


def automate(planner: Planner) -> Planner:
    """Register the planner of jobs with a LabelingJobAlgorithmsConfig."""
    _automated[:] = [planner]
    return planner


def automated() -> Planner | None:
    return _automated[0] if _automated else None
