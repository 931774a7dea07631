"""How likely machine labels are not good enough."""

from __future__ import annotations

import numpy as np
import pytest

from laptop.active_learning.certainty import Certainty, Sample

CLASSES = 10


def crowd(
    size: int, *, model: float = 1.0, people: float = 1.0, confidence: float | None = None, seed: int = 0
) -> tuple[Sample, float]:
    """Return a sample, and the share of objects about which the model is right.

    The model is sure of itself where it is right, and unsure where it is wrong: then the truth comes second.
    """
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, CLASSES, size)
    right = chance.random(size) < model
    scores = chance.normal(0, 0.05, (size, CLASSES))
    rows = np.arange(size)
    scores[rows, truth] += np.where(right, chance.uniform(0.5, 2.0, size), 0.5)
    scores[rows[~right], (truth[~right] + 1) % CLASSES] += 0.6
    given = np.where(chance.random(size) < people, truth, (truth + 3) % CLASSES)
    known = None if confidence is None else np.full(size, confidence)
    return Sample(scores, given, known), float((scores.argmax(axis=1) == truth).mean())


def everything(sample: Sample) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.ones(len(sample.labels), dtype=bool)


def test_fifty_nine_right_of_fifty_nine_prove_ninety_five_percent_and_fifty_eight_do_not() -> None:
    # 0.95 ** 59 = 0.0485: the textbook case of no errors at 95 % confidence; the beta prior asks for one more.
    for size, proven in ((59, True), (57, False)):
        sample = Sample(np.eye(2)[np.zeros(size, dtype=int)] * 0.0001, np.zeros(size, dtype=int), np.zeros(size))
        assert (Certainty(sample).shortfall(everything(sample), 0.95) <= 0.05) is proven


def test_a_model_that_is_wrong_too_often_does_not_pass() -> None:
    sample, _ = crowd(400, model=0.9)
    assert Certainty(sample).shortfall(everything(sample), 0.95) > 0.5


def test_a_good_model_passes_although_the_only_answers_are_wrong_one_time_in_ten() -> None:
    sample, right = crowd(300, model=0.995, people=0.9)
    certainty = Certainty(sample)
    agreed = float((sample.scores.argmax(axis=1) == sample.labels).mean())
    assert agreed < 0.93
    assert certainty.shortfall(everything(sample), 0.95) <= 0.05
    assert certainty.expected(everything(sample)) == pytest.approx(right, abs=0.02)


def test_a_model_that_is_wrong_too_often_does_not_pass_as_the_error_of_people() -> None:
    passed = 0
    for seed in range(20):
        sample, _ = crowd(300, model=0.9, people=0.9, seed=seed)
        passed += Certainty(sample).shortfall(everything(sample), 0.95) <= 0.05
    assert passed <= 1


def test_a_wrong_label_of_low_confidence_counts_against_people_and_not_against_the_model() -> None:
    doubted, _ = crowd(200, people=0.95, confidence=0.95)
    trusted = Sample(doubted.scores, doubted.labels, np.full(200, 0.9999))
    assert Certainty(doubted).shortfall(everything(doubted), 0.95) <= 0.05
    assert Certainty(trusted).shortfall(everything(trusted), 0.95) > 0.05


def test_no_object_proves_nothing() -> None:
    sample, _ = crowd(50)
    assert Certainty(sample).shortfall(np.zeros(50, dtype=bool), 0.95) == 1.0
    assert Certainty(sample).expected(np.zeros(50, dtype=bool)) == 0.0


def test_more_evidence_of_the_same_kind_makes_a_good_model_more_certain() -> None:
    shortfalls = []
    for size in (50, 100, 200, 400):
        sample, _ = crowd(size, model=0.99)
        shortfalls.append(Certainty(sample).shortfall(everything(sample), 0.95))
    assert shortfalls == sorted(shortfalls, reverse=True)
    assert shortfalls[0] > 0.05 > shortfalls[-1]


def test_confidence_is_high_for_clear_scores_and_a_guess_for_equal_ones() -> None:
    sample, _ = crowd(300, model=0.98)
    clear, equal = Certainty(sample).confidence(np.array([[3.0] + [0.0] * 9, [0.0] * 10]))
    assert clear > 0.95
    assert equal == pytest.approx(0.1)
