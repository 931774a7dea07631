"""Declarations of data sets."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.scene import Scene
from dashboards.model import ColumnType, GeographicRole
from dashboards.nearest import suggestion

# https://docs.aws.amazon.com/quicksight/latest/user/geospatial-data-prep.html
_ROLES: dict[GeographicRole, tuple[ColumnType, ...]] = {
    "COUNTRY": ("STRING",),
    "STATE": ("STRING",),
    "COUNTY": ("STRING",),
    "CITY": ("STRING",),
    "POSTCODE": ("STRING", "INTEGER"),
    "LATITUDE": ("DECIMAL", "INTEGER"),
    "LONGITUDE": ("DECIMAL", "INTEGER"),
}


def geographic_roles(scene: Scene) -> Iterator[str]:
    for data_set in scene.data_sets:
        for column in data_set.columns:
            role = column.geographic_role
            known = scene.columns[data_set.id][column.name].type
            if role and known and known not in _ROLES[role]:
                got = f"{column.name} is {known}"
                yield f"data set {data_set.name}: {role} is the role of {' or '.join(_ROLES[role])}; {got}"


def unused(scene: Scene) -> Iterator[str]:
    """Find data sets that cost SPICE and refreshes for nobody."""
    shown = {data_set.id for board in scene.boards for data_set in board.dashboard.data_sets}
    for data_set in scene.data_sets:
        if data_set.id not in shown:
            yield f"data set {data_set.name} is used by no dashboard"


def not_of_the_collection(scene: Scene) -> Iterator[str]:
    """Let dashboards show the very data sets that are deployed."""
    for board in scene.boards:
        for data_set in board.dashboard.data_sets:
            if data_set not in scene.data_sets:
                near = suggestion(data_set.name, (other.name for other in scene.data_sets))
                yield f"{board.where} shows data set {data_set.name}, which the collection does not have{near}"


def not_shown(scene: Scene) -> Iterator[str]:
    """Find what a dashboard declares, and neither shows nor offers as values of a control."""
    for board in scene.boards:
        shown = [part for part in board.parts if part.kind in ("visual", "control", "parameter")]
        used = {found.get("DataSetIdentifier") for part in shown for found in part.objects}
        for data_set in board.dashboard.data_sets:
            if data_set.id not in used:
                yield f"{board.where} declares data set {data_set.name}, and neither a visual nor a control shows it"


def without_query(scene: Scene) -> Iterator[str]:
    """Find data sets without anything to read."""
    for data_set in scene.data_sets:
        if data_set.sql is None and len(data_set.tables) != 1:
            got = ", ".join(data_set.tables) or "none"
            yield f"data set {data_set.name} has no SQL, so it reads one table; got {got}"
        if data_set.sql is not None and not data_set.sql.strip():
            yield f"data set {data_set.name} has an empty query"
        if not data_set.columns:
            yield f"data set {data_set.name} has no columns"


RULES = (geographic_roles, unused, not_of_the_collection, not_shown, without_query)
