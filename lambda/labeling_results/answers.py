"""What workers answered, from the files in which Ground Truth keeps it.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html (worker response)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from lake_common.consolidation.answers import UnusableAnswerError, boxes, class_label, spans
from lake_common.labeling.tasks import Task

# The folder of an object is its line in the manifest, counted from 0.
_FILE = re.compile(r"/annotations/worker-response/iteration-\d+/(?P<line>\d+)/[^/]+\.json$")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One worker about one object; `answer` is a category, or marks as JSON, or None if it cannot be used."""

    worker: str
    answer: str | None
    problem: str | None
    seconds: float | None
    answered_at: str | None


def line_of(key: str) -> int | None:
    """Return the line whose object a file of answers is about; None for other files."""
    found = _FILE.search(key)
    return int(found["line"]) if found else None


def read(documents: Iterable[Mapping[str, Any]], task: Task) -> list[Answer]:
    """Read all answers about one object; of two by the same worker the later one counts."""
    latest: dict[str, Answer] = {}
    found = [answer for document in documents for answer in document.get("answers") or ()]
    for entry in sorted(found, key=lambda entry: str(entry.get("submissionTime", ""))):
        answer = _answer(entry, task)
        latest[answer.worker] = answer
    return [latest[worker] for worker in sorted(latest)]


def _answer(entry: Mapping[str, Any], task: Task) -> Answer:
    value, problem = None, None
    try:
        value = _value(entry.get("answerContent"), task)
    except UnusableAnswerError as error:
        problem = str(error)
    seconds = entry.get("timeSpentInSeconds")
    return Answer(
        worker=str(entry.get("workerId", "")),
        answer=value,
        problem=problem,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        answered_at=timestamp(entry.get("submissionTime")),
    )


def _value(content: Any, task: Task) -> str:
    categories = {category: number for number, category in enumerate(task.categories)}
    if task.kind == "named_entities":
        return _written([asdict(span) for span in spans(content, categories)])
    if task.kind == "bounding_boxes":
        return _written([asdict(box) for box in boxes(content, categories).boxes])
    return class_label(content, categories)


def timestamp(text: Any) -> str | None:
    """Write a time as SQL reads it, in UTC; None if it is none."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    utc = found if found.tzinfo is None else (found - found.utcoffset()).replace(tzinfo=None)  # type: ignore[operator]
    return utc.isoformat(sep=" ", timespec="milliseconds")


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
