"""The expressions of a definition, read by the parser of the emulator's QuickSight. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from laptop.emulator.quicksight.expressions import ExpressionError, parse
from laptop.preview.snapshot import Json


def read(definition: Json) -> Json:
    """Return the syntax tree of every expression by its text, or `{"error": ...}` for one that is none.

    Calculated fields, measures, rolling dates and conditions of formats all have it in a member `Expression`.
    """
    return {text: _tree(text) for text in sorted(set(_texts(definition)))}


def _tree(text: str) -> Any:
    try:
        return parse(text)
    except ExpressionError as error:
        # The visual that needs it says so; the others are drawn.
        return {"error": str(error)}


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "Expression" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)
