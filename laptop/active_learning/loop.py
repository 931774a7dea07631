"""What to do next in a labeling job: ask people, or let the model label what is left.

1. People label a random sample of the objects.
2. A model learns from all labels so far. The sample says how likely it is that fewer than the target share of its
   labels for the rest would be right.
3. If that is unlikely, people label one more batch; if it is still unlikely then, the model labels the rest. (A single
   look may be lucky: there are many.)
4. Otherwise people label a batch: half of it enlarges the random sample, for evidence; half are the objects of which
   the model is least sure, for learning. Go on with 2.

If people may label no more, the model labels those objects of the rest of which it is sure enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from laptop.active_learning.certainty import Bools, Certainty, Floats, Ints, Sample
from laptop.active_learning.learner import Features, Learner, Make, can_learn

# Shares of the rest that are tried when it cannot be labeled as a whole.
_SHARES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)


@dataclass(frozen=True)
class Settings:
    """How good machine labels must be, and how people's work is divided.

    Attributes
    ----------
    target
        The share of machine labels that must be right.
    risk
        How likely it may be that fewer are.
    first, step
        Objects of the first random sample and of each further batch, as a share of all; `least` at least.
    """

    target: float = 0.95
    risk: float = 0.05
    first: float = 0.1
    step: float = 0.03
    least: int = 50
    seed: int = 0


@dataclass(frozen=True)
class Label:
    """A label by people: the column of its class, and its confidence if there is one."""

    column: int
    confidence: float | None


@dataclass(frozen=True)
class Look:
    """What one training showed.

    Attributes
    ----------
    passed
        Whether the rest may be labeled by the model, if the next look says so too.
    shortfall
        How likely it is that fewer than the target share of the labels for the rest would be right.
    expected
        The share to expect.
    labels, sampled
        Labels by people, and how many of them are of the random sample.
    """

    passed: bool
    shortfall: float
    expected: float
    labels: int
    sampled: int
    model: str


@dataclass(frozen=True)
class Decision:
    """What to do next: `ask` people about objects, or take `machine` labels (column, confidence).

    Attributes
    ----------
    best
        What the model would say of each object that people have not labeled, whether it is sure or not.
    sampled
        The labeled objects of the random sample.
    """

    ask: Sequence[int] = ()
    machine: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    look: Look | None = None
    best: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    sampled: Sequence[int] = ()


def decide(
    features: Features,
    labels: Mapping[int, Label],
    usable: Sequence[int],
    *,
    models: Mapping[str, Make],
    classes: int,
    limit: int,
    settings: Settings,
    passed_before: bool = False,
) -> Decision:
    """Return what to do next. The same arguments give the same decision.

    Parameters
    ----------
    features
        One row for each object, whether labeled or not.
    labels
        By people, by row.
    usable
        Rows of the objects that have a label or can get one.
    classes
        How many classes there are.
    limit
        How many objects people can be asked about now; 0 if they may label no more.
    passed_before
        Whether the look before this one has passed.
    """
    order = list(usable)
    Random(settings.seed).shuffle(order)  # noqa: S311
    rest = np.array([row for row in usable if row not in labels], dtype=int)
    sampled = _sampled(order, labels)
    if not len(rest) or not (sampled or limit):
        return Decision()
    missing = _size(settings.first, len(order), settings) - len(sampled)
    if missing > 0 and limit:
        return Decision(ask=_next_of(order, labels, min(missing, limit)))
    rows = np.array(sorted(labels), dtype=int)
    columns = np.array([labels[row].column for row in rows], dtype=int)
    if not can_learn(columns):
        return Decision(ask=_next_of(order, labels, min(_size(settings.step, len(order), settings), limit)))
    learner = Learner(models, features[rows], columns, classes, settings.seed)
    certainty = Certainty(_sample(learner, rows, labels, sampled))
    scores = learner.scores(features[rest])
    sure = certainty.confidence(scores)
    chosen = certainty.sampled_confidence() >= sure.min()
    shortfall = certainty.shortfall(chosen, settings.target)
    look = Look(
        passed=shortfall <= settings.risk,
        shortfall=shortfall,
        expected=certainty.expected(chosen),
        labels=len(rows),
        sampled=len(sampled),
        model=learner.name,
    )
    columns = scores.argmax(axis=1)
    best = _labels(rest, columns, sure, np.ones(len(rest), bool))
    if not limit or (look.passed and passed_before):
        chosen = np.ones(len(rest), bool) if look.passed else _sure_enough(certainty, sure, settings)
        return Decision(machine=_labels(rest, columns, sure, chosen), look=look, best=best, sampled=sampled)
    size = min(_size(settings.step, len(order), settings), limit)
    evidence = _next_of(order, labels, (size + 1) // 2)
    unsure = [int(row) for row in rest[np.argsort(sure, kind="stable")] if row not in set(evidence)]
    return Decision(ask=[*evidence, *unsure[: size - len(evidence)]], look=look, best=best, sampled=sampled)


def _size(share: float, total: int, settings: Settings) -> int:
    return max(settings.least, round(share * total))


def _sampled(order: Sequence[int], labels: Mapping[int, Label]) -> list[int]:
    """Return the labeled beginning of the random order: it is a random sample, whyever its last objects were chosen."""
    first_missing = next((place for place, row in enumerate(order) if row not in labels), len(order))
    return list(order[:first_missing])


def _next_of(order: Sequence[int], labels: Mapping[int, Label], count: int) -> list[int]:
    return [row for row in order if row not in labels][:count]


def _sample(learner: Learner, rows: Ints, labels: Mapping[int, Label], sampled: Sequence[int]) -> Sample:
    places = np.searchsorted(rows, sorted(sampled))
    chosen = [labels[int(rows[place])] for place in places]
    known = [label.confidence for label in chosen if label.confidence is not None]
    confidence = np.array(known) if chosen and len(known) == len(chosen) else None
    return Sample(learner.unseen[places], np.array([label.column for label in chosen], dtype=int), confidence)


def _sure_enough(certainty: Certainty, sure: Floats, settings: Settings) -> Bools:
    """Return the largest share of the rest that passes; the risk is divided among the shares that are tried."""
    sampled = certainty.sampled_confidence()
    for share in _SHARES:
        threshold = np.quantile(sure, 1 - share)
        if certainty.shortfall(sampled >= threshold, settings.target) <= settings.risk / len(_SHARES):
            return np.asarray(sure >= threshold)
    return np.zeros(len(sure), bool)


def _labels(rest: Ints, best: Ints, sure: Floats, chosen: Bools) -> dict[int, tuple[int, float]]:
    labeled = zip(rest[chosen], best[chosen], sure[chosen], strict=True)
    return {int(row): (int(column), float(confidence)) for row, column, confidence in labeled}
