"""Filters: what they compare, and which visuals they reach."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.definition import Sheet
from dashboards.check.scene import Board, Scene
from dashboards.model import ColumnType
from dashboards.nearest import suggestion
from dashboards.walk import Json, objects

# "A CategoryFilter filters text values", "A NumericRangeFilter filters values that are between ...":
# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
_TYPES: dict[str, tuple[ColumnType, ...]] = {
    "CategoryFilter": ("STRING", "BOOLEAN"),
    "NumericRangeFilter": ("INTEGER", "DECIMAL", "BOOLEAN"),
    "NumericEqualityFilter": ("INTEGER", "DECIMAL", "BOOLEAN"),
    "TimeEqualityFilter": ("DATETIME",),
    "TimeRangeFilter": ("DATETIME",),
    "RelativeDatesFilter": ("DATETIME",),
}
_PARAMETERS: dict[str, tuple[ColumnType, ...]] = {
    "CategoryFilter": ("STRING",),
    "NumericRangeFilter": ("INTEGER", "DECIMAL"),
    "NumericEqualityFilter": ("INTEGER", "DECIMAL"),
    "TimeEqualityFilter": ("DATETIME",),
    "TimeRangeFilter": ("DATETIME",),
    "RelativeDatesFilter": ("INTEGER",),
    "TopBottomFilter": ("INTEGER",),
}


def types(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for _, kind, body in board.filters:
            known = board.known(body.get("Column", {}))
            expected = _TYPES.get(kind)
            if known and known.type and expected and known.type not in expected:
                got = f"{known.name} is {known.type}"
                yield f"{board.where}, filter {body.get('FilterId')}: a {kind} takes {' or '.join(expected)}; {got}"


def parameter_types(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for _, kind, body in board.filters:
            for found in objects(body):
                name = found.get("ParameterName", found.get("Parameter"))
                got = board.parameters.get(name) if isinstance(name, str) else None
                if got and got not in _PARAMETERS.get(kind, (got,)):
                    where = f"{board.where}, filter {body.get('FilterId')}"
                    yield f"{where}: parameter {name} is {got}; expected {' or '.join(_PARAMETERS[kind])}"


def scopes(scene: Scene) -> Iterator[str]:
    """Let filters reach sheets and visuals that exist."""
    for board in scene.boards:
        sheets = {sheet.id: sheet for sheet in board.sheets}
        for group in board.definition.get("FilterGroups", ()):
            where = f"{board.where}, filter group {group.get('FilterGroupId')}"
            for scope in _scopes(group):
                wanted = str(scope.get("SheetId"))
                sheet = sheets.get(wanted)
                if sheet is None:
                    yield f"{where} is for sheet {wanted}, which does not exist{suggestion(wanted, sheets)}"
                    continue
                visuals = {visual.id for visual in sheet.visuals}
                for name in scope.get("VisualIds", ()):
                    if name not in visuals:
                        near = suggestion(name, visuals)
                        yield f"{where} is for visual {name}, which is not on sheet {sheet.id}{near}"
                if scope.get("Scope") == "SELECTED_VISUALS" and not scope.get("VisualIds"):
                    yield f"{where} is for selected visuals of sheet {sheet.id} and selects none"


def without_effect(scene: Scene) -> Iterator[str]:
    """Demand a visual of the filtered data set within the scope."""
    for board in scene.boards:
        for group in board.definition.get("FilterGroups", ()):
            if group.get("CrossDataset") == "ALL_DATASETS" or not _known_scope(board, group):
                continue
            names = {
                str(found["DataSetIdentifier"])
                for found in objects(group.get("Filters", ()))
                if "DataSetIdentifier" in found
            }
            shown = _shown(board, group)
            if names <= board.columns.keys() and not names & shown:
                where = f"{board.where}, filter group {group.get('FilterGroupId')}"
                yield f"{where} filters {', '.join(sorted(names)) or 'nothing'}, of which its scope shows nothing"


def works_on(group: Json, sheet: str) -> bool:
    """Tell whether a filter group reaches a sheet, or a visual of it."""
    everywhere = "AllSheets" in group.get("ScopeConfiguration", {})
    return everywhere or sheet in {str(scope.get("SheetId")) for scope in _scopes(group)}


def _scopes(group: Json) -> list[Json]:
    selected = group.get("ScopeConfiguration", {}).get("SelectedSheets", {})
    return list(selected.get("SheetVisualScopingConfigurations", ()))


def _known_scope(board: Board, group: Json) -> bool:
    return {str(scope.get("SheetId")) for scope in _scopes(group)} <= {sheet.id for sheet in board.sheets}


def _shown(board: Board, group: Json) -> set[str]:
    """Name the data sets of the visuals that a filter group reaches."""
    scopes = {str(scope.get("SheetId")): scope for scope in _scopes(group)}
    reached = [sheet for sheet in board.sheets if works_on(group, sheet.id)]
    return {name for sheet in reached for name in _data_sets(sheet, scopes.get(sheet.id, {}))}


def _data_sets(sheet: Sheet, scope: Json) -> Iterator[str]:
    selected = scope.get("VisualIds", ()) if scope.get("Scope") == "SELECTED_VISUALS" else None
    known = {visual.id for visual in sheet.visuals}
    for visual in sheet.visuals:
        # A selected visual that does not exist is named by another rule, and may have been any.
        if selected is None or visual.id in selected or not set(selected) <= known:
            yield from (data_set for data_set, _ in visual.uses)


RULES = (types, parameter_types, scopes, without_effect)
