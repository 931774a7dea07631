"""A batch of objects: from the answers of the workers to one annotation each.

Workers are judged by the batch and by those before it: one batch alone says little about a worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from lake_common.consolidation import answers as page
from lake_common.consolidation.answers import BOUNDING_BOXES, NAMED_ENTITIES, Answer, Problem, usable
from lake_common.consolidation.quality import Worker

from post_annotation import response
from post_annotation.annotations import Annotations, boxes, classes, entities
from post_annotation.request import ObjectAnswers, Request
from post_annotation.settings import Task


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What became of a batch.

    Parameters
    ----------
    entries
        What Ground Truth is told: an annotation for each object that has a usable answer.
    unlabeled
        The other objects. Ground Truth fails them, and they go into the next manifest.
    workers
        The quality of all workers so far.
    problems
        Answers of the batch that do not count, by object.
    """

    entries: Sequence[dict[str, Any]]
    unlabeled: Sequence[str]
    workers: Mapping[str, Worker]
    problems: Mapping[str, Sequence[Problem]]

    def quality(self) -> dict[str, Any]:
        """Plain data about the workers, and about answers that do not count."""
        return {
            "workers": [{"worker": name, **asdict(worker)} for name, worker in self.workers.items()],
            "unusable": [{"object": name, **asdict(each)} for name, found in self.problems.items() for each in found],
        }


def consolidate(
    request: Request,
    task: Task,
    objects: Sequence[ObjectAnswers],
    earlier: Sequence[ObjectAnswers],
    created: datetime,
) -> Batch:
    """Consolidate a batch.

    Parameters
    ----------
    objects
        Those of the batch.
    earlier
        Those of earlier batches: only what they tell of workers matters.
    created
        When the answers were handed over, so that a retry returns the same.
    """
    own = {each.id for each in objects}
    numbers = {label: number for number, label in enumerate(request.categories)}
    found: dict[str, Sequence[Answer[Any]]] = {}
    problems: dict[str, Sequence[Problem]] = {}
    for each in (*objects, *(old for old in earlier if old.id not in own)):
        good, bad = _usable(task, each, numbers)
        if good:
            found[each.id] = good
        if bad and each.id in own:
            problems[each.id] = bad
    annotated = _annotate(request, task, found)
    entries = []
    for each in objects:
        if each.id in found:
            value, details = annotated.values[each.id]
            common = response.metadata(task.kind, job=request.job, created=created)
            common |= {"workers": len(found[each.id]), "unusable-answers": len(problems.get(each.id, ()))}
            entries.append(response.entry(each.id, request.attribute, value, common | details))
    unlabeled = [each.id for each in objects if each.id not in found]
    return Batch(entries=entries, unlabeled=unlabeled, workers=annotated.workers, problems=problems)


def _usable(
    task: Task, given: ObjectAnswers, numbers: Mapping[str, int]
) -> tuple[Sequence[Answer[Any]], Sequence[Problem]]:
    if task.kind == NAMED_ENTITIES:
        return usable(given.answers, lambda content: page.spans(content, numbers))
    if task.kind == BOUNDING_BOXES:
        return usable(given.answers, lambda content: page.boxes(content, numbers))
    return usable(given.answers, lambda content: page.class_label(content, numbers))


def _annotate(request: Request, task: Task, found: Mapping[str, Sequence[Answer[Any]]]) -> Annotations:
    if task.kind == NAMED_ENTITIES:
        return entities(found, request.categories, task.method)
    if task.kind == BOUNDING_BOXES:
        return boxes(found, request.categories, task.method)
    return classes(found, request.categories, task.method)
