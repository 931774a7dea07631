"""What workers answered, read from what the worker page sent, whatever it sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
IMAGE_CLASSIFICATION, TEXT_CLASSIFICATION = "image_classification", "text_classification"
NAMED_ENTITIES, BOUNDING_BOXES = "named_entities", "bounding_boxes"
# Of a side of an image; no format has more.
_MOST_PIXELS = 2**31
KINDS = (IMAGE_CLASSIFICATION, TEXT_CLASSIFICATION, NAMED_ENTITIES, BOUNDING_BOXES)


class UnusableAnswerError(ValueError):
    """An answer that cannot count, with the reason."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """What one worker said about one object."""

    worker: str
    value: Value


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that does not count."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An entity: characters from `start` up to, and without, `end`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle in pixels from the upper left corner of the image."""

    left: float
    top: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of one answer, and the size of the image in pixels if the page told it."""

    boxes: tuple[Box, ...]
    image: tuple[int, int] | None = None


def usable(
    answers: Iterable[tuple[str, Any]], read: Callable[[Any], Value]
) -> tuple[tuple[Answer[Value], ...], tuple[Problem, ...]]:
    """Read the answers about one object; of two by the same worker the later one counts.

    Parameters
    ----------
    answers
        Worker and what the page sent, which may be anything.
    read
        One of the functions below.
    """
    counting: dict[str, Answer[Value]] = {}
    problems = []
    for worker, content in answers:
        try:
            answer = Answer(worker, read(content))
        except UnusableAnswerError as error:
            problems.append(Problem(worker, str(error)))
            continue
        if worker in counting:
            problems.append(Problem(worker, "answered twice; the later answer counts"))
        counting[worker] = answer
    return tuple(counting.values()), tuple(problems)


def class_label(content: Any, categories: Mapping[str, int]) -> str:
    """Read the answer of crowd-classifier or crowd-image-classifier: `{"<name>": {"label": "Cat"}}`."""
    label = _widget(content, "label")["label"]
    if not isinstance(label, str) or not label.strip():
        raise UnusableAnswerError("no label was chosen")
    return _known(label, categories)


def spans(content: Any, categories: Mapping[str, int]) -> tuple[Span, ...]:
    """Read the answer of crowd-entity-annotation; no entity is an answer too."""
    found = {_span(entity, categories) for entity in _list(_widget(content, "entities"), "entities")}
    return tuple(sorted(found))


def boxes(content: Any, categories: Mapping[str, int]) -> Boxes:
    """Read the answer of crowd-bounding-box; no box is an answer too."""
    widget = _widget(content, "boundingBoxes")
    found = {_box(box, categories) for box in _list(widget, "boundingBoxes")}
    image = widget.get("inputImageProperties")
    size = (_pixels(image, "width"), _pixels(image, "height")) if isinstance(image, dict) else (0, 0)
    whole = (int(size[0]), int(size[1]))
    return Boxes(tuple(sorted(found)), whole if min(whole) > 0 else None)


def _widget(content: Any, key: str) -> dict[str, Any]:
    """Find the page's element that has `key`: its name is the template's choice."""
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise UnusableAnswerError("the answer is not JSON") from error
    if not isinstance(content, dict) or not content:
        raise UnusableAnswerError("the answer is empty")
    for element in content.values():
        if isinstance(element, dict) and key in element:
            return element
    raise UnusableAnswerError(f"the answer has no element with '{key}'")


def _list(widget: Mapping[str, Any], key: str) -> list[Any]:
    found = widget[key]
    if not isinstance(found, list):
        raise UnusableAnswerError(f"'{key}' must be a list")
    return found


def _known(label: Any, categories: Mapping[str, int]) -> str:
    if not isinstance(label, str) or (categories and label not in categories):
        raise UnusableAnswerError(f"the label {json.dumps(label)[:60]} is not a category of the task")
    return label


def _span(entity: Any, categories: Mapping[str, int]) -> Span:
    if not isinstance(entity, dict):
        raise UnusableAnswerError("an entity must be an object")
    start, end = entity.get("startOffset"), entity.get("endOffset")
    if not (type(start) is int and type(end) is int and 0 <= start < end):
        raise UnusableAnswerError("an entity must begin at 0 or later and end after its begin")
    return Span(start, end, _known(entity.get("label"), categories))


def _box(box: Any, categories: Mapping[str, int]) -> Box:
    if not isinstance(box, dict):
        raise UnusableAnswerError("a box must be an object")
    left, top, width, height = (_pixels(box, name) for name in ("left", "top", "width", "height"))
    if width <= 0 or height <= 0:
        raise UnusableAnswerError("a box must be wider and higher than nothing")
    return Box(left, top, width, height, _known(box.get("label"), categories))


def _pixels(box: Mapping[str, Any], name: str) -> float:
    found = box.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) <= _MOST_PIXELS:
        raise UnusableAnswerError(f"'{name}' of a box must be a number of pixels")
    return float(found)
