"""What the loop asks, and what it lets the model label. The data are scikit-learn's digits."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from laptop.active_learning.learner import IMAGE_MODELS
from laptop.active_learning.loop import Decision, Label, Settings, decide

PICTURES, TRUTH = load_digits(return_X_y=True)
PICTURES = PICTURES / 16
ALL = range(len(TRUTH))


def ask(
    labels: dict[int, Label], *, limit: int = 100, usable: Iterable[int] = ALL, target: float = 0.95, **more: Any
) -> Decision:
    settings = Settings(seed=7, target=target)
    return decide(
        PICTURES, labels, list(usable), models=IMAGE_MODELS, classes=10, limit=limit, settings=settings, **more
    )


def truths(rows: Iterable[int]) -> dict[int, Label]:
    return {row: Label(int(TRUTH[row]), None) for row in rows}


def in_order(count: int) -> list[int]:
    """Return the beginning of the random order in which objects are sampled."""
    order = list(ALL)
    Random(7).shuffle(order)
    return order[:count]


def run(*, accuracy: float = 1.0, usable: Iterable[int] = ALL) -> tuple[Decision, dict[int, Label]]:
    """Run the loop to its end with workers who are right this often."""
    chance, labels, passed = Random(3), dict[int, Label](), False
    while True:
        decision = ask(labels, usable=usable, passed_before=passed)
        if not decision.ask:
            return decision, labels
        passed = bool(decision.look and decision.look.passed)
        for row in decision.ask:
            right = chance.random() < accuracy
            column = int(TRUTH[row]) if right else (int(TRUTH[row]) + chance.randrange(1, 10)) % 10
            labels[row] = Label(column, None)


@pytest.fixture(scope="module")
def first() -> list[int]:
    """The first random sample."""
    sample: list[int] = []
    while len(sample) < 180:
        sample += ask(truths(sample)).ask
    return sample


@pytest.mark.parametrize("accuracy", [1.0, 0.9])
def test_a_model_labels_most_digits_and_at_least_95_percent_of_them_right(accuracy: float) -> None:
    decision, labels = run(accuracy=accuracy)
    right = np.mean([TRUTH[row] == column for row, (column, _) in decision.machine.items()])
    assert len(labels) + len(decision.machine) == len(TRUTH)
    assert len(decision.machine) >= 0.7 * len(TRUTH)
    assert right >= 0.95


def test_the_first_objects_are_a_random_sample_that_the_seed_decides(first: list[int]) -> None:
    assert ask({}).ask == ask({}).ask == first[:100]
    assert len(set(first)) == len(first) == 180
    assert abs(np.mean(first) - len(TRUTH) / 2) < 150
    other = decide(PICTURES, {}, list(ALL), models=IMAGE_MODELS, classes=10, limit=100, settings=Settings(seed=8))
    assert other.ask != first[:100]


def test_no_more_objects_are_asked_about_than_the_limit_allows(first: list[int]) -> None:
    assert len(ask({}, limit=30).ask) == 30
    assert len(ask(truths(first), limit=7).ask) == 7


def test_a_lucky_look_is_looked_at_again() -> None:
    labels = truths(in_order(600))
    once = ask(labels)
    assert once.look is not None
    assert once.look.passed
    assert once.ask
    assert not once.machine
    twice = ask(labels, passed_before=True)
    assert not twice.ask
    assert len(twice.machine) == len(TRUTH) - 600


def test_half_of_a_batch_enlarges_the_sample_and_half_is_what_the_model_is_least_sure_of(first: list[int]) -> None:
    decision = ask(truths(first))
    size = len(decision.ask)
    assert size == 54
    assert decision.look is not None
    assert decision.look.sampled == 180
    unsure = decision.ask[size // 2 :]
    confidences = sorted(confidence for _, confidence in decision.best.values())
    assert max(decision.best[row][1] for row in unsure) <= confidences[size]


def test_when_people_may_label_no_more_the_model_labels_what_it_is_sure_of() -> None:
    decision = ask(truths(in_order(300)), limit=0, target=0.97)
    sure = [decision.best[row][1] for row in decision.machine]
    unsure = [confidence for row, (_, confidence) in decision.best.items() if row not in decision.machine]
    assert not decision.ask
    assert 0 < len(decision.machine) < len(decision.best)
    assert min(sure) >= max(unsure)
    right = np.mean([TRUTH[row] == column for row, (column, _) in decision.machine.items()])
    assert right >= 0.97


def test_errors_of_people_that_gather_where_the_model_is_unsure_count_against_the_model() -> None:
    chance = Random(1)
    labels = truths(in_order(300))
    labels |= {row: Label(chance.randrange(10), None) for row in labels if TRUTH[row] in {8, 9}}
    decision = ask(labels, passed_before=True)
    assert np.mean([TRUTH[row] == column for row, (column, _) in decision.best.items()]) < 0.9
    assert decision.look is not None
    assert not decision.look.passed


def test_labels_at_random_are_never_enough_for_the_model() -> None:
    chance = Random(5)
    labels = {row: Label(chance.randrange(10), None) for row in in_order(400)}
    decision = ask(labels, passed_before=True)
    assert decision.ask
    assert not decision.machine
    assert not ask(labels, limit=0).machine


def test_with_one_class_only_people_go_on() -> None:
    zeros = {int(row): Label(0, None) for row in np.flatnonzero(TRUTH == 0)}
    decision = ask(zeros, usable=[*zeros, *range(300)])
    assert decision.ask
    assert decision.look is None


def test_objects_that_cannot_be_used_are_neither_asked_about_nor_labeled() -> None:
    usable = list(range(0, len(TRUTH), 2))
    decision, labels = run(usable=usable)
    assert {*labels, *decision.machine} == {*usable}


def test_nothing_is_left_to_do_when_everything_is_labeled() -> None:
    assert ask(truths(range(40)), usable=range(40)) == Decision()
    assert ask({}, limit=0) == Decision()
