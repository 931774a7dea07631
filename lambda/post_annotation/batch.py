"""A batch of objects: from the answers of the workers to one label each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lake_common.consolidation.answers import Answer, class_label, usable
from lake_common.consolidation.majority import vote

from post_annotation import response
from post_annotation.request import ObjectAnswers, Request
from post_annotation.settings import Task


def consolidate(
    request: Request, task: Task, objects: Sequence[ObjectAnswers], created: datetime
) -> list[dict[str, Any]]:
    """Return one annotation for each object."""
    numbers = {label: number for number, label in enumerate(request.categories)}
    entries = []
    for found in objects:
        answers, problems = usable(found.answers, lambda content: class_label(content, numbers))
        metadata = response.metadata(task.kind, job=request.job, created=created)
        metadata["unusable-answers"] = len(problems)
        entries.append(_classified(found.id, request, answers, numbers, metadata))
    return entries


def _classified(
    object_id: str, request: Request, answers: Sequence[Answer[str]], numbers: dict[str, int], metadata: dict[str, Any]
) -> dict[str, Any]:
    if not answers:
        metadata |= {"confidence": 0.0, "failure-reason": "no worker gave a usable answer"}
        return response.entry(object_id, request.attribute, None, metadata)
    label, confidence = vote([answer.value for answer in answers])
    metadata |= {"class-name": label, "confidence": confidence}
    return response.entry(object_id, request.attribute, numbers.get(label), metadata)
