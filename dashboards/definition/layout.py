"""Sheets: rows of visuals on a grid of 36 columns, with controls above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.definition.parameters import Parameter
from dashboards.definition.visuals import Visual, id_of

WIDTH = 36
# Controls lie in a bar of their own; this many columns of it hold a title and some values.
_CONTROL_WIDTH = 4
_CANVAS = {"ResizeOption": "FIXED", "OptimizedViewPortWidth": "1600px"}


@dataclass(frozen=True)
class Row:
    """Visuals side by side.

    Attributes
    ----------
    height
        In rows of the grid.
    visuals
        Each with its width in columns; the widths of a full row add up to 36.
    """

    height: int
    visuals: tuple[tuple[Visual, int], ...]


def row(height: int, *visuals: Visual) -> Row:
    """Put visuals side by side, all of about the same width."""
    each, rest = divmod(WIDTH, len(visuals))
    return Row(height, tuple((item, each + (index < rest)) for index, item in enumerate(visuals)))


def row_of(height: int, *visuals: tuple[Visual, int]) -> Row:
    """Put visuals side by side, each with its width."""
    return Row(height, visuals)


def sheet(
    name: str,
    *,
    title: str,
    rows: Sequence[Row],
    description: str,
    parameters: Sequence[Parameter] = (),
    filter_controls: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Make a sheet; its name is its id, its title the text on its tab."""
    parameter_controls = [parameter.control_on(name) for parameter in parameters]
    return {
        "SheetId": name,
        "Name": title,
        "Description": description,
        "ContentType": "INTERACTIVE",
        "Visuals": [item for line in rows for item, _ in line.visuals],
        "ParameterControls": parameter_controls,
        "FilterControls": list(filter_controls),
        "Layouts": [_grid(_places(rows), {"ScreenCanvasSizeOptions": _CANVAS})],
        "SheetControlLayouts": [_grid(_control_places(parameter_controls, filter_controls))],
    }


def _places(rows: Sequence[Row]) -> list[dict[str, Any]]:
    places = []
    top = 0
    for line in rows:
        left = 0
        for item, width in line.visuals:
            places.append(_place(id_of(item), "VISUAL", left=left, top=top, width=width, height=line.height))
            left += width
        top += line.height
    return places


def _control_places(
    parameter_controls: Sequence[dict[str, Any]], filter_controls: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    controls = [(id_of(item, "ParameterControlId"), "PARAMETER_CONTROL") for item in parameter_controls]
    controls += [(id_of(item, "FilterControlId"), "FILTER_CONTROL") for item in filter_controls]
    return [
        _place(name, kind, left=index * _CONTROL_WIDTH, top=0, width=_CONTROL_WIDTH, height=1)
        for index, (name, kind) in enumerate(controls)
    ]


def _place(name: str, kind: str, *, left: int, top: int, width: int, height: int) -> dict[str, Any]:
    return {
        "ElementId": name,
        "ElementType": kind,
        "ColumnIndex": left,
        "RowIndex": top,
        "ColumnSpan": width,
        "RowSpan": height,
    }


def _grid(elements: list[dict[str, Any]], canvas: dict[str, Any] | None = None) -> dict[str, Any]:
    grid = {"Elements": elements} | ({"CanvasSizeOptions": canvas} if canvas else {})
    return {"Configuration": {"GridLayout": grid}}
