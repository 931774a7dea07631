from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from laptop.emulator.sagemaker import simulation
from laptop.emulator.sagemaker.simulation import Form

CLASSES = ("cat", "dog", "bird")


def many(worker: dict[str, Any], truth: str, count: int = 4000) -> Counter[str]:
    return Counter(simulation.choice(worker, truth, CLASSES, random.Random(seed)) for seed in range(count))


def test_a_worker_is_as_good_as_it_should_be_and_errs_evenly() -> None:
    found = many({"accuracy": 0.7}, "cat")
    assert found["cat"] / 4000 == pytest.approx(0.7, abs=0.03)
    assert found["dog"] / 4000 == pytest.approx(0.15, abs=0.03)


def test_a_confusion_matrix_says_what_is_taken_for_what() -> None:
    worker = {"confusion": {"cat": {"cat": 0.5, "dog": 0.5}, "dog": {"dog": 1}, "bird": {"cat": 1}}}
    assert many(worker, "bird").keys() == {"cat"}
    assert many(worker, "cat")["dog"] / 4000 == pytest.approx(0.5, abs=0.04)


def test_spammers_need_no_truth() -> None:
    assert many({"always": "dog"}, "").keys() == {"dog"}
    assert many({"random": True}, "")["bird"] / 4000 == pytest.approx(1 / 3, abs=0.04)


@pytest.mark.parametrize(("worker", "truth"), [({"accuracy": 1}, "cow"), ({"name": "ann"}, "cat")])
def test_fails_for_an_unknown_truth_and_for_a_worker_without_ability(worker: dict[str, Any], truth: str) -> None:
    with pytest.raises(ValueError, match="must"):
        simulation.choice(worker, truth, CLASSES, random.Random(1))


def test_behaviour_follows_its_shares() -> None:
    worker = {"lapses": 0.1, "declines": 0.2, "malformed": 0.3}
    found = Counter(simulation.behaviour(worker, random.Random(seed)) for seed in range(4000))
    shares = {"lapse": 0.1, "decline": 0.2, "malformed": 0.3, "answer": 0.4}
    assert {what: count / 4000 for what, count in found.items()} == pytest.approx(shares, abs=0.03)


@pytest.mark.parametrize(
    ("template", "form"),
    [
        ('<crowd-classifier\n  header="x > y"\n name="label">', Form("crowd-classifier", "label")),
        ("<p name='x'></p><crowd-image-classifier name='sport' src=''>", Form("crowd-image-classifier", "sport")),
        ('<crowd-bounding-box labels="[]" name="boxes">', Form("crowd-bounding-box", "boxes")),
    ],
)
def test_the_form_is_found_in_the_template(template: str, form: Form) -> None:
    assert simulation.form_of(template) == form


def test_fails_for_a_template_without_a_form() -> None:
    with pytest.raises(ValueError, match="must have a crowd classifier"):
        simulation.form_of("<crowd-form><crowd-slider name='x'></crowd-slider></crowd-form>")


def test_boxes_and_entities_are_answered_as_their_pages_send_them() -> None:
    box = {"left": 10, "top": 20, "width": 30, "height": 40, "label": "digit"}
    size = {"width": 100, "height": 80}
    truth = {"boundingBoxes": [box], "inputImageProperties": size}
    found = simulation.answer({"accuracy": 1}, truth, Form("crowd-bounding-box", "boxes"), ["digit"], random.Random(1))
    assert found == {"boxes": truth}
    entities = {"entities": [{"startOffset": 0, "endOffset": 3, "label": "person"}]}
    form = Form("crowd-entity-annotation", "marks")
    assert simulation.answer({"accuracy": 1}, entities, form, ["person", "place"], random.Random(1)) == {
        "marks": entities
    }
    missed = simulation.answer({"accuracy": 0}, entities, form, ["person", "place"], random.Random(3))
    assert missed["marks"] != entities


def test_fails_for_a_truth_that_does_not_fit_the_page() -> None:
    with pytest.raises(ValueError, match="must have boundingBoxes"):
        simulation.answer({"accuracy": 1}, "cat", Form("crowd-bounding-box", "boxes"), ["cat"], random.Random(1))
