"""Controls: what they set, and whether they fit it."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.definition import Control
from dashboards.check.filters import works_on
from dashboards.check.scene import Scene
from dashboards.nearest import suggestion
from dashboards.walk import Json

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
        for control in board.controls:
            if control.sets == "filter" and control.source not in known:
                near = suggestion(control.source, known)
                yield f"{control.where} sets filter {control.source}, which does not exist{near}"


def reach(scene: Scene) -> Iterator[str]:
    """Let a control stand where its filter works: elsewhere it changes nothing that its reader sees."""
    for board in scene.boards:
        groups = {str(body.get("FilterId")): group for group, _, body in board.filters}
        for sheet in board.sheets:
            for control in sheet.controls:
                group = groups.get(control.source) if control.sets == "filter" else None
                if group is not None and not works_on(group, sheet.id):
                    yield f"{control.where} sets filter {control.source}, which does not work on the sheet"


def types(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        filters = {str(body.get("FilterId")): kind for _, kind, body in board.filters}
        for control in board.controls:
            of_filter = control.sets == "filter"
            got = filters.get(control.source) if of_filter else board.parameters.get(control.source)
            expected = (_FILTERS if of_filter else _PARAMETERS).get(control.kind)
            if got and expected and got not in expected:
                yield f"{control.where}: a {control.kind} sets {' or '.join(expected)}; got {got}"


def values(scene: Scene) -> Iterator[str]:
    """Several values can be chosen only for a parameter that takes several."""
    for board in scene.boards:
        single = {
            str(body.get("Name")) for _, body in board.declarations if body.get("ParameterValueType") == "SINGLE_VALUED"
        }
        for control in board.controls:
            body = control.body
            several = control.sets == "parameter" and body.get("Type") == "MULTI_SELECT"
            if several and control.source in single:
                yield f"{control.where} lets people choose several values; parameter {control.source} takes one"
            if control.kind == "Slider" and not _climbs(body):
                got = f"{body.get('MinimumValue')} to {body.get('MaximumValue')} by {body.get('StepSize')}"
                yield f"{control.where}: a slider climbs by steps from its minimum to its maximum; got {got}"


def defaults(scene: Scene) -> Iterator[str]:
    """Let a parameter begin with a value that its control offers."""
    for board in scene.boards:
        begun = {
            str(body.get("Name")): body.get("DefaultValues", {}).get("StaticValues") for _, body in board.declarations
        }
        for control in board.controls:
            given = begun.get(control.source) if control.sets == "parameter" else None
            for value in given if isinstance(given, list) else ():
                if not _offers(control, value):
                    yield f"{control.where} does not offer {value!r}, with which parameter {control.source} begins"


def _offers(control: Control, value: object) -> bool:
    if control.kind == "Slider" and isinstance(value, int | float):
        return bool(control.body.get("MinimumValue", 0) <= value <= control.body.get("MaximumValue", 0))
    offered = control.body.get("SelectableValues", {}).get("Values")
    return not isinstance(offered, list) or value in offered


def _climbs(slider: Json) -> bool:
    low, high, step = (float(slider.get(key, 0)) for key in ("MinimumValue", "MaximumValue", "StepSize"))
    return low < high and 0 < step <= high - low


RULES = (sources, reach, types, values, defaults)
