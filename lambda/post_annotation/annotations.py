"""The annotation of each object, as the built-in task types of Ground Truth write it.

So a chained job, or a training job that reads the manifest, can use it:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from lake_common.consolidation.answers import Answer, Boxes, Span
from lake_common.consolidation.boxes import BOXES, median
from lake_common.consolidation.entities import ENTITIES
from lake_common.consolidation.labels import Method
from lake_common.consolidation.labels import consolidate as consolidate_labels
from lake_common.consolidation.marks import consolidate as consolidate_marks
from lake_common.consolidation.quality import Worker

V = TypeVar("V")
# Usable answers by object.
Answers = Mapping[str, Sequence[Answer[V]]]
# The page does not tell how many channels an image has; browsers show three, and so does Ground Truth.
_DEPTH = 3


@dataclass(frozen=True, kw_only=True)
class Annotations:
    """Value and metadata by object, and the workers' quality."""

    values: Mapping[str, tuple[Any, dict[str, Any]]]
    workers: Mapping[str, Worker]


def classes(answers: Answers[str], categories: Sequence[str], method: Method) -> Annotations:
    """Give each object number and name of a class."""
    given = [(name, each.worker, each.value) for name, found in answers.items() for each in found]
    known = list(categories) or sorted({label for _, _, label in given})
    consolidated = consolidate_labels(given, known, method)
    values = {
        name: (known.index(label.name), {"class-name": label.name, "confidence": round(label.confidence, 4)})
        for name, label in consolidated.labels.items()
    }
    return Annotations(values=values, workers=consolidated.workers)


def entities(answers: Answers[tuple[Span, ...]], categories: Sequence[str], method: Method) -> Annotations:
    """Give each object entities with a confidence each."""
    marked = _by_worker(answers)
    consolidated = consolidate_marks(marked, ENTITIES, weighted=method == "dawid_skene")
    values = {}
    for name, found in consolidated.marks.items():
        marks = [
            {"startOffset": each.mark.start, "endOffset": each.mark.end, "label": each.mark.label} for each in found
        ]
        value = {"annotations": {"entities": marks, "labels": [{"label": label} for label in categories]}}
        values[name] = (value, {"entities": [{"confidence": round(each.confidence, 4)} for each in found]})
    return Annotations(values=values, workers=consolidated.workers)


def boxes(answers: Answers[Boxes], categories: Sequence[str], method: Method) -> Annotations:
    """Give each object boxes with a confidence each, and the size of the image."""
    marked = {name: {each.worker: each.value.boxes for each in found} for name, found in answers.items()}
    consolidated = consolidate_marks(marked, BOXES, weighted=method == "dawid_skene")
    known = list(categories) or sorted({each.mark.label for found in consolidated.marks.values() for each in found})
    numbers = {label: number for number, label in enumerate(known)}
    values = {}
    for name, found in consolidated.marks.items():
        marks = [
            {
                "class_id": numbers[each.mark.label],
                "left": round(each.mark.left),
                "top": round(each.mark.top),
                "width": round(each.mark.width),
                "height": round(each.mark.height),
            }
            for each in found
        ]
        used = sorted({each.mark.label for each in found})
        metadata = {
            "objects": [{"confidence": round(each.confidence, 4)} for each in found],
            "class-map": {str(numbers[label]): label for label in used},
        }
        values[name] = ({"image_size": _image(answers[name]), "annotations": marks}, metadata)
    return Annotations(values=values, workers=consolidated.workers)


def _by_worker(answers: Answers[V]) -> dict[str, dict[str, V]]:
    return {name: {each.worker: each.value for each in found} for name, found in answers.items()}


def _image(answers: Sequence[Answer[Boxes]]) -> list[dict[str, int]]:
    """Return the size that most workers' pages told; pages that tell none leave it out."""
    told = [each.value.image for each in answers if each.value.image]
    if not told:
        return []
    width, height = (round(median([(float(size[side]), 1.0) for size in told])) for side in (0, 1))
    return [{"width": width, "height": height, "depth": _DEPTH}]
