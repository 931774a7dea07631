"""What a job labels: what is there, without what is labeled, in an order that does not change."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lake_common.labeling.manifest import check, name_of, write
from lake_common.labeling.tasks import Task, job_name


@dataclass(frozen=True, kw_only=True)
class Order:
    """A job to be: its name, its manifest, and how many objects wait for a later one."""

    name: str
    manifest: bytes
    objects: int
    labeled_before: int
    left_for_later: int


def order(
    lines: Iterable[Mapping[str, Any]],
    task: Task,
    *,
    labeled: Collection[str],
    most: int,
    number: int,
    place: str,
    image_bucket: str,
) -> Order:
    """Choose the objects of the task's next job.

    Parameters
    ----------
    labeled
        Names of the objects that have their label.
    most
        How many objects a job may have at most.
    number
        How many jobs the task will have had with this one.
    place
        What tells this lake from others in the account, whose jobs share one space of names.

    Raises
    ------
    ManifestError
        If Ground Truth would refuse the manifest.
    """
    everything = sorted(({**line} for line in lines), key=name_of)
    waiting = [line for line in everything if name_of(line) not in labeled]
    chosen = waiting[:most]
    if chosen:
        check(chosen, task, image_bucket=image_bucket)
    manifest = write(chosen)
    digest = hashlib.sha256(place.encode() + b"\n" + manifest).hexdigest()
    return Order(
        name=job_name(task.name, number, digest),
        manifest=manifest,
        objects=len(chosen),
        labeled_before=len(everything) - len(waiting),
        left_for_later=len(waiting) - len(chosen),
    )
