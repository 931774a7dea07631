"""Labeling tasks, as functions know them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Kind = Literal["image_classification", "text_classification", "named_entities", "bounding_boxes"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Kinds whose objects are images, which a worker's browser reads from S3.
IMAGES: frozenset[Kind] = frozenset({"image_classification", "bounding_boxes"})
# Ground Truth forbids underscores in names of jobs and of label attributes, and a task gives its name to both.
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Beside the code in the layer; in the sources the tasks are folders of `labeling/`.
_PACKED = Path(__file__).with_name("tasks.json")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to ask people about objects. Its name is also the name of the label attribute.

    Parameters
    ----------
    keywords
        What workers find the task by.
    workers_per_object
        How many different workers answer about each object.
    time_limit_seconds
        How long one worker may take for one object.
    available_seconds
        How long an object waits for workers before it has failed.
    batch_size
        How many objects are with workers at a time, and are consolidated together.
    method
        How answers become one label: `majority` or `dawid_skene`.
    automated
        Whether Ground Truth may label by machine what it is sure of, where the environment allows it.
    audits
        The task whose labels are shown and judged; empty if objects are labeled afresh.
    prelabel
        What may answer in place of people if it is sure enough: `rekognition`, `comprehend` or empty.
    """

    name: str
    kind: Kind
    title: str
    description: str
    keywords: tuple[str, ...]
    categories: tuple[str, ...]
    workers_per_object: int
    time_limit_seconds: int
    available_seconds: int
    batch_size: int
    method: Literal["majority", "dawid_skene"]
    automated: bool
    audits: str
    prelabel: Literal["", "rekognition", "comprehend"]

    @property
    def is_image(self) -> bool:
        """Whether its objects are images."""
        return self.kind in IMAGES

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `from_dict` is the inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Task:
        """Make a task of plain data."""
        lists = {name: tuple(fields[name]) for name in ("keywords", "categories")}
        return cls(**{**fields, **lists})


def read_tasks(file: Path = _PACKED) -> dict[str, Task]:
    """Read the packed tasks, by name."""
    return {fields["name"]: Task.from_dict(fields) for fields in json.loads(file.read_text(encoding="utf-8"))}


def job_name(task: str, number: int, digest: str) -> str:
    """Name a labeling job by what it does, so that the same work cannot be ordered, and paid, twice.

    Parameters
    ----------
    number
        How many jobs the task has had, this one included.
    digest
        Hexadecimal digest of what is labeled and where.
    """
    return f"{task}-{number:05d}-{digest[:8]}"


def task_of(job: str) -> str:
    """Return the task of a job by its name or ARN.

    Raises
    ------
    ValueError
        If it is no name that `job_name` makes.
    """
    found = re.fullmatch(r"(?P<task>.+)-\d{5,}-[0-9a-f]{8}", job.rpartition("/")[2].lower())
    if not found or not NAME.fullmatch(found["task"]):
        raise ValueError(f"a labeling job of the lake is called <task>-<number>-<digest>; got {job!r}")
    return found["task"]
