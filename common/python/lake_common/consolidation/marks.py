"""Marks that several workers made in an object, boxes or entities, brought together.

Marks that overlap are taken for the same thing: those most alike first, never two of one worker, and only as long as
the marks of a cluster overlap by half on average. What at least half of the workers marked is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from lake_common.consolidation.answers import Box, Span
from lake_common.consolidation.quality import Worker

M = TypeVar("M", Box, Span)
Marked = Mapping[str, Sequence[M]]

OVERLAP = 0.5
SUPPORT = 0.5
# How often workers are weighed by what the marks of the others say, and the marks brought together again.
_ROUNDS = 3
_EPSILON = 1e-9


@dataclass(frozen=True)
class Kind(Generic[M]):
    """What must be known about a kind of marks.

    Parameters
    ----------
    extent
        Where a mark begins and ends along a line; marks apart on it do not overlap.
    overlap
        How much of two marks together they share, from 0 to 1.
    merge
        Makes one mark of several, given weights and label.
    exclusive
        Whether marks must not overlap in the end.
    """

    extent: Callable[[M], tuple[float, float]]
    overlap: Callable[[M, M], float]
    merge: Callable[[Sequence[tuple[M, float]], str], M]
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Agreed(Generic[M]):
    """A mark that workers agree on.

    Parameters
    ----------
    confidence
        Share of the workers, by weight, who made it, times the share of these who gave its label, times how well their
        marks overlap with it; zero if a single worker saw the object.
    """

    mark: M
    confidence: float


@dataclass(frozen=True)
class MarkConsolidation(Generic[M]):
    """Marks by object and what is known of the workers."""

    marks: Mapping[str, Sequence[Agreed[M]]]
    workers: Mapping[str, Worker]


@dataclass(frozen=True)
class _Found(Generic[M]):
    """Marks agreed on with the workers who made them, and who made each mark that anyone else confirms."""

    agreed: list[tuple[Agreed[M], list[str]]]
    confirmed: list[list[str]]


def consolidate(objects: Mapping[str, Marked[M]], kind: Kind[M], *, weighted: bool) -> MarkConsolidation[M]:
    """Bring marks together.

    Parameters
    ----------
    objects
        For each object, the marks of each worker who answered; no marks are an answer too.
    weighted
        Whether workers count by how often others agree with them; otherwise all count the same.
    """
    objects = {name: {worker: objects[name][worker] for worker in sorted(objects[name])} for name in sorted(objects)}
    clusters = {name: cluster(by_worker, kind) for name, by_worker in objects.items()}
    workers: dict[str, Worker] = {}
    found: dict[str, _Found[M]] = {}
    for _ in range(_ROUNDS if weighted else 1):
        weights = {name: worker.accuracy for name, worker in workers.items()}
        found = {name: _agreed(clusters[name], by_worker, kind, weights) for name, by_worker in objects.items()}
        workers = _workers(objects, found)
    return MarkConsolidation({name: [agreed for agreed, _ in each.agreed] for name, each in found.items()}, workers)


def cluster(by_worker: Marked[M], kind: Kind[M]) -> list[list[tuple[str, M]]]:
    """Group the marks of an object that stand for the same thing, at most one of each worker."""
    marks = [(worker, mark) for worker, found in by_worker.items() for mark in sorted(found)]
    shared = _overlaps(marks, kind)
    home = list(range(len(marks)))
    groups = {place: [place] for place in home}
    alike = sorted(shared, key=lambda pair: (marks[pair[0]][1].label != marks[pair[1]][1].label, -shared[pair], pair))
    for first, second in alike:
        left, right = groups[home[first]], groups[home[second]]
        if home[first] == home[second] or {marks[each][0] for each in left} & {marks[each][0] for each in right}:
            continue
        between = [shared.get((min(one, two), max(one, two)), 0.0) for one in left for two in right]
        if sum(between) / len(between) < OVERLAP:
            continue
        gone = home[second]
        for each in right:
            home[each] = home[first]
        left += right
        del groups[gone]
    return [[marks[place] for place in group] for group in groups.values()]


def _overlaps(marks: Sequence[tuple[str, M]], kind: Kind[M]) -> dict[tuple[int, int], float]:
    """Return how much each two marks of different workers overlap, without looking at those far apart."""
    extents = [kind.extent(mark) for _, mark in marks]
    along = sorted(range(len(marks)), key=extents.__getitem__)
    found = {}
    for place, one in enumerate(along):
        for two in islice(along, place + 1, None):
            if extents[two][0] >= extents[one][1]:
                break
            if marks[one][0] != marks[two][0] and (shared := kind.overlap(marks[one][1], marks[two][1])) > 0.0:
                found[min(one, two), max(one, two)] = shared
    return found


def _agreed(
    clusters: Sequence[Sequence[tuple[str, M]]], by_worker: Marked[M], kind: Kind[M], weights: Mapping[str, float]
) -> _Found[M]:
    total = sum(weights.get(worker, 1.0) for worker in by_worker)
    single = len(by_worker) == 1
    kept = []
    for group in clusters:
        weighed = [(mark, weights.get(worker, 1.0)) for worker, mark in group]
        support = sum(weight for _, weight in weighed) / total
        if support < SUPPORT - _EPSILON:
            continue
        label, share = _label(weighed)
        mark = kind.merge([(each, weight) for each, weight in weighed if each.label == label], label)
        fit = sum(kind.overlap(mark, each) * weight for each, weight in weighed) / sum(weight for _, weight in weighed)
        agreed = Agreed(mark, 0.0 if single else support * share * fit)
        kept.append((agreed, [worker for worker, _ in group]))
    kept.sort(key=lambda each: (-each[0].confidence, -len(each[1]), each[0].mark))
    if kind.exclusive:
        kept = _apart(kept, kind.overlap)
    confirmed = [[worker for worker, _ in group] for group in clusters if len(group) > 1]
    return _Found(sorted(kept, key=lambda each: each[0].mark), confirmed)


def _label(weighed: Iterable[tuple[M, float]]) -> tuple[str, float]:
    """Return the label of most weight, and its share."""
    weights: dict[str, float] = defaultdict(float)
    for mark, weight in weighed:
        weights[mark.label] += weight
    label = min(weights, key=lambda each: (-round(weights[each], 9), each))
    return label, weights[label] / sum(weights.values())


def _apart(
    kept: Iterable[tuple[Agreed[M], list[str]]], overlap: Callable[[M, M], float]
) -> list[tuple[Agreed[M], list[str]]]:
    """Keep the surest of marks that overlap; they come in this order."""
    apart: list[tuple[Agreed[M], list[str]]] = []
    for each in kept:
        if all(overlap(each[0].mark, other.mark) == 0.0 for other, _ in apart):
            apart.append(each)
    return apart


def _workers(objects: Mapping[str, Marked[M]], found: Mapping[str, _Found[M]]) -> dict[str, Worker]:
    """Compare marks with those of the others: confirmed ones, ones that stand alone, and agreed ones not made.

    That others confirm a mark is enough: among many who mark anything, the good ones agree with few, but with someone.
    """
    answers: dict[str, int] = defaultdict(int)
    good: dict[str, int] = defaultdict(int)
    compared: dict[str, int] = defaultdict(int)
    for name, by_worker in objects.items():
        for worker, marks in by_worker.items():
            answers[worker] += 1
            if len(by_worker) == 1:
                continue
            confirmed = sum(worker in members for members in found[name].confirmed)
            missed = sum(worker not in members for _, members in found[name].agreed)
            nothing = not marks and not missed
            good[worker] += confirmed + nothing
            compared[worker] += len(marks) + missed + nothing
    rest = (sum(good.values()) + 1.0) / (sum(compared.values()) + 2.0)
    return {
        worker: Worker(
            answers[worker],
            good[worker] / compared[worker] if compared[worker] else 0.0,
            (good[worker] + 2.0 * rest) / (compared[worker] + 2.0),
            None,
        )
        for worker in sorted(answers)
    }
