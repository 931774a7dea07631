"""The real collection, to be spoiled."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from lake_common.contract import Contract

from contracts.loader import load_contracts
from dashboards.catalog import load
from dashboards.check import Problem, examine
from dashboards.model import Collection, DataSet, RowAccess
from dashboards.walk import objects

CONTRACTS = load_contracts()
COLLECTION = load(CONTRACTS)
Json = dict[str, Any]


class Draft:
    """A copy of the collection whose definitions, data sets and readers can be changed."""

    def __init__(self, collection: Collection = COLLECTION) -> None:
        self._base = collection
        self.definitions: dict[str, Json] = {
            each.name: deepcopy(dict(each.definition)) for each in collection.dashboards
        }
        self.readers = {each.name: each.readers for each in collection.dashboards}
        self.shown = {each.name: [data_set.name for data_set in each.data_sets] for each in collection.dashboards}
        self.data_sets = {each.name: each for each in collection.data_sets}
        self.groups = list(collection.groups)

    def collection(self) -> Collection:
        dashboards = tuple(
            replace(
                each,
                definition=self.definitions[each.name],
                readers=self.readers[each.name],
                data_sets=tuple(self.data_sets[name] for name in self.shown[each.name]),
            )
            for each in self._base.dashboards
        )
        return replace(
            self._base, data_sets=tuple(self.data_sets.values()), dashboards=dashboards, groups=tuple(self.groups)
        )

    def change(self, data_set: str, /, **changes: Any) -> None:
        self.data_sets[data_set] = replace(self.data_sets[data_set], **changes)

    def column(self, data_set: str, name: str, /, **changes: Any) -> None:
        """Change a column, or a calculated column, of a data set."""
        given = self.data_sets[data_set]
        self.change(
            data_set,
            columns=tuple(replace(each, **changes) if each.name == name else each for each in given.columns),
            calculated=tuple(replace(each, **changes) if each.name == name else each for each in given.calculated),
        )

    def refresh(self, data_set: str, **changes: Any) -> None:
        """Change the first refresh of a data set."""
        first, *others = self.data_sets[data_set].refreshes
        self.change(data_set, refreshes=(replace(first, **changes), *others))

    def access(self, data_set: str, **changes: Any) -> None:
        given = self.data_sets[data_set].row_access
        assert isinstance(given, RowAccess)
        self.change(data_set, row_access=replace(given, **changes))

    def sheet(self, dashboard: str, number: int = 0) -> Json:
        found: Json = self.definitions[dashboard]["Sheets"][number]
        return found

    def visual(self, kind: str, dashboard: str = "orders") -> Json:
        """Give the first visual of a kind."""
        return next(self.visuals(kind, dashboard))

    def visuals(self, kind: str, dashboard: str = "orders") -> Iterator[Json]:
        for sheet in self.definitions[dashboard]["Sheets"]:
            yield from (union[kind] for union in sheet["Visuals"] if kind in union)

    def fields(self, kind: str, dashboard: str = "orders", visual: str = "") -> Iterator[Json]:
        """Give the fields of a kind in visuals, or in those of a kind."""
        for sheet in self.definitions[dashboard]["Sheets"]:
            for union in sheet["Visuals"]:
                if not visual or visual in union:
                    yield from (found[kind] for found in objects(union) if kind in found)

    def filters(self, kind: str, dashboard: str = "orders") -> Iterator[Json]:
        for group in self.definitions[dashboard]["FilterGroups"]:
            yield from (union[kind] for union in group["Filters"] if kind in union)

    def controls(self, kind: str, what: str = "Parameter", dashboard: str = "orders") -> Iterator[Json]:
        for sheet in self.definitions[dashboard]["Sheets"]:
            yield from (union[kind] for union in sheet.get(f"{what}Controls", ()) if kind in union)

    def elements(self, dashboard: str = "orders", sheet: int = 0) -> list[Json]:
        """Give the elements of a sheet's grid."""
        found: list[Json] = self.sheet(dashboard, sheet)["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
        return found

    def group(self, number: int = 0, dashboard: str = "orders") -> Json:
        found: Json = self.definitions[dashboard]["FilterGroups"][number]
        return found


Edit = Callable[[Draft], object]


def spoiled(edit: Edit, contracts: Sequence[Contract] = CONTRACTS) -> list[Problem]:
    """Apply an edit to the real collection and give what is found."""
    draft = Draft()
    edit(draft)
    return examine(draft.collection(), contracts)


def first_numeric(data_set: DataSet) -> str:
    return next(column.name for column in data_set.columns if column.type in {"INTEGER", "DECIMAL"})
