"""How likely it is that a model's labels are not good enough, judged by labels of people who err themselves.

For objects of a random sample there is a label by people and a score by a model that has not seen that label. The
score says how likely each class is, up to a temperature; the label is right but for some noise. Temperature and noise
are not known: every pair of them on a grid counts by how well it explains the labels. For each pair, what the labels
do not tell (is it the model or the person who errs?) follows from Bayes' rule, and the number of errors bounds the
share of right labels as in a binomial experiment (Clopper and Pearson 1934, in its Bayesian form with the prior that
errs on the safe side).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, softmax

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]

_TEMPERATURES = np.exp(np.linspace(0.0, 2.3, 24))
# Scores are scaled to a mean margin of one; a model that knows its subject then has a temperature of about three.
_USUAL = (1.2, 0.7)
# The share of wrong labels, where nothing is known of it; else a factor for what the labels' confidence says of it.
_SHARES_OF_ERRORS = np.geomspace(0.002, 0.5, 24)
_FACTORS = np.geomspace(0.25, 4.0, 16)
_MOST_NOISE = 0.9
# Parts of the sample, those first of which the model is least sure, in which people must not err more often than
# elsewhere; by how many standard deviations they may.
_UNSURE_PARTS = (0.25, 0.5)
_SUSPICIOUS = 3.0
# A normal distribution in three points.
_POINTS = ((-np.sqrt(3.0), 1 / 6), (0.0, 2 / 3), (np.sqrt(3.0), 1 / 6))


@dataclass(frozen=True)
class Sample:
    """Objects of a random sample.

    Attributes
    ----------
    scores
        One row for each object, one column for each class, by a model that has not seen the object's label.
    labels
        Column of the class that people chose.
    confidence
        Of the labels, 0 to 1; None if nothing is known, as with one answer for each object.
    """

    scores: Floats
    labels: Ints
    confidence: Floats | None


class Certainty:
    """What a sample tells of a model.

    Attributes
    ----------
    holds
        Whether the labels look as if people erred about as often with all objects.
    """

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        scales = _SHARES_OF_ERRORS if sample.confidence is None else _FACTORS
        doubt = np.ones(len(sample.labels)) if sample.confidence is None else 1.0 - sample.confidence
        noise = np.minimum(scales[:, None] * doubt[None, :], _MOST_NOISE)
        explained = [_explain(sample, temperature, noise) for temperature in _TEMPERATURES]
        likelihood = np.array([np.log(likelihoods).sum(axis=1) for likelihoods, *_ in explained])
        likelihood -= 0.5 * ((np.log(_TEMPERATURES) - _USUAL[0]) / _USUAL[1])[:, None] ** 2
        weights = np.exp(likelihood - likelihood.max())
        self._weights: Floats = weights / weights.sum()
        # Temperature, noise, object: the chance that the model is right about it.
        self._right = np.array([right for _, right, _ in explained])
        self.holds = self._fits(explained)

    def confidence(self, scores: Floats) -> Floats:
        """Return how likely the best class of each row is."""
        weights = self._weights.sum(axis=1)
        chances = [softmax(temperature * scores, axis=1).max(axis=1) for temperature in _TEMPERATURES]
        confidence: Floats = np.tensordot(weights, np.array(chances), axes=1)
        return confidence

    def sampled_confidence(self) -> Floats:
        return self.confidence(self._sample.scores)

    def expected(self, chosen: Bools) -> float:
        """Return the share of right labels of the model to expect among the chosen objects of the sample."""
        if not chosen.any():
            return 0.0
        return float((self._weights * self._right[:, :, chosen].mean(axis=2)).sum())

    def shortfall(self, chosen: Bools, target: float) -> float:
        """Return how likely it is that the share of right labels is below the target.

        Parameters
        ----------
        chosen
            The objects of the sample that stand for those that the model is to label.
        """
        count = int(chosen.sum())
        if not count:
            return 1.0
        right = self._right[:, :, chosen]
        errors, spread = (1 - right).sum(axis=2), np.sqrt((right * (1 - right)).sum(axis=2))
        modelled = sum(
            share * (self._weights * _below(target, errors + point * spread, count)).sum() for point, share in _POINTS
        )
        # Valid whatever the noise: people who err make the model look worse than it is.
        agreed = self._sample.scores[chosen].argmax(axis=1) == self._sample.labels[chosen]
        plain = _below(target, np.array(float((~agreed).sum())), count)
        return float(min(modelled, plain) if self.holds else plain)

    def _fits(self, explained: Sequence[tuple[Floats, Floats, Floats]]) -> bool:
        """Tell whether people err about as often where the model is unsure as elsewhere.

        Where they do not, their errors and the model's cannot be told apart: then only agreement counts.
        """
        agreement = np.tensordot(self._weights, np.array([agreed for _, _, agreed in explained]), axes=2)
        agreed = self._sample.scores.argmax(axis=1) == self._sample.labels
        unsure_first = np.argsort(self.sampled_confidence(), kind="stable")
        for part in _UNSURE_PARTS:
            rows = unsure_first[: int(len(agreed) * part)]
            spread = np.sqrt((agreement[rows] * (1 - agreement[rows])).sum())
            # One surprise among few objects is no pattern.
            if agreed[rows].sum() + 1 < agreement[rows].sum() - _SUSPICIOUS * spread:
                return False
        return True


def _explain(sample: Sample, temperature: float, noise: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how likely a label is, how likely the model is right then, and how likely the model agrees with people.

    Each has a row for each level of noise, and a column for each object.
    """
    chances = softmax(temperature * sample.scores, axis=1)
    rows = np.arange(len(sample.labels))
    best, labeled = chances.max(axis=1), chances[rows, sample.labels]
    others = max(sample.scores.shape[1] - 1, 1)
    likelihood = labeled * (1 - noise) + (1 - labeled) * noise / others
    likelihood = np.maximum(likelihood, 1e-12)
    agreed = sample.scores.argmax(axis=1) == sample.labels
    right = np.where(agreed, best * (1 - noise), best * noise / others) / likelihood
    return likelihood, np.clip(right, 0.0, 1.0), best * (1 - noise) + (1 - best) * noise / others


def _below(target: float, errors: Floats, count: int) -> Floats:
    errors = np.clip(errors, 0.0, count - 1e-9)
    chance: Floats = betainc(count - errors, errors + 1.0, target)
    return chance
