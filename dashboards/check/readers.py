"""Who looks at a dashboard, and what they may not read.

A visual with one column that its reader may not read is not shown at all: it says that access is restricted
(https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-column-level-security.html).
"""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.scene import Scene
from dashboards.nearest import suggestion

_SHOWN = frozenset({"visual", "control", "filter group"})


def unknown(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for group in board.dashboard.readers:
            if group not in scene.groups:
                yield f"{board.where} is for group {group}, which does not exist{suggestion(group, scene.groups)}"
    for data_set in scene.data_sets:
        for group in data_set.personal_readers:
            if group not in scene.groups:
                near = suggestion(group, scene.groups)
                yield f"data set {data_set.name}: personal columns are for group {group}, which does not exist{near}"


def nobody(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        if not board.dashboard.readers:
            yield f"{board.where} has no readers"
    for data_set in scene.data_sets:
        personal = [column.name for column in data_set.columns if column.personal]
        if personal and not data_set.personal_readers:
            yield f"data set {data_set.name} has personal columns ({', '.join(personal)}) and nobody who may read them"


def personal_calculations(scene: Scene) -> Iterator[str]:
    """Find columns that a data set calculates from personal ones: it restricts those that it takes, and no others."""
    for data_set in scene.data_sets:
        for column in data_set.calculated:
            if scene.columns[data_set.id][column.name].personal:
                yield (
                    f"data set {data_set.name}: {column.name} is calculated from a personal column, and nothing "
                    "restricts it; let SQL compute it, and mark it personal"
                )


def personal_columns(scene: Scene) -> Iterator[str]:
    """Find visuals and filters with a column that readers of the dashboard may not read."""
    for board in scene.boards:
        allowed = {data_set.id: set(data_set.personal_readers) for data_set in board.dashboard.data_sets}
        for part in board.parts:
            for found in part.identifiers if part.kind in _SHOWN else ():
                known = board.known(found)
                kept = [
                    group
                    for group in board.dashboard.readers
                    if group in scene.groups and group not in allowed.get(str(found.get("DataSetIdentifier")), ())
                ]
                if known and known.personal and kept:
                    yield (
                        f"{part.where} shows column {known.name} of {found['DataSetIdentifier']}, which is personal; "
                        f"{', '.join(kept)} may not read it and would not see the visual"
                    )


RULES = (unknown, nobody, personal_calculations, personal_columns)
