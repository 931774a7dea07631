"""How sure a label is.

The models take the answers about an object to be independent once its class is known. They are not: what misleads one
worker misleads the next, and so Dawid-Skene is far too sure. If mistakes correlate by `r`, then `n` answers are worth
`n / (1 + (n - 1) r)` independent ones (Kish's design effect), and the evidence shrinks by as much.

`r` is what predicts an answer best from the other answers about the same object; each answer is held out in turn.
Mistakes that all workers share do not show there. `SHARED` stands for them: it is a constant, not fitted to a crowd.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log
from operator import mul, sub, truediv

from lake_common.consolidation.columns import mean, normalized, plus, times
from lake_common.consolidation.crowd import Column, Columns, Crowd
from lake_common.consolidation.readings import Reading, logarithms, own_shares

CORRELATIONS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
SHARED = 0.1
# Answers that are held out at most: all of them would take longer than everything else.
_HELD_OUT = 5000
_LEAST = 1e-12


def confidences(crowd: Crowd, learned: Reading, fixed: Reading) -> Columns:
    """Return by class and object how probable the class is, allowing for mistakes that correlate."""
    correlation = best_correlation(crowd, learned) + SHARED
    worth = [1.0 / (1.0 + (number - 1.0) * correlation) for number in crowd.redundancy]
    from_learned = normalized(
        [
            plus(times(column, worth), log(share))
            for column, share in zip(learned.evidence, learned.frequencies, strict=True)
        ]
    )
    from_fixed = normalized(
        [times([log(max(each, _LEAST)) for each in column], worth) for column in fixed.probabilities]
    )
    return mean(from_learned, from_fixed)


def best_correlation(crowd: Crowd, reading: Reading) -> float:
    """Return the correlation under which held-out answers are most probable; it is taken to have one maximum."""
    held_out = _held_out(crowd, reading)
    prior = [log(each) for each in reading.frequencies]
    best, probability = 0.0, _probability(held_out, prior, 0.0)
    for correlation in CORRELATIONS[1:]:
        found = _probability(held_out, prior, correlation)
        if found <= probability:
            break
        best, probability = correlation, found
    return best


# Of an answer: how many others there are about its object, and by class the evidence of these, and the answer's chance.
_HeldOut = tuple[int, Column, Column]


def _held_out(crowd: Crowd, reading: Reading) -> list[_HeldOut]:
    """Choose answers about objects that have others, evenly from those with many and those with few."""
    redundancy = crowd.redundancy
    places = [place for place, number in enumerate(redundancy) if number > 1]
    step = max(1, sum(redundancy[place] for place in places) // _HELD_OUT)
    logs, own_parts = logarithms(reading.matrices), own_shares(reading.matrices)
    found = []
    for place in places[::step]:
        own = [column[place] for column in reading.probabilities]
        parts = [
            [
                column[cell] - probability * share[cell]
                for column, probability, share in zip(logs, own, own_parts, strict=True)
            ]
            for cell in (slot[place] for slot in crowd.slots[: redundancy[place]])
        ]
        whole = [sum(column) for column in zip(*parts, strict=True)]
        found += [(len(parts) - 1, list(map(sub, whole, part)), list(map(exp, part))) for part in parts]
    return found


def _probability(held_out: Iterable[_HeldOut], prior: Column, correlation: float) -> float:
    """Return the logarithm of how probable the held-out answers are, each given the others."""
    total = 0.0
    for others, evidence, chances in held_out:
        worth = 1.0 / (1.0 + (others - 1.0) * correlation)
        logs = [start + worth * each for start, each in zip(prior, evidence, strict=True)]
        top = max(logs)
        weights = [exp(each - top) for each in logs]
        total += log(sum(map(mul, weights, chances)) / sum(weights))
    return total


def shares(crowd: Crowd) -> Columns:
    """Return by class and object the share of the votes."""
    return [list(map(truediv, column, crowd.redundancy)) for column in crowd.votes()]
