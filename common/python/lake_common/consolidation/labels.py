"""One label for each object, out of the labels that workers chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from lake_common.consolidation.columns import mean
from lake_common.consolidation.confidence import confidences, shares
from lake_common.consolidation.crowd import Column, Columns, Crowd
from lake_common.consolidation.quality import Worker
from lake_common.consolidation.readings import counted, fixed, learned
from lake_common.consolidation.workers import Learned

Method = Literal["majority", "dawid_skene"]


@dataclass(frozen=True, slots=True)
class Label:
    """The label of an object.

    Parameters
    ----------
    confidence
        How probable it is that the label is right, from 0 to 1; with `majority` the share of the votes. Zero if nothing
        speaks for or against it, because no object was answered by two workers; Ground Truth says zero then as well.
    """

    name: str
    confidence: float


@dataclass(frozen=True)
class Consolidation:
    """Labels by object and what is known of the workers."""

    labels: Mapping[str, Label]
    workers: Mapping[str, Worker]


def consolidate(answers: Iterable[tuple[str, str, str]], classes: Sequence[str], method: Method) -> Consolidation:
    """Choose a label for each object.

    The same answers give the same labels, in whatever order they come; of equal labels the first of `classes` wins.

    Parameters
    ----------
    answers
        Object, worker, label; a worker once for an object.
    method
        With `dawid_skene` workers count by what their answers tell of them: the label is the one with the highest
        average of three readings, so that a crowd which misleads one does not decide alone: share of the votes,
        Dawid-Skene with a fixed expectation of workers, and Dawid-Skene with an expectation learned from the crowd.

    Raises
    ------
    ValueError
        If a label is none of the classes, or a worker answered twice about an object.
    """
    crowd = Crowd.of(answers, classes)
    if not crowd.objects:
        return Consolidation({}, {})
    votes = shares(crowd)
    choice, certainty = votes, votes
    if method == "dawid_skene" and len(classes) > 1:
        by_fixed, by_learned = fixed(crowd), learned(crowd)
        choice = mean(votes, by_fixed.probabilities, by_learned.probabilities)
        certainty = confidences(crowd, by_learned, by_fixed)
    best = _best(choice)
    known = len(crowd.slots) > 1
    labels = {
        name: Label(classes[chosen], certainty[chosen][number] if known else 0.0)
        for number, (name, chosen) in enumerate(zip(crowd.objects, best, strict=True))
    }
    return Consolidation(labels, _workers(crowd, choice, best))


def _best(choice: Columns) -> list[int]:
    """Return the class with the highest number for each object; rounding does not decide between equal ones."""
    return [
        max(range(len(each)), key=lambda number: (round(each[number], 9), -number))
        for each in zip(*choice, strict=True)
    ]


def _workers(crowd: Crowd, choice: Columns, best: Sequence[int]) -> dict[str, Worker]:
    counts = counted(crowd, choice)
    matrices = Learned().matrices(crowd, counts)
    total = len(crowd.objects)
    frequencies = [sum(column) / total for column in choice]
    answers, agreed = [0] * len(crowd.workers), [0] * len(crowd.workers)
    rows: list[dict[int, Column]] = [{} for _ in crowd.workers]
    for place, (worker, label) in enumerate(crowd.cells):
        answers[worker] += len(crowd.members[place])
        agreed[worker] += sum(best[number] == label for number in crowd.members[place])
        rows[worker][label] = [
            of[place] / all_[place] for of, all_ in zip(matrices.answers, matrices.total, strict=True)
        ]
    return {
        name: Worker(answers[number], agreed[number] / answers[number], *_quality(rows[number], frequencies))
        for number, name in enumerate(crowd.workers)
    }


def _quality(rows: Mapping[int, Column], frequencies: Sequence[float]) -> tuple[float, float]:
    """Return accuracy and information of a worker's matrix; classes never answered count together as one answer."""
    never = [max(0.0, 1.0 - sum(row[true] for row in rows.values())) for true in range(len(frequencies))]
    accuracy = sum(frequencies[label] * row[label] for label, row in rows.items())
    information = 0.0
    for row in (*rows.values(), never):
        marginal = sum(share * chance for share, chance in zip(frequencies, row, strict=True))
        for share, chance in zip(frequencies, row, strict=True):
            if share * chance > 0.0:
                information += share * chance * log2(chance / marginal)
    return accuracy, max(0.0, information)
