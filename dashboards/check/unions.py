"""Structures of which exactly one member may be given.

The API's model says so in words only ("only one of the attributes can be defined"), so no schema finds two.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html, API_Filter.html ...
"""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.definition import Json, objects
from dashboards.check.references import parts
from dashboards.check.scene import Scene

# By the member that holds one, or a list of them.
_UNIONS = frozenset(
    {
        "Computations",
        "CustomValues",
        "FieldWells",
        "FilterControls",
        "Filters",
        "FormatText",
        "NumericFormatConfiguration",
        "ParameterControls",
        "ParameterDeclarations",
        "RangeMaximum",
        "RangeMaximumValue",
        "RangeMinimum",
        "RangeMinimumValue",
        "ScopeConfiguration",
        "Visuals",
    }
)
# Theirs are the fields of a well, and of a computation.
_FIELDS = ("DimensionField", "MeasureField")
# Wells that are no union: they list fields themselves.
_PLAIN_WELLS = frozenset({"KPIVisual", "GaugeChartVisual"})


def several_members(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for sheet in board.sheets:
            for key, what in (("Visuals", "visual"), ("ParameterControls", "control"), ("FilterControls", "control")):
                yield from _checked(f"{sheet.where}, a {what}", sheet.body.get(key, ()))
        for key, what in (("ParameterDeclarations", "parameter"), ("FilterGroups", "filter group")):
            if key == "ParameterDeclarations":
                yield from _checked(f"{board.where}, a {what}", board.definition.get(key, ()))
        for where, node in parts(board):
            yield from _within(where, node)
        for _, visual in board.visuals:
            wells = visual.configuration.get("FieldWells")
            if wells and visual.kind not in _PLAIN_WELLS:
                yield from _checked(f"{visual.where}: FieldWells", [wells])


def _within(where: str, node: object) -> Iterator[str]:
    for found in objects(node):
        for key, value in found.items():
            unions = value if isinstance(value, list | tuple) else [value]
            if (key in _UNIONS and key != "FieldWells") or _is_field(unions):
                yield from _checked(f"{where}: {key}", unions)


def _is_field(unions: object) -> bool:
    assert isinstance(unions, list | tuple)
    return any(isinstance(union, dict) and any(key.endswith(_FIELDS) for key in union) for union in unions)


def _checked(where: str, unions: object) -> Iterator[str]:
    assert isinstance(unions, list | tuple)
    for union in unions:
        if isinstance(union, dict) and len(union) != 1:
            yield f"{where} must be exactly one thing; got {_named(union)}"


def _named(union: Json) -> str:
    return " and ".join(sorted(union)) or "nothing"


RULES = (several_members,)
