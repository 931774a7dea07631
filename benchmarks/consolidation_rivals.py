"""What consolidation is compared with: majority vote, and Dawid-Skene as papers run it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from math import exp, log

from benchmarks.crowds import Case

_ROUNDS = 20
_DIAGONAL = 0.7
_LEAST = 1e-12

# Probability of each class, by object.
Beliefs = Mapping[str, Mapping[str, float]]
# Probability of each answer, by true class; and by worker.
Matrix = Mapping[str, Mapping[str, float]]
Matrices = dict[str, Matrix]


def majority(case: Case) -> Beliefs:
    """Return the share of the votes."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for name, _, label in case.answers:
        votes[name][label] += 1
    return {name: {label: counts[label] / counts.total() for label in case.classes} for name, counts in votes.items()}


def dawid_skene(case: Case) -> Beliefs:
    """Find the maximum of the likelihood, from workers who are right 70 % of the time, 20 rounds.

    This recipe gives the figures that Zheng et al. (PVLDB 10(5), 2017, table 6) print for D_Product.
    """
    classes = case.classes
    spread = (1.0 - _DIAGONAL) / max(1, len(classes) - 1)
    usual = {true: {label: _DIAGONAL if label == true else spread for label in classes} for true in classes}
    matrices: Matrices = {worker: usual for _, worker, _ in case.answers}
    prior = dict.fromkeys(classes, 1.0 / len(classes))
    by_object: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, worker, label in case.answers:
        by_object[name].append((worker, label))
    beliefs: dict[str, dict[str, float]] = {}
    for _ in range(_ROUNDS):
        beliefs = {name: _belief(given, prior, matrices) for name, given in by_object.items()}
        matrices = _matrices(case, beliefs, usual)
        prior = {true: sum(each[true] for each in beliefs.values()) / len(beliefs) for true in classes}
    return beliefs


def _belief(
    given: list[tuple[str, str]],
    prior: Mapping[str, float],
    matrices: Matrices,
) -> dict[str, float]:
    logs = {
        true: log(share + _LEAST) + sum(log(matrices[worker][true][label] + _LEAST) for worker, label in given)
        for true, share in prior.items()
    }
    top = max(logs.values())
    weights = {true: exp(each - top) for true, each in logs.items()}
    total = sum(weights.values())
    return {true: weight / total for true, weight in weights.items()}


def _matrices(case: Case, beliefs: Beliefs, usual: Matrix) -> Matrices:
    counts: dict[str, dict[str, dict[str, float]]] = {}
    for name, worker, label in case.answers:
        rows = counts.setdefault(worker, {true: dict.fromkeys(case.classes, 0.0) for true in case.classes})
        for true, share in beliefs[name].items():
            rows[true][label] += share
    return {worker: {true: _row(row, usual[true]) for true, row in rows.items()} for worker, rows in counts.items()}


def _row(counts: Mapping[str, float], usual: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(counts.values())
    return {label: count / total for label, count in counts.items()} if total > _LEAST else usual
