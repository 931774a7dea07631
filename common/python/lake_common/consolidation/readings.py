"""Two readings of a crowd by expectation maximization (Dawid and Skene, Applied Statistics 28, 1979).

Rounds alternate between what the workers are like, given the labels, and how probable each label is, given the workers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from operator import truediv

from lake_common.consolidation.columns import less, normalized, plus, times
from lake_common.consolidation.crowd import Column, Columns, Crowd
from lake_common.consolidation.workers import Expectation, Fixed, Learned, Matrices

_ROUNDS = 20
# Rounds end when less than this share of all answers changed the class that it counts for.
_STILL = 2e-4


@dataclass(frozen=True)
class Reading:
    """What one reading says.

    Parameters
    ----------
    frequencies
        How frequent the classes are.
    evidence
        By class and object: logarithm of the probability of the answers if the class were true, less that of the first
        class.
    probabilities
        By class and object.
    matrices
        What the workers are like.
    """

    frequencies: Column
    evidence: Columns
    probabilities: Columns
    matrices: Matrices


def fixed(crowd: Crowd) -> Reading:
    """Read with the same expectation of every worker."""
    votes = crowd.votes()
    answers = crowd.redundancy
    return _rounds(crowd, [list(map(truediv, column, answers)) for column in votes], Fixed(), without_own=False)


def learned(crowd: Crowd) -> Reading:
    """Read with an expectation that the crowd shapes; no object counts as proof of its own label."""
    spread = 1.0 / len(crowd.classes)
    answers = plus(crowd.redundancy, 1.0)
    start = [list(map(truediv, plus(column, spread), answers)) for column in crowd.votes()]
    return _rounds(crowd, start, Learned(), without_own=True)


def _rounds(crowd: Crowd, probabilities: Columns, expectation: Expectation, *, without_own: bool) -> Reading:
    counts = counted(crowd, probabilities)
    for _ in range(_ROUNDS):
        matrices = expectation.matrices(crowd, counts)
        frequencies = _frequencies(crowd, probabilities)
        evidence = _evidence(crowd, matrices, probabilities if without_own else None)
        probabilities = normalized(
            [plus(column, log(share)) for column, share in zip(evidence, frequencies, strict=True)]
        )
        before, counts = counts, counted(crowd, probabilities)
        if _change(before, counts) < _STILL * sum(map(len, crowd.slots)):
            break
    return Reading(frequencies, evidence, probabilities, matrices)


def counted(crowd: Crowd, probabilities: Columns) -> Columns:
    """Count the answers of each cell by how probable each class is of their objects."""
    counts = [crowd.per_cell(column) for column in probabilities[1:]]
    rest = [float(len(members)) for members in crowd.members]
    for column in counts:
        rest = [max(0.0, each) for each in less(rest, column)]
    return [rest, *counts]


def _change(before: Columns, after: Columns) -> float:
    return sum(sum(map(abs, less(old, new))) for old, new in zip(before, after, strict=True))


def _frequencies(crowd: Crowd, probabilities: Columns) -> Column:
    total = len(crowd.objects) + len(crowd.classes)
    return [(sum(column) + 1.0) / total for column in probabilities]


def _evidence(crowd: Crowd, matrices: Matrices, own: Columns | None) -> Columns:
    """Add up logarithms; with `own` probabilities, as if no object had been counted for its own label (to first order).

    Only differences between classes matter, so the first class is taken for zero.
    """
    first, *others = logarithms(matrices)
    evidence = [[0.0] * len(crowd.objects)]
    evidence += [crowd.sums(less(column, first)) for column in others]
    if own is None:
        return evidence
    shares = own_shares(matrices)
    return [
        less(column, times(probability, crowd.sums(share)))
        for column, probability, share in zip(evidence, own, shares, strict=True)
    ]


def logarithms(matrices: Matrices) -> Columns:
    """Return the logarithm of the probability of an answer, by class and cell."""
    return [
        less(list(map(log, answers)), list(map(log, total)))
        for answers, total in zip(matrices.answers, matrices.total, strict=True)
    ]


def own_shares(matrices: Matrices) -> Columns:
    """Return how much one answer adds to the logarithm of its own probability, by class and cell."""
    return [
        [1.0 / each - 1.0 / of for each, of in zip(answers, total, strict=True)]
        for answers, total in zip(matrices.answers, matrices.total, strict=True)
    ]
