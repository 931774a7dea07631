"""How sure a label is.

The models take the answers about an object to be independent once its class is known. They are not: what misleads one
worker misleads the next, and so Dawid-Skene is far too sure. If mistakes correlate by `r`, then `n` answers are worth
`n / (1 + (n - 1) r)` independent ones (Kish's design effect), and the evidence shrinks by as much.

`r` is what predicts an answer best from the other answers about the same object; each answer is held out in turn.
Mistakes that all workers share do not show there. `SHARED` stands for them: it is a constant, not fitted to a crowd.
"""

from __future__ import annotations

from math import exp, log
from operator import truediv

from lake_common.consolidation.columns import mean, normalized, plus, times
from lake_common.consolidation.crowd import Column, Columns, Crowd
from lake_common.consolidation.readings import Reading, logarithms, own_shares

CORRELATIONS = (0.0, 0.05, 0.1, 0.2, 0.4)
SHARED = 0.1
# Answers that are held out at most: more would not change the choice among five.
_HELD_OUT = 2500
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
    """Return the correlation under which held-out answers are most probable."""
    redundancy = crowd.redundancy
    shared = sum(number for number in redundancy if number > 1)
    step = max(1, shared // _HELD_OUT)
    objects = [place for place, number in enumerate(redundancy) if number > 1][::step]
    if not objects:
        return 0.0
    cells: list[list[int]] = [[] for _ in crowd.objects]
    for slot in crowd.slots:
        for place, cell in enumerate(slot):
            cells[place].append(cell)
    logs, shares = logarithms(reading.matrices), own_shares(reading.matrices)
    scores = dict.fromkeys(CORRELATIONS, 0.0)
    for place in objects:
        own = [column[place] for column in reading.probabilities]
        parts = [
            [
                column[cell] - probability * share[cell]
                for column, probability, share in zip(logs, own, shares, strict=True)
            ]
            for cell in cells[place]
        ]
        _score(parts, [log(each) for each in reading.frequencies], scores)
    return max(CORRELATIONS, key=scores.__getitem__)


def _score(parts: list[Column], prior: Column, scores: dict[float, float]) -> None:
    """Add the logarithm of how probable each answer is, given the others; `parts` are by answer and class."""
    whole = [sum(column) for column in zip(*parts, strict=True)]
    others = len(parts) - 2
    for part in parts:
        rest = [total - one for total, one in zip(whole, part, strict=True)]
        chances = [exp(one) for one in part]
        for correlation in scores:
            worth = 1.0 / (1.0 + others * correlation)
            logs = [start + worth * each for start, each in zip(prior, rest, strict=True)]
            top = max(logs)
            weights = [exp(each - top) for each in logs]
            known = sum(weight * chance for weight, chance in zip(weights, chances, strict=True))
            scores[correlation] += log(known / sum(weights))


def shares(crowd: Crowd) -> Columns:
    """Return by class and object the share of the votes."""
    return [list(map(truediv, column, crowd.redundancy)) for column in crowd.votes()]
