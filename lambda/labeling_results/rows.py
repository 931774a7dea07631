"""One row for each labeled object, and the reasons why the others have none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lake_common.labeling.manifest import name_of
from lake_common.labeling.tasks import Task

from labeling_results.answers import Answer, timestamp

CLASSES = ("image_classification", "text_classification")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labeled object, as the table `labels` has it, with what its workers answered."""

    object: str
    label: str | None
    annotation: str | None
    confidence: float
    labeled_by: str
    workers: int
    agreement: float | None
    labeled_at: str
    source_ref: str | None
    request: str
    answers: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the ledger tells of an object that workers did not see.

    Parameters
    ----------
    verdict
        `duplicate`, `machine`, `refused` or `labeled`.
    """

    verdict: str
    of: str = ""
    label: str = ""
    confidence: float = 0.0
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The rows of a job, and why its other objects have none."""

    rows: tuple[Row, ...]
    without: dict[str, str]


def outcome(
    lines: Sequence[Mapping[str, Any]],
    answers: Mapping[int, Sequence[Answer]],
    task: Task,
    *,
    request: str,
    ended: str,
    verdict_of: Callable[[str], Known | None],
    label_of: Callable[[str], Mapping[str, Any] | None],
    again: Callable[[Iterable[Row], Task], Iterable[Row]],
) -> Outcome:
    """Make the rows of a job.

    Parameters
    ----------
    lines
        Its output manifest.
    answers
        What workers said, by the number of the line, counted from 0.
    ended
        When it ended, for labels without a time of their own.
    verdict_of
        Tells why an object needed no worker.
    label_of
        Gives the label that an object got from an earlier job.
    again
        Consolidates the labels of the whole job once more, before copies of objects get them.
    """
    rows: dict[str, Row] = {}
    without: dict[str, str] = {}
    copies: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for number, line in enumerate(lines):
        name = name_of(line)
        said = answers.get(number, ())
        if line.get(task.name) is not None:
            rows[name] = _row(line, said, task, request=request, ended=ended)
            continue
        known = verdict_of(name)
        if known and known.verdict == "machine":
            rows[name] = _by_service(line, known, request=request, ended=ended)
        elif known and known.verdict == "duplicate":
            copies[name] = (known.of, line)
        elif known and known.verdict == "refused":
            without[name] = known.problem
        elif known is None or known.verdict != "labeled":
            without[name] = "its workers gave no usable answer" if said else "no worker answered in time"
    rows = {row.object: row for row in again(rows.values(), task)}
    for name, (original, line) in copies.items():
        found = rows[original].as_dict() if original in rows else label_of(original)
        if found:
            rows[name] = _copy(line, found, request=request, ended=ended)
        else:
            without[name] = f"{original}, which has the same content, has no label"
    return Outcome(rows=tuple(rows.values()), without=without)


def _row(line: Mapping[str, Any], answers: Sequence[Answer], task: Task, *, request: str, ended: str) -> Row:
    metadata = line.get(f"{task.name}-metadata") or {}
    label, annotation = _label(line[task.name], metadata, task)
    usable = [answer for answer in answers if answer.problem is None]
    agreeing = [answer for answer in usable if answer.answer == label]
    return Row(
        object=name_of(line),
        label=label,
        annotation=annotation,
        confidence=_confidence(metadata),
        labeled_by="machine" if metadata.get("human-annotated") == "no" else "human",
        workers=len(usable),
        agreement=len(agreeing) / len(usable) if usable and label is not None else None,
        labeled_at=timestamp(metadata.get("creation-date")) or ended,
        source_ref=line.get("source-ref"),
        request=request,
        answers=tuple(_with_judgement(answer, label) for answer in answers),
    )


def _label(value: Any, metadata: Mapping[str, Any], task: Task) -> tuple[str | None, str | None]:
    """Return category and marks: a class is a number with a name beside it, everything else is marks."""
    if task.kind not in CLASSES:
        return None, json.dumps(value, sort_keys=True, separators=(",", ":"))
    if "class-name" in metadata:
        return str(metadata["class-name"]), None
    is_number = isinstance(value, int) and 0 <= value < len(task.categories)
    return (task.categories[value] if is_number else str(value)), None


def _confidence(metadata: Mapping[str, Any]) -> float:
    """Return the confidence of a class, or the mean of those of the marks; boxes and entities have one each."""
    if isinstance(metadata.get("confidence"), int | float):
        return float(metadata["confidence"])
    marks = metadata.get("objects") or metadata.get("entities") or ()
    found = [mark["confidence"] for mark in marks if isinstance(mark, dict) and "confidence" in mark]
    return sum(found) / len(found) if found else 0.0


def _with_judgement(answer: Answer, label: str | None) -> dict[str, Any]:
    agrees = None if label is None or answer.problem is not None else answer.answer == label
    return {**asdict(answer), "agrees": agrees}


def _by_service(line: Mapping[str, Any], known: Known, *, request: str, ended: str) -> Row:
    copied = {"label": known.label, "confidence": known.confidence}
    return _without_workers(line, copied, by="machine", request=request, ended=ended)


def _copy(line: Mapping[str, Any], found: Mapping[str, Any], *, request: str, ended: str) -> Row:
    return _without_workers(line, found, by="duplicate", request=request, ended=ended)


def _without_workers(line: Mapping[str, Any], found: Mapping[str, Any], *, by: str, request: str, ended: str) -> Row:
    return Row(
        object=name_of(line),
        label=found.get("label"),
        annotation=found.get("annotation"),
        confidence=float(found["confidence"]),
        labeled_by=by,
        workers=0,
        agreement=None,
        labeled_at=ended,
        source_ref=line.get("source-ref"),
        request=request,
        answers=(),
    )
