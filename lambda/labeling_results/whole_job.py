"""Classes consolidated once more, over the whole job.

While a job runs, a batch is consolidated with what it and the batches before it tell of the workers. When the job has
ended, all is known: the first batches profit most. The output manifest keeps what Ground Truth was told; the tables
have what is known in the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lake_common.consolidation.labels import Label, consolidate
from lake_common.labeling.tasks import Task

from labeling_results.rows import CLASSES, Row


def consolidated(rows: Iterable[Row], task: Task) -> list[Row]:
    """Return the rows with the labels and confidences that all answers of the job give; marks stay as they are."""
    given = list(rows)
    if task.kind not in CLASSES or task.method == "majority":
        return given
    answers = [
        (row.object, answer["worker"], answer["answer"])
        for row in given
        if row.labeled_by == "human"
        for answer in row.answers
        if answer["problem"] is None
    ]
    labels = consolidate(answers, task.categories, task.method).labels
    return [_relabeled(row, labels[row.object]) if row.object in labels else row for row in given]


def _relabeled(row: Row, label: Label) -> Row:
    answers = tuple(
        answer | {"agrees": None if answer["problem"] is not None else answer["answer"] == label.name}
        for answer in row.answers
    )
    agreeing = sum(answer["agrees"] is True for answer in answers)
    return replace(
        row, label=label.name, confidence=label.confidence, agreement=agreeing / row.workers, answers=answers
    )
