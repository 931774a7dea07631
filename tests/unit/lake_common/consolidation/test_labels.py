"""Labels of classes: what must hold for any crowd, and how good they are on generated ones."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_common.consolidation.columns import mean
from lake_common.consolidation.confidence import shares
from lake_common.consolidation.crowd import Crowd
from lake_common.consolidation.labels import Consolidation, Method, consolidate
from lake_common.consolidation.readings import fixed, learned

from benchmarks.consolidation_rivals import dawid_skene, majority
from benchmarks.consolidation_scores import choices, score
from benchmarks.crowds import PLANS, Case, Plan, generate

METHODS: tuple[Method, ...] = ("majority", "dawid_skene")
CLASSES = ("a", "b", "c")
Answers = Sequence[tuple[str, str, str]]


@st.composite
def crowds(draw: st.DrawFn) -> Answers:
    asked = draw(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=40))
    return [(f"o{name}", f"w{worker}", draw(st.sampled_from(CLASSES))) for name, worker in sorted(asked)]


@settings(max_examples=60, deadline=None)
@given(answers=crowds(), method=st.sampled_from(METHODS), seed=st.integers(0, 9))
def test_any_crowd_gets_a_label_each_that_does_not_depend_on_the_order(
    answers: Answers, method: Method, seed: int
) -> None:
    found = consolidate(answers, CLASSES, method)
    assert set(found.labels) == {name for name, _, _ in answers}
    assert all(label.name in CLASSES and 0.0 <= label.confidence <= 1.0 for label in found.labels.values())
    assert set(found.workers) == {worker for _, worker, _ in answers}
    for worker in found.workers.values():
        assert 0.0 <= worker.accuracy <= 1.0
        assert worker.information is not None
        assert worker.information >= 0.0
    mixed = random.Random(seed).sample(answers, len(answers))
    assert consolidate(mixed, CLASSES, method) == found


@pytest.mark.parametrize("method", METHODS)
def test_objects_that_all_agree_on_get_that_label(method: Method) -> None:
    answers = [(f"o{name}", f"w{worker}", CLASSES[name % 3]) for name in range(30) for worker in range(3)]
    found = consolidate(answers, CLASSES, method)
    assert {name: label.name for name, label in found.labels.items()} == {f"o{n}": CLASSES[n % 3] for n in range(30)}
    assert all(label.confidence > 0.9 for label in found.labels.values())


@pytest.mark.parametrize("method", METHODS)
def test_tie_goes_to_the_first_category(method: Method) -> None:
    answers = [("o", "w1", "b"), ("o", "w2", "a")]
    assert consolidate(answers, ("a", "b"), method).labels["o"].name == "a"
    assert consolidate(answers, ("b", "a"), method).labels["o"].name == "b"


@pytest.mark.parametrize("method", METHODS)
def test_no_answers_give_no_labels(method: Method) -> None:
    assert consolidate([], CLASSES, method) == Consolidation({}, {})


@pytest.mark.parametrize("method", METHODS)
def test_answers_of_one_worker_are_labels_nobody_vouches_for(method: Method) -> None:
    found = consolidate([("o1", "w", "b"), ("o2", "w", "c")], CLASSES, method)
    assert [(label.name, label.confidence) for label in found.labels.values()] == [("b", 0.0), ("c", 0.0)]


@pytest.mark.parametrize("method", METHODS)
def test_only_one_category_is_labeled_with_it(method: Method) -> None:
    found = consolidate([("o1", "w1", "a"), ("o1", "w2", "a")], ("a",), method)
    assert found.labels["o1"].name == "a"


def test_fails_for_a_label_that_is_no_category() -> None:
    with pytest.raises(ValueError, match="a label must be one of"):
        consolidate([("o", "w", "x")], CLASSES, "dawid_skene")


def test_fails_for_a_worker_who_answers_twice() -> None:
    with pytest.raises(ValueError, match="w did twice about o"):
        consolidate([("o", "w", "a"), ("o", "w", "b")], CLASSES, "majority")


def test_spammers_who_are_the_majority_do_not_decide() -> None:
    answers = []
    for name in range(80):
        true = CLASSES[name % 2]
        answers += [(f"o{name}", f"good{seat}", true) for seat in range(2)]
        answers += [(f"o{name}", f"spam{seat}", "b") for seat in range(3)]
    found = consolidate(answers, CLASSES, "dawid_skene")
    assert all(found.labels[f"o{name}"].name == CLASSES[name % 2] for name in range(80))
    good, spam = found.workers["good0"].information, found.workers["spam0"].information
    assert good is not None
    assert spam is not None
    assert good > 0.5
    assert spam < 0.05


def test_label_has_the_highest_average_of_three_readings() -> None:
    case = generate("readings", Plan(classes=5, redundancy=3, accuracy=(0.3, 0.8)), seed=1)
    crowd = Crowd.of(case.answers, case.classes)
    readings = [shares(crowd), fixed(crowd).probabilities, learned(crowd).probabilities]
    average = mean(*readings)
    found = consolidate(case.answers, case.classes, "dawid_skene").labels
    apart = 0
    for number, name in enumerate(crowd.objects):
        beliefs = [[column[number] for column in reading] for reading in (average, *readings)]
        best = [belief.index(max(belief)) for belief in beliefs]
        assert found[name].name == case.classes[best[0]]
        apart += len(set(best)) > 1
    assert apart > 50


def test_worker_who_turns_classes_around_is_understood() -> None:
    source = random.Random(3)
    answers = []
    for name in range(200):
        true = source.choice("ab")
        wrong = "b" if true == "a" else "a"
        answers += [(f"o{name}", f"good{seat}", true if source.random() < 0.8 else wrong) for seat in range(4)]
        answers.append((f"o{name}", "upside-down", wrong))
    found = consolidate(answers, ("a", "b"), "dawid_skene")
    assert found.workers["upside-down"].accuracy < 0.2
    information = found.workers["upside-down"].information
    assert information is not None
    assert information > 0.3


def test_accuracy_of_workers_is_near_the_truth() -> None:
    case = generate("known workers", Plan(objects=600, workers=25), seed=5)
    found = consolidate(case.answers, case.classes, "dawid_skene")
    far = []
    for worker, quality in found.workers.items():
        own = [label == case.truth[name] for name, each, label in case.answers if each == worker]
        if len(own) > 50:
            far.append(abs(sum(own) / len(own) - quality.accuracy))
    assert len(far) > 10
    assert sum(far) / len(far) < 0.06


def _scores(case: Case) -> tuple[float, float, float]:
    found = consolidate(case.answers, case.classes, "dawid_skene")
    ours = {name: ([label.name], label.confidence) for name, label in found.labels.items()}
    each = (choices(majority(case)), choices(dawid_skene(case)), ours)
    votes, rival, lake = (score(chosen, case.truth, case.classes) for chosen in each)
    return votes.accuracy, rival.accuracy, lake.accuracy


def test_labels_are_better_than_those_of_votes_and_of_dawid_and_skene() -> None:
    names = ("two answers an object", "four classes", "40 % spammers", "workers uneven, class of a tenth")
    found = [_scores(generate(name, PLANS[name], seed=2)) for name in names]
    votes, rival, lake = (sum(each) / len(found) for each in zip(*found, strict=True))
    assert lake > votes + 0.04
    assert lake > rival + 0.002
    assert all(ours > max(other) - 0.01 for *other, ours in found)


@pytest.mark.parametrize("name", ["hard objects", "two answers an object"])
def test_confidence_is_trustworthy_where_that_of_dawid_and_skene_is_not(name: str) -> None:
    case = generate(name, PLANS[name], seed=4)
    found = consolidate(case.answers, case.classes, "dawid_skene")
    ours = {each: ([label.name], label.confidence) for each, label in found.labels.items()}
    lake = score(ours, case.truth, case.classes).calibration_error
    rival = score(choices(dawid_skene(case)), case.truth, case.classes).calibration_error
    assert lake < 0.06 < rival


def test_25_000_answers_take_seconds_at_most() -> None:
    name = "25,000 answers, one class of eight"
    case = generate(name, PLANS[name], seed=1)
    assert len(case.answers) > 24_900
    before = time.process_time()
    consolidate(case.answers, case.classes, "dawid_skene")
    # Measured: 0.4 s (docs/benchmarks.md). A machine that does much else takes longer.
    assert time.process_time() - before < 2.0
