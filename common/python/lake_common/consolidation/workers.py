"""What the answers tell of workers: a matrix each, of what the worker answers when a class is true.

Few answers do not tell much, so each matrix is pulled towards what is known beforehand. `FIXED` pulls by a little more
than one answer towards "mostly right" (Raykar et al., JMLR 11, 2010). `Learned` asks the crowd itself: the expected
matrix lies between that of all workers together and that of a worker of the same skill, and how strongly it pulls is
the strength under which the workers' answers are most probable (empirical Bayes; Dirichlet-multinomial).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lgamma, log
from typing import Protocol

from lake_common.consolidation.columns import logistic
from lake_common.consolidation.crowd import Columns, Crowd

# Answers that the expected row counts for, as candidates.
STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0)
_FIRST_STRENGTH = 3
_SKILL_STEPS = 2
_SKILL_LIMIT = 8.0
_LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Matrices:
    """By class and cell: the probability of the answer, as share of `answers` in `total`."""

    answers: Columns
    total: Columns


class Expectation(Protocol):
    """What is expected of workers before they answer."""

    def matrices(self, crowd: Crowd, counts: Columns) -> Matrices:
        """Join the expectation with counted answers, by class and cell."""


class Fixed:
    """One answer in favour of being right, and one spread over all classes."""

    def matrices(self, crowd: Crowd, counts: Columns) -> Matrices:
        spread = 1.0 / len(crowd.classes)
        answers = [
            [
                count + spread + (1.0 if label == number else 0.0)
                for count, (_, label) in zip(column, crowd.cells, strict=True)
            ]
            for number, column in enumerate(counts)
        ]
        total = [[each + 2.0 for each in column] for column in per_worker(crowd, counts)]
        return Matrices(answers, total)


@dataclass
class Learned:
    """An expectation that the crowd's own answers shape; it keeps its state between rounds."""

    _skills: list[float] = field(default_factory=list)
    _spread: float = 1.0
    _strengths: list[int] = field(default_factory=list)

    def matrices(self, crowd: Crowd, counts: Columns) -> Matrices:
        totals = per_worker(crowd, counts)
        pool = pooled(crowd, counts)
        expected = self._expected(crowd, counts, totals, pool)
        if not self._strengths:
            self._strengths = [_FIRST_STRENGTH] * len(pool)
        answers, total = [], []
        for number, column in enumerate(counts):
            strength = self._strength(number, crowd, column, totals[number], expected[number])
            answers.append([count + strength * share for count, share in zip(column, expected[number], strict=True)])
            total.append([each + strength for each in totals[number]])
        return Matrices(answers, total)

    def _strength(
        self, number: int, crowd: Crowd, counts: Sequence[float], totals: Sequence[float], expected: Sequence[float]
    ) -> float:
        """Move the strength of a class one step towards the most probable one."""
        place = self._strengths[number]
        worker_totals = list({worker: each for (worker, _), each in zip(crowd.cells, totals, strict=True)}.values())
        near = [each for each in (place - 1, place, place + 1) if 0 <= each < len(STRENGTHS)]
        best = max(near, key=lambda each: _evidence(STRENGTHS[each], counts, worker_totals, expected))
        self._strengths[number] = best
        return STRENGTHS[best]

    def _expected(self, crowd: Crowd, counts: Columns, totals: Columns, pool: Columns) -> Columns:
        """Return the expected rows: halfway between the pool's, and the pool's moved to the worker's skill."""
        chances = self._chances(crowd, counts, totals, [min(max(row[k], 1e-3), 1 - 1e-3) for k, row in enumerate(pool)])
        expected = []
        for number, row in enumerate(pool):
            wrong = 1.0 - row[number]
            column = []
            for worker, label in crowd.cells:
                right = chances[worker][number]
                same_skill = right if label == number else (1.0 - right) * row[label] / wrong
                column.append((row[label] + same_skill) / 2.0)
            expected.append(column)
        return expected

    def _chances(self, crowd: Crowd, counts: Columns, totals: Columns, usual: Sequence[float]) -> list[list[float]]:
        """Return for each worker the chance to be right about each class, of one skill for all classes.

        The skill shifts the logit of the usual chance; skills are normal with a spread that is learned too.
        """
        if not self._skills:
            self._skills = [0.0] * len(crowd.workers)
        logits = [log(each / (1.0 - each)) for each in usual]
        right = [[0.0] * len(usual) for _ in crowd.workers]
        asked = [[0.0] * len(usual) for _ in crowd.workers]
        for place, (worker, label) in enumerate(crowd.cells):
            right[worker][label] = counts[label][place]
            asked[worker] = [column[place] for column in totals]
        spreads = []
        for worker in range(len(crowd.workers)):
            skill, certainty = _skill(self._skills[worker], self._spread, right[worker], asked[worker], logits)
            self._skills[worker] = skill
            spreads.append(skill * skill + 1.0 / certainty)
        self._spread = max(_LEAST_SPREAD, sum(spreads) / len(spreads))
        return [[logistic(logit + skill) for logit in logits] for skill in self._skills]


def _skill(
    skill: float, spread: float, right: Sequence[float], asked: Sequence[float], logits: Sequence[float]
) -> tuple[float, float]:
    """Return the most probable skill (Newton's method) and its certainty, one over the variance."""
    certainty = 1.0 / spread
    for _ in range(_SKILL_STEPS):
        slope, certainty = -skill / spread, 1.0 / spread
        for good, all_answers, logit in zip(right, asked, logits, strict=True):
            chance = logistic(logit + skill)
            slope += good - all_answers * chance
            certainty += all_answers * chance * (1.0 - chance)
        skill = min(max(skill + slope / certainty, -_SKILL_LIMIT), _SKILL_LIMIT)
    return skill, certainty


def _evidence(
    strength: float, counts: Sequence[float], worker_totals: Sequence[float], expected: Sequence[float]
) -> float:
    """Logarithm of the probability of the counts, up to a constant; cells without answers add nothing."""
    rows = len(worker_totals) * lgamma(strength) - sum(lgamma(strength + each) for each in worker_totals)
    weights = [strength * share for share in expected]
    cells = sum(lgamma(weight + count) - lgamma(weight) for weight, count in zip(weights, counts, strict=True))
    return rows + cells


def per_worker(crowd: Crowd, counts: Columns) -> Columns:
    """Add up the counts of a worker, and give the sum to each of the worker's cells."""
    summed = []
    for column in counts:
        totals = [0.0] * len(crowd.workers)
        for (worker, _), count in zip(crowd.cells, column, strict=True):
            totals[worker] += count
        summed.append([totals[worker] for worker, _ in crowd.cells])
    return summed


def pooled(crowd: Crowd, counts: Columns) -> Columns:
    """Return the matrix of all workers together, with one right answer and half a spread one beforehand."""
    number = len(crowd.classes)
    matrix = []
    for true, column in enumerate(counts):
        row = [0.5 / number] * number
        row[true] += 1.0
        for (_, label), count in zip(crowd.cells, column, strict=True):
            row[label] += count
        total = sum(row)
        matrix.append([each / total for each in row])
    return matrix
