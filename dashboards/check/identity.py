"""Names and ids: unique, and such as QuickSight takes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from dashboards.check.scene import Board, Scene
from dashboards.walk import Json

# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetDefinition.html and the pages it links to
_ID = re.compile(r"[\w\-]{1,512}")
_PARAMETER = re.compile(r"[a-zA-Z0-9]{1,2048}")
# Ours: parts of ids in QuickSight, in file names and in templates.
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_IDS = {
    "SheetId": "sheet",
    "VisualId": "visual",
    "FilterGroupId": "filter group",
    "FilterId": "filter",
    "ParameterControlId": "parameter control",
    "FilterControlId": "filter control",
    "SheetTextBoxId": "text box",
    "SheetImageId": "image",
    "CustomActionId": "action",
}
_DECLARING = frozenset({"visual", "control", "sheet", "filter group"})


def duplicates_of_the_collection(scene: Scene) -> Iterator[str]:
    """Count names of data sets, dashboards and groups, and what is in a data set."""
    collection = scene.collection
    yield from _twice("the collection", "data set", (each.name for each in collection.data_sets))
    yield from _twice("the collection", "dashboard", (each.name for each in collection.dashboards))
    yield from _twice("the collection", "group", (each.name for each in collection.groups))
    for data_set in collection.data_sets:
        columns = [column.name for column in data_set.columns] + [column.name for column in data_set.calculated]
        yield from _twice(f"data set {data_set.name}", "column", columns)
        yield from _twice(f"data set {data_set.name}", "refresh", (refresh.id for refresh in data_set.refreshes))


def duplicates_of_a_dashboard(scene: Scene) -> Iterator[str]:
    """Count ids of what a definition declares, in all of the dashboard."""
    for board in scene.boards:
        for kind, ids in _declared(board).items():
            yield from _twice(board.where, kind, ids)
        fields = (
            (str(entry.get("DataSetIdentifier")), str(entry.get("Name")))
            for entry in board.definition.get("CalculatedFields", ())
        )
        yield from _twice(board.where, "calculated field", (f"{name} of {data_set}" for data_set, name in fields))
        yield from _shadows(scene, board)


def duplicates_of_a_visual(scene: Scene) -> Iterator[str]:
    """Fields and computations have one id in their visual."""
    for board in scene.boards:
        for _, visual in board.visuals:
            yield from _twice(visual.where, "field", (field.id for field in visual.fields))
            ids = (str(body.get("ComputationId")) for _, body in visual.computations)
            yield from _twice(visual.where, "computation", ids)


def malformed(scene: Scene) -> Iterator[str]:
    """Ids consist of letters, digits, _ and -; names of parameters of letters and digits."""
    for data_set in scene.data_sets:
        if not _NAME.fullmatch(data_set.name):
            yield f"data set {data_set.name}: a name is of lower case, with hyphens between its parts"
    for board in scene.boards:
        if not _NAME.fullmatch(board.dashboard.name):
            yield f"{board.where}: a name is of lower case, with hyphens between its parts"
        for kind, ids in _declared(board).items():
            pattern = _PARAMETER if kind == "parameter" else _ID
            for name in ids:
                if not pattern.fullmatch(name):
                    yield f"{board.where}: {kind} {name!r} must match {pattern.pattern}"


def _declared(board: Board) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"parameter": [str(body.get("Name")) for _, body in board.declarations]}
    for part in board.parts:
        for node in part.objects if part.kind in _DECLARING else ():
            for member, name in node.items():
                if member in _IDS and not _refers(member, node):
                    found.setdefault(_IDS[member], []).append(str(name))
    return found


def _refers(member: str, node: Json) -> bool:
    """Tell whether a sheet's id names it, as in the scope of a filter, instead of declaring it."""
    return member == "SheetId" and "Scope" in node


def _shadows(scene: Scene, board: Board) -> Iterator[str]:
    for data_set, fields in board.calculations.items():
        for name in sorted(fields.keys() & scene.columns.get(data_set, {}).keys()):
            yield f"{board.where}: calculated field {name} has the name of a column of {data_set}"


def _twice(where: str, kind: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{where}: {kind} {name} is there {count} times; an id can be given once"


RULES = (duplicates_of_the_collection, duplicates_of_a_dashboard, duplicates_of_a_visual, malformed)
