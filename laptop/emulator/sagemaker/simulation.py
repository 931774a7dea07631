"""Answers of simulated workers. Pure: the same worker answers the same object alike in every run.

A worker is a document:

| member | meaning |
|---|---|
| `name` | who it is |
| `accuracy` | share of right answers; wrong ones are spread evenly over the other classes. For boxes and entities: the share of marks that are made, and made right |
| `confusion` | instead: true class to (class to share), as in a confusion matrix |
| `always` | instead: a spammer's one answer |
| `random` | instead: true for a spammer who guesses |
| `lapses`, `declines`, `malformed` | shares of tasks that it lets run out of time, gives back, or answers with nonsense (0) |

Truths are strings for classes, `{"entities": [{"startOffset", "endOffset", "label"}]}` for text, and
`{"boundingBoxes": [{"left", "top", "width", "height", "label"}], "inputImageProperties": {"width", "height"}}` for
pictures.
"""  # noqa: E501

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

Json = dict[str, Any]

ANSWER, LAPSE, DECLINE, MALFORMED = "answer", "lapse", "decline", "malformed"
_NONSENSE = ('{"label": ', "", "[]", '{"nothing": {}}')
_ELEMENTS = frozenset({"crowd-image-classifier", "crowd-classifier", "crowd-entity-annotation", "crowd-bounding-box"})


@dataclass(frozen=True)
class Form:
    """What a template asks for: its annotation element and the name of its answer."""

    element: str
    name: str


class _Finder(HTMLParser):
    """Looks for the first annotation element that has a name."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in _ELEMENTS and name and self.form is None:
            self.form = Form(tag, name)


def form_of(template: str) -> Form:
    """Find the annotation element of a template.

    Raises
    ------
    ValueError
        It has none that simulated workers know.
    """
    finder = _Finder()
    finder.feed(template)
    if finder.form is None:
        raise ValueError("the template must have a crowd classifier, entity annotation or bounding box with a name")
    return finder.form


def behaviour(worker: Json, chance: random.Random) -> str:
    """Return what a worker does with a task."""
    drawn = chance.random()
    for what, member in ((LAPSE, "lapses"), (DECLINE, "declines"), (MALFORMED, "malformed")):
        share = worker.get(member, 0)
        if drawn < share:
            return what
        drawn -= share
    return ANSWER


def nonsense(chance: random.Random) -> str:
    """Return what no page would send."""
    return chance.choice(_NONSENSE)


def answer(worker: Json, truth: Any, form: Form, classes: Sequence[str], chance: random.Random) -> Json:
    """Return what the page of a task sends.

    Raises
    ------
    ValueError
        The truth does not fit the page, or the worker has no ability.
    """
    if form.element == "crowd-entity-annotation":
        return {form.name: {"entities": _entities(worker, truth, classes, chance)}}
    if form.element == "crowd-bounding-box":
        return {form.name: _boxes(worker, truth, chance)}
    return {form.name: {"label": choice(worker, truth, classes, chance)}}


def choice(worker: Json, truth: Any, classes: Sequence[str], chance: random.Random) -> str:
    """Return the class that a worker chooses."""
    if "always" in worker:
        return str(worker["always"])
    if worker.get("random"):
        return chance.choice(list(classes))
    if truth not in classes:
        raise ValueError(f"the truth must be one of {', '.join(classes)}; got {truth!r}")
    if "confusion" in worker:
        shares = worker["confusion"][truth]
        return str(chance.choices(list(shares), weights=list(shares.values()))[0])
    if chance.random() < _accuracy(worker):
        return str(truth)
    return chance.choice([name for name in classes if name != truth] or list(classes))


def _accuracy(worker: Json) -> float:
    if "accuracy" not in worker:
        raise ValueError(f"worker {worker.get('name')} must have accuracy, confusion, always or random")
    return float(worker["accuracy"])


def _entities(worker: Json, truth: Any, classes: Sequence[str], chance: random.Random) -> list[Json]:
    made = []
    for entity in _marks(truth, "entities"):
        if chance.random() < _accuracy(worker):
            made.append(entity)
        elif chance.random() < 0.5:
            made.append(entity | {"label": chance.choice([name for name in classes if name != entity["label"]])})
    return made


def _boxes(worker: Json, truth: Any, chance: random.Random) -> Json:
    accuracy = _accuracy(worker)
    made = []
    for box in _marks(truth, "boundingBoxes"):
        if chance.random() >= accuracy:
            continue
        blur = 0.1 * (1 - accuracy)
        spread = {side: round(box[side] * chance.gauss(1, blur)) for side in ("left", "top", "width", "height")}
        made.append(box | spread)
    return {"boundingBoxes": made, "inputImageProperties": truth["inputImageProperties"]}


def _marks(truth: Any, member: str) -> list[Json]:
    if not isinstance(truth, dict) or not isinstance(truth.get(member), list):
        raise ValueError(f"the truth must have {member}; got {truth!r}")
    return list(truth[member])
