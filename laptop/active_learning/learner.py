"""Models, and scores for objects whose labels a model has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.svm import SVC

from laptop.active_learning.certainty import Floats, Ints

# A matrix with one row for each object: of numbers for pictures, a sparse one for texts.
Features = Any
Make = Callable[[], Any]

# A smaller C believes single labels less, which pays where people err.
IMAGE_MODELS: Mapping[str, Make] = {f"svm-{c}": partial(SVC, C=c) for c in (10, 3, 1)}
TEXT_MODELS: Mapping[str, Make] = {
    f"logistic-{c}": partial(LogisticRegression, C=c, max_iter=200) for c in (100, 10, 1)
}

_FOLDS = 10


class Learner:
    """The model of several that fits the labels best, by cross-validation.

    Parameters
    ----------
    features, labels
        One row, and the column of its class, for each labeled object.
    classes
        How many classes there are.

    Attributes
    ----------
    name
        Which model it is.
    unseen
        Scores for the labeled objects, each by a model that was trained without it.
    """

    def __init__(self, models: Mapping[str, Make], features: Features, labels: Ints, classes: int, seed: int) -> None:
        self._classes = classes
        tried = {name: _out_of_fold(make, features, labels, classes, seed) for name, make in models.items()}
        self.name = max(tried, key=lambda name: _agreement(tried[name], labels))
        self._scale = _mean_margin(tried[self.name])
        self.unseen: Floats = tried[self.name] / self._scale
        self._model = models[self.name]().fit(features, labels)

    def scores(self, features: Features) -> Floats:
        """Return scores for other objects."""
        return _scores(self._model, features, self._classes) / self._scale


def can_learn(labels: Ints) -> bool:
    """Tell whether each of ten training sets is certain to have two classes."""
    return bool((np.bincount(labels) >= 2).sum() >= 2)


def _out_of_fold(make: Make, features: Features, labels: Ints, classes: int, seed: int) -> Floats:
    scores = np.zeros((len(labels), classes))
    folds = KFold(min(_FOLDS, len(labels)), shuffle=True, random_state=seed)
    for training, test in folds.split(labels):
        if len(np.unique(labels[training])) < 2:
            continue
        model = make().fit(features[training], labels[training])
        scores[test] = _scores(model, features[test], classes)
    return scores


def _scores(model: Any, features: Features, classes: int) -> Floats:
    """Return a column for each class; one that the model has not met scores less than all others."""
    given = model.decision_function(features)
    if given.ndim == 1:
        given = np.column_stack([-given / 2, given / 2])
    scores = np.repeat(given.min(axis=1, keepdims=True) - 1.0, classes, axis=1)
    scores[:, model.classes_] = given
    return np.asarray(scores)


def _agreement(scores: Floats, labels: Ints) -> float:
    return float((scores.argmax(axis=1) == labels).mean())


def _mean_margin(scores: Floats) -> float:
    best = np.sort(scores, axis=1)[:, -2:]
    return float((best[:, 1] - best[:, 0]).mean()) or 1.0
