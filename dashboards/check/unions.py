"""Structures of which exactly one member may be given.

The API's model says so in words only ("only one of the attributes can be defined"), so no schema finds two.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html, API_Filter.html ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashboards.check.definition import Part
from dashboards.check.scene import Scene

# By the member that holds one, or a list of them.
_UNIONS = frozenset(
    {
        "Computations",
        "CustomValues",
        "Filters",
        "FormatText",
        "NumericFormatConfiguration",
        "RangeMaximum",
        "RangeMaximumValue",
        "RangeMinimum",
        "RangeMinimumValue",
        "ScopeConfiguration",
    }
)
_OF_A_SHEET = {"Visuals": "visual", "ParameterControls": "control", "FilterControls": "control"}
# Theirs are the fields of a well, and of a computation.
_FIELDS = ("DimensionField", "MeasureField")
# Wells that are no union: they list fields themselves.
_PLAIN_WELLS = frozenset({"KPIVisual", "GaugeChartVisual"})


def several_members(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        yield from _checked(f"{board.where}, a parameter", board.definition.get("ParameterDeclarations", ()))
        for sheet in board.sheets:
            for key, what in _OF_A_SHEET.items():
                yield from _checked(f"{sheet.where}, a {what}", sheet.body.get(key, ()))
        for _, visual in board.visuals:
            wells = visual.configuration.get("FieldWells")
            if wells and visual.kind not in _PLAIN_WELLS:
                yield from _checked(f"{visual.where}: FieldWells", [wells])
        for part in board.parts:
            yield from _within(part)


def _within(part: Part) -> Iterator[str]:
    for found in part.objects:
        for key, value in found.items():
            unions = value if isinstance(value, list | tuple) else [value]
            if key in _UNIONS or any(map(_is_field, unions)):
                yield from _checked(f"{part.where}: {key}", unions)


def _is_field(union: object) -> bool:
    return isinstance(union, dict) and any(key.endswith(_FIELDS) for key in union)


def _checked(where: str, unions: Iterable[object]) -> Iterator[str]:
    for union in unions:
        if isinstance(union, dict) and len(union) != 1:
            yield f"{where} must be exactly one thing; got {' and '.join(sorted(union)) or 'nothing'}"


RULES = (several_members,)
