"""What worker pages send, and what they must not be allowed to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lake_common.consolidation.answers import (
    Answer,
    Box,
    Boxes,
    Problem,
    Span,
    UnusableAnswerError,
    boxes,
    class_label,
    spans,
    usable,
)

SPORTS = {"soccer": 0, "cricket": 1}
DIGITS = {"one": 0}


def chosen(label: Any) -> dict[str, Any]:
    return {"label": {"label": label}}


def test_class_is_read_whatever_the_template_calls_its_element() -> None:
    assert class_label({"crowd-image-classifier": {"label": "soccer"}}, SPORTS) == "soccer"
    assert class_label(json.dumps({"comment": "", "sport": {"label": "cricket"}}), SPORTS) == "cricket"


def test_label_is_kept_as_it_is_where_a_job_has_no_categories() -> None:
    assert class_label(chosen("Fußball ⚽"), {}) == "Fußball ⚽"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("not json", "the answer is not JSON"),
        ("[" * 100_000, "the answer is not JSON"),
        ('{"sport": ' + "9" * 5_000, "the answer is not JSON"),
        ("", "the answer is not JSON"),
        (None, "the answer is empty"),
        ("null", "the answer is empty"),
        ({}, "the answer is empty"),
        ([1], "the answer is empty"),
        (7, "the answer is empty"),
        ({"label": {}}, "the answer has no element with 'label'"),
        ({"label": "soccer"}, "the answer has no element with 'label'"),
        (chosen(""), "no label was chosen"),
        (chosen("  "), "no label was chosen"),
        (chosen(None), "no label was chosen"),
        (chosen(["soccer"]), "no label was chosen"),
        (chosen("chess"), 'the label "chess" is not a category of the task'),
        (chosen("x" * 90_000), f'the label "{"x" * 59} is not a category of the task'),
    ],
)
def test_fails_for_a_class_that_cannot_count(answer: Any, reason: str) -> None:
    with pytest.raises(UnusableAnswerError) as raised:
        class_label(answer, SPORTS)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    "answer",
    [
        {"boxes": {"boundingBoxes": "none"}},
        {"boxes": {"boundingBoxes": ["box"]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": 0, "height": 5, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": 5, "height": -5, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": "5", "height": 5, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": True, "height": 5, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"left": 10**400, "top": 1, "width": 5, "height": 5, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": 1e308, "height": 1e308, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"top": 1, "width": 5, "height": 5, "label": "one"}]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": 5, "height": 5, "label": "two"}]}},
        {"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": 5, "height": 5, "label": 1}]}},
        '{"boxes": {"boundingBoxes": [{"left": NaN, "top": 1, "width": 5, "height": 5, "label": "one"}]}}',
        '{"boxes": {"boundingBoxes": [{"left": 1, "top": 1, "width": Infinity, "height": 5, "label": "one"}]}}',
    ],
)
def test_fails_for_boxes_that_are_none(answer: Any) -> None:
    with pytest.raises(UnusableAnswerError):
        boxes(answer, DIGITS)


def test_box_may_stick_out_of_the_image_and_have_fractions_of_pixels() -> None:
    answer = {"boxes": {"boundingBoxes": [{"left": -2.5, "top": 0, "width": 8, "height": 5, "label": "one"}]}}
    assert boxes(answer, DIGITS) == Boxes((Box(-2.5, 0.0, 8.0, 5.0, "one"),))


def test_size_of_the_image_is_read_if_the_page_tells_it() -> None:
    told = {"boxes": {"boundingBoxes": [], "inputImageProperties": {"width": 640, "height": 480}}}
    assert boxes(told, DIGITS) == Boxes((), (640, 480))
    assert boxes({"boxes": {"boundingBoxes": []}}, DIGITS) == Boxes((), None)


def test_box_drawn_twice_by_a_worker_is_one() -> None:
    box = {"left": 1, "top": 1, "width": 5, "height": 5, "label": "one"}
    assert len(boxes({"boxes": {"boundingBoxes": [box, dict(box)]}}, DIGITS).boxes) == 1


@pytest.mark.parametrize("borders", [(5, 5), (6, 5), (-1, 5), ("0", 5), (0, None), (True, 5), (0.0, 5)])
def test_fails_for_an_entity_without_characters(borders: tuple[Any, Any]) -> None:
    answer = {"entities": {"entities": [{"startOffset": borders[0], "endOffset": borders[1], "label": "one"}]}}
    with pytest.raises(UnusableAnswerError, match="an entity must begin at 0 or later"):
        spans(answer, DIGITS)


def test_entities_come_sorted() -> None:
    found = [{"startOffset": start, "endOffset": start + 2, "label": "one"} for start in (8, 0, 4)]
    assert spans({"entities": {"entities": found}}, DIGITS) == (
        Span(0, 2, "one"),
        Span(4, 6, "one"),
        Span(8, 10, "one"),
    )


def test_later_answer_of_a_worker_counts_and_both_problems_are_told() -> None:
    given = [("a", chosen("soccer")), ("b", chosen("chess")), ("a", chosen("cricket"))]
    answers, problems = usable(given, lambda content: class_label(content, SPORTS))
    assert answers == (Answer("a", "cricket"),)
    assert problems == (
        Problem("b", 'the label "chess" is not a category of the task'),
        Problem("a", "answered twice; the later answer counts"),
    )


def test_unusable_later_answer_leaves_the_earlier_one() -> None:
    answers, problems = usable([("a", chosen("soccer")), ("a", "")], lambda content: class_label(content, SPORTS))
    assert answers == (Answer("a", "soccer"),)
    assert [problem.reason for problem in problems] == ["the answer is not JSON"]
