"""Row-level security: who has no rule sees nothing, and a rule that is empty shows everything.

https://docs.aws.amazon.com/quicksight/latest/user/row-level-security.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dashboards.check.scene import Scene
from dashboards.model import DataSet, RowAccess
from dashboards.nearest import suggestion

# "You can assign up to 50 tag keys": https://docs.aws.amazon.com/quicksight/latest/user/quicksight-dev-rls-tags.html
MAXIMUM_TAGS = 50
# A cell of the rules lists its values with commas, and may quote them.
_RESERVED = frozenset(',"')


def columns(scene: Scene) -> Iterator[str]:
    """Tell rows apart by columns of text that the data set has."""
    for data_set, access in _restricted(scene):
        known = scene.columns[data_set.id]
        for name in access.columns:
            if name not in known:
                near = suggestion(name, known)
                yield f"data set {data_set.name}: row-level security by column {name}, which does not exist{near}"
            elif known[name].type not in (None, "STRING"):
                got = known[name].type
                yield f"data set {data_set.name}: row-level security by column {name}, which is {got}; expected STRING"
        if not access.columns:
            yield f"data set {data_set.name}: row-level security needs a column"


def rules(scene: Scene) -> Iterator[str]:
    for data_set, access in _restricted(scene):
        where = f"data set {data_set.name}: row-level security"
        if not access.rules:
            yield f"{where} has no rules; expected one for each group that may see rows"
        for rule in access.rules:
            if rule.group not in scene.groups:
                yield f"{where} of group {rule.group}, which does not exist{suggestion(rule.group, scene.groups)}"
            for name, values in rule.values.items():
                if name not in access.columns:
                    near = suggestion(name, access.columns)
                    yield f"{where} of group {rule.group} by column {name}, which is not among its columns{near}"
                if not values or any(not value.strip() or _RESERVED & set(value) for value in values):
                    wrong = "a value is missing, empty, or has a comma or a quote"
                    yield f"{where} of group {rule.group} by column {name}: {wrong}; got {list(values)}"
        for group, count in Counter(rule.group for rule in access.rules).items():
            if count > 1:
                yield f"{where} has {count} rules of group {group}; expected one"


def tags(scene: Scene) -> Iterator[str]:
    for data_set, access in _restricted(scene):
        where = f"data set {data_set.name}: row-level security"
        for tag, column in access.tags.items():
            if column not in access.columns:
                near = suggestion(column, access.columns)
                yield f"{where} by tag {tag} of column {column}, which is not among its columns{near}"
        if len(access.tags) > MAXIMUM_TAGS:
            yield f"{where} has {len(access.tags)} tags; QuickSight takes {MAXIMUM_TAGS}"


def readers_without_rule(scene: Scene) -> Iterator[str]:
    """Find readers and authors, who own all dashboards, who may open one and see it empty."""
    authors = [group.name for group in scene.collection.groups if group.authors]
    ruled = {data_set.id: {rule.group for rule in access.rules} for data_set, access in _restricted(scene)}
    for board in scene.boards:
        for data_set in board.dashboard.data_sets:
            # Where there are no rules at all, another rule says so.
            for group in (*board.dashboard.readers, *authors) if ruled.get(data_set.id) else ():
                if group in scene.groups and group not in ruled[data_set.id]:
                    missing = f"no rule in data set {data_set.name}"
                    yield f"{board.where}: readers {group} have {missing} and would see no row of it"


def _restricted(scene: Scene) -> Iterator[tuple[DataSet, RowAccess]]:
    return ((data_set, data_set.row_access) for data_set in scene.data_sets if data_set.row_access)


RULES = (columns, rules, tags, readers_without_rule)
