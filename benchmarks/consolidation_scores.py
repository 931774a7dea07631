"""How good labels are, and how far their confidence can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_BINS = 10
_SAME = 1e-9

# For each object the labels that tie for the first place, and their confidence.
Choices = Mapping[str, tuple[Sequence[str], float]]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Shares from 0 to 1. `f1` is that of the last class, and None unless there are two."""

    accuracy: float
    f1: float | None
    calibration_error: float


def choices(beliefs: Mapping[str, Mapping[str, float]]) -> Choices:
    """Choose the most probable label; of equal ones any, so that the score is that of a coin."""
    found = {}
    for name, belief in beliefs.items():
        top = max(belief.values())
        found[name] = ([label for label, share in belief.items() if share > top - _SAME], top)
    return found


def score(chosen: Choices, truth: Mapping[str, str], classes: Sequence[str]) -> Score:
    """Compare labels with what is true."""
    right = {name: (label in chosen[name][0]) / len(chosen[name][0]) for name, label in truth.items()}
    f1 = None
    if len(classes) == 2:
        positive = classes[-1]
        said = sum((positive in labels) / len(labels) for labels, _ in (chosen[name] for name in truth))
        hits = sum(share for name, share in right.items() if truth[name] == positive)
        there = sum(label == positive for label in truth.values())
        f1 = 2.0 * hits / (said + there) if said + there else 0.0
    return Score(
        accuracy=sum(right.values()) / len(right),
        f1=f1,
        calibration_error=calibration_error([(chosen[name][1], share) for name, share in right.items()]),
    )


def reliability(pairs: Sequence[tuple[float, float]]) -> list[tuple[int, float, float]]:
    """Sort (confidence, right) into ten bins; return number, mean confidence and accuracy of each that has any."""
    bins: list[list[tuple[float, float]]] = [[] for _ in range(_BINS)]
    for confidence, right in pairs:
        bins[min(_BINS - 1, int(confidence * _BINS))].append((confidence, right))
    return [
        (len(each), sum(pair[0] for pair in each) / len(each), sum(pair[1] for pair in each) / len(each))
        for each in bins
        if each
    ]


def calibration_error(pairs: Sequence[tuple[float, float]]) -> float:
    """Return how far confidence and accuracy are apart on average (ECE of Guo et al., ICML 2017)."""
    return sum(number * abs(confidence - right) for number, confidence, right in reliability(pairs)) / len(pairs)
