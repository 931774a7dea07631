"""Controls: what they set, and whether they fit it."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.definition import Json
from dashboards.check.scene import Scene
from dashboards.nearest import suggestion

# Parameters that a control can set; what is not named can set any.
_PARAMETERS = {
    "DateTimePicker": ("DATETIME",),
    "Slider": ("INTEGER", "DECIMAL"),
    "Dropdown": ("STRING", "INTEGER", "DECIMAL"),
    "List": ("STRING", "INTEGER", "DECIMAL"),
}
# Filters that a control can set. https://docs.aws.amazon.com/quicksight/latest/user/filter-controls.html
_FILTERS = {
    "DateTimePicker": ("TimeEqualityFilter", "TimeRangeFilter"),
    "RelativeDateTime": ("RelativeDatesFilter",),
    "Slider": ("NumericEqualityFilter", "NumericRangeFilter"),
    "Dropdown": ("CategoryFilter", "NumericEqualityFilter"),
    "List": ("CategoryFilter", "NumericEqualityFilter"),
}


def sources(scene: Scene) -> Iterator[str]:
    """Find filters of controls; parameters are looked after by their own rule."""
    for board in scene.boards:
        known = {str(body.get("FilterId")) for _, _, body in board.filters}
        for sheet in board.sheets:
            for what, _, body in board.controls(sheet):
                name = body.get("SourceFilterId")
                if what == "filter" and name not in known:
                    where = f"{sheet.where}, control {body.get('FilterControlId')}"
                    yield f"{where} sets filter {name}, which does not exist{suggestion(str(name), known)}"


def types(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        filters = {str(body.get("FilterId")): kind for _, kind, body in board.filters}
        for sheet in board.sheets:
            for what, kind, body in board.controls(sheet):
                where = f"{sheet.where}, control {body.get(f'{what.title()}ControlId')}"
                if what == "parameter":
                    got, expected = board.parameters.get(str(body.get("SourceParameterName"))), _PARAMETERS.get(kind)
                else:
                    got, expected = filters.get(str(body.get("SourceFilterId"))), _FILTERS.get(kind)  # type: ignore[assignment]
                if got and expected and got not in expected:
                    yield f"{where}: a {kind} sets {' or '.join(expected)}; got {got}"


def values(scene: Scene) -> Iterator[str]:
    """Several values can be chosen only for a parameter that takes several."""
    for board in scene.boards:
        single = {
            str(body.get("Name"))
            for entry in board.definition.get("ParameterDeclarations", ())
            for body in entry.values()
            if body.get("ParameterValueType") == "SINGLE_VALUED"
        }
        for sheet in board.sheets:
            for what, kind, body in board.controls(sheet):
                where = f"{sheet.where}, control {body.get(f'{what.title()}ControlId')}"
                name = str(body.get("SourceParameterName"))
                if what == "parameter" and body.get("Type") == "MULTI_SELECT" and name in single:
                    yield f"{where} lets people choose several values; parameter {name} takes one"
                if kind == "Slider" and not _climbs(body):
                    got = f"{body.get('MinimumValue')} to {body.get('MaximumValue')} by {body.get('StepSize')}"
                    yield f"{where}: a slider climbs by steps from its minimum to its maximum; got {got}"


def _climbs(slider: Json) -> bool:
    low, high, step = (float(slider.get(key, 0)) for key in ("MinimumValue", "MaximumValue", "StepSize"))
    return low < high and 0 < step <= high - low


RULES = (sources, types, values)
