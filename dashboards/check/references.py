"""Names of something else: data sets, columns, sheets, visuals, fields."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.definition import Sheet
from dashboards.check.scene import Scene
from dashboards.nearest import suggestion
from dashboards.walk import objects


def data_sets(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for part in board.parts:
            for found in part.objects:
                name = found.get("DataSetIdentifier")
                if name is not None and name not in board.columns:
                    near = suggestion(name, board.columns)
                    yield f"{part.where} names data set {name}, which the dashboard does not declare{near}"


def columns(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for part in board.parts:
            for found in part.identifiers:
                data_set, name = str(found.get("DataSetIdentifier")), str(found["ColumnName"])
                if data_set in board.columns and name not in board.columns[data_set]:
                    near = suggestion(name, board.columns[data_set])
                    yield f"{part.where} names column {name}, which {data_set} does not have{near}"


def sort_fields(scene: Scene) -> Iterator[str]:
    """Sort, format and act upon a visual by its own fields."""
    for board in scene.boards:
        for _, visual in board.visuals:
            own = {field.id for field in visual.fields}
            rest = {
                key: value for key, value in visual.configuration.items() if key not in {"FieldWells", "Computations"}
            }
            others = [rest, visual.body.get("ConditionalFormatting"), visual.body.get("Actions")]
            for found in objects(others):
                for key in ("FieldId", "SourceField"):
                    name = found.get(key)
                    if name is not None and name not in own:
                        yield f"{visual.where} names field {name}, which is in none of its wells{suggestion(name, own)}"


def action_targets(scene: Scene) -> Iterator[str]:
    """Where a click leads: to a sheet of the dashboard, to visuals of the same sheet."""
    for board in scene.boards:
        sheets = {sheet.id for sheet in board.sheets}
        for sheet, visual in board.visuals:
            for found in objects(visual.body.get("Actions", ())):
                target = found.get("TargetSheetId")
                if target is not None and target not in sheets:
                    yield f"{visual.where} leads to sheet {target}, which does not exist{suggestion(target, sheets)}"
                for name in found.get("TargetVisuals", ()):
                    if name not in _visuals(sheet):
                        near = suggestion(name, _visuals(sheet))
                        yield f"{visual.where} filters visual {name}, which is not on the sheet{near}"


def _visuals(sheet: Sheet) -> set[str]:
    return {visual.id for visual in sheet.visuals}


RULES = (data_sets, columns, sort_fields, action_targets)
