"""The grid of a sheet.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GridLayoutElement.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from dashboards.check.definition import Sheet
from dashboards.check.scene import Scene
from dashboards.nearest import suggestion
from dashboards.walk import Json

COLUMNS = 36
ROWS_OF_AN_ELEMENT = 21


def elements(scene: Scene) -> Iterator[str]:
    """Lay out what exists, once, as what it is."""
    for sheet in _sheets(scene):
        things = _things(sheet)
        for element in _elements(sheet):
            name, kind = str(element.get("ElementId")), element.get("ElementType")
            if name not in things:
                near = suggestion(name, things)
                yield f"{sheet.where}: the layout has a place for {name}, which is not on the sheet{near}"
            elif things[name] != kind:
                yield f"{sheet.where}: the layout takes {name} for a {kind}; it is a {things[name]}"
        for name, count in Counter(str(element.get("ElementId")) for element in _elements(sheet)).items():
            if count > 1:
                yield f"{sheet.where}: the layout has {count} places for {name}"


def outside(scene: Scene) -> Iterator[str]:
    """Give a place to all that is on a sheet; controls go to its top without one."""
    for sheet in _sheets(scene):
        placed = {str(element.get("ElementId")) for element in _elements(sheet)}
        for name, kind in _things(sheet).items():
            if kind in {"VISUAL", "TEXT_BOX", "IMAGE"} and name not in placed:
                yield f"{sheet.where}: {kind.lower().replace('_', ' ')} {name} has no place in the layout"


def overflow(scene: Scene) -> Iterator[str]:
    for sheet in _sheets(scene):
        for element in _elements(sheet):
            name = element.get("ElementId")
            first, span = int(element.get("ColumnIndex", 0)), int(element.get("ColumnSpan", 0))
            if first < 0 or span < 1 or first + span > COLUMNS:
                taken = f"columns {first} to {first + span - 1}"
                yield f"{sheet.where}: {name} takes {taken}; the grid has 0 to {COLUMNS - 1}"
            row, rows = int(element.get("RowIndex", 0)), int(element.get("RowSpan", 0))
            if row < 0 or not 1 <= rows <= ROWS_OF_AN_ELEMENT:
                yield f"{sheet.where}: {name} is {rows} rows high, from row {row}; expected 1 to {ROWS_OF_AN_ELEMENT}"


def overlaps(scene: Scene) -> Iterator[str]:
    for sheet in _sheets(scene):
        for grid in (*_grids(sheet, "Layouts"), *_grids(sheet, "SheetControlLayouts")):
            placed = [each for each in grid.get("Elements", ()) if "ColumnIndex" in each and "RowIndex" in each]
            for one, other in combinations(placed, 2):
                names = (one.get("ElementId"), other.get("ElementId"))
                if names[0] != names[1] and _meet(one, other, "Column") and _meet(one, other, "Row"):
                    yield f"{sheet.where}: {names[0]} and {names[1]} lie over each other"


def _meet(one: Json, other: Json, axis: str) -> bool:
    index, span = f"{axis}Index", f"{axis}Span"
    return bool(one[index] < other[index] + other.get(span, 0) and other[index] < one[index] + one.get(span, 0))


def _sheets(scene: Scene) -> Iterator[Sheet]:
    """Give the sheets that have a grid; others are arranged by QuickSight, or free."""
    return (sheet for board in scene.boards for sheet in board.sheets if _grids(sheet, "Layouts"))


def _grids(sheet: Sheet, key: str) -> list[Json]:
    layouts = sheet.body.get(key, ())
    return [grid for layout in layouts if (grid := layout.get("Configuration", {}).get("GridLayout"))]


def _elements(sheet: Sheet) -> list[Json]:
    """Give the elements of both grids: that of the sheet, and that of the controls above it."""
    grids = (*_grids(sheet, "Layouts"), *_grids(sheet, "SheetControlLayouts"))
    return [element for grid in grids for element in grid.get("Elements", ())]


def _things(sheet: Sheet) -> dict[str, str]:
    """Give the type of everything on a sheet by its id."""
    things = {visual.id: "VISUAL" for visual in sheet.visuals}
    things |= {str(box.get("SheetTextBoxId")): "TEXT_BOX" for box in sheet.body.get("TextBoxes", ())}
    things |= {str(image.get("SheetImageId")): "IMAGE" for image in sheet.body.get("Images", ())}
    return things | {control.id: f"{control.sets.upper()}_CONTROL" for control in sheet.controls}


RULES = (elements, outside, overflow, overlaps)
