"""A collection as the rules look at it: everything by its name, with words for where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lake_common.contract import Column, Contract

from dashboards.check.columns import Calculation, Known, calculation, declared, with_calculations
from dashboards.check.definition import Control, Part, Sheet, Visual, members, read_parts, read_sheet
from dashboards.model import Collection, ColumnType, Dashboard, DataSet, Definition
from dashboards.walk import Json

_PARAMETER_TYPES: Mapping[str, ColumnType] = {
    "StringParameterDeclaration": "STRING",
    "IntegerParameterDeclaration": "INTEGER",
    "DecimalParameterDeclaration": "DECIMAL",
    "DateTimeParameterDeclaration": "DATETIME",
}


@dataclass(frozen=True)
class Board:
    """A dashboard with what its definition declares."""

    dashboard: Dashboard
    where: str
    sheets: tuple[Sheet, ...]
    # Of each data set, by its identifier; with calculated fields of the dashboard.
    columns: Mapping[str, Mapping[str, Known]]
    calculations: Mapping[str, Mapping[str, Calculation]]
    parameters: Mapping[str, ColumnType]

    @property
    def definition(self) -> Definition:
        return self.dashboard.definition

    @property
    def visuals(self) -> Iterator[tuple[Sheet, Visual]]:
        return ((sheet, visual) for sheet in self.sheets for visual in sheet.visuals)

    @property
    def controls(self) -> Iterator[Control]:
        return (control for sheet in self.sheets for control in sheet.controls)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(read_parts(self.definition, self.sheets, self.where))

    @property
    def declarations(self) -> Iterator[tuple[str, Json]]:
        """Kind and body of each declaration of a parameter."""
        return members(self.definition.get("ParameterDeclarations", ()))

    @property
    def filters(self) -> Iterator[tuple[Json, str, Json]]:
        """Group, kind and body of each filter."""
        for group in self.definition.get("FilterGroups", ()):
            for kind, body in members(group.get("Filters", ())):
                yield group, kind, body

    def known(self, identifier: Json) -> Known | None:
        """Find the column that a ColumnIdentifier means."""
        return self.columns.get(str(identifier.get("DataSetIdentifier")), {}).get(str(identifier.get("ColumnName")))


@dataclass(frozen=True)
class Scene:
    """Everything that the rules look at."""

    collection: Collection
    tables: Mapping[str, Contract]
    # By `table.column`.
    sources: Mapping[str, Column]
    # By data set id.
    columns: Mapping[str, Mapping[str, Known]]
    boards: tuple[Board, ...]

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(group.name for group in self.collection.groups)

    @property
    def data_sets(self) -> tuple[DataSet, ...]:
        return self.collection.data_sets


def scene(collection: Collection, contracts: Sequence[Contract]) -> Scene:
    """Look at a collection beside the contracts."""
    sources = {f"{contract.name}.{column.name}": column for contract in contracts for column in contract.columns}
    shown = (data_set for dashboard in collection.dashboards for data_set in dashboard.data_sets)
    data_sets = {data_set.id: data_set for data_set in (*shown, *collection.data_sets)}
    columns = {
        name: with_calculations(declared(data_set, sources), calculations_of(data_set), {})
        for name, data_set in data_sets.items()
    }
    boards = tuple(_board(dashboard, columns) for dashboard in collection.dashboards)
    return Scene(collection, {contract.name: contract for contract in contracts}, sources, columns, boards)


def calculations_of(data_set: DataSet) -> dict[str, Calculation]:
    """Read the calculated columns of a data set."""
    return {column.name: calculation(column.name, column.expression, column.type) for column in data_set.calculated}


def _board(dashboard: Dashboard, columns: Mapping[str, Mapping[str, Known]]) -> Board:
    where = f"dashboard {dashboard.name}"
    definition = dashboard.definition
    parameters = {
        str(body.get("Name")): _PARAMETER_TYPES[kind]
        for kind, body in members(definition.get("ParameterDeclarations", ()))
        if kind in _PARAMETER_TYPES
    }
    calculations: dict[str, dict[str, Calculation]] = {}
    for entry in definition.get("CalculatedFields", ()):
        made = calculation(str(entry.get("Name")), str(entry.get("Expression")))
        calculations.setdefault(str(entry.get("DataSetIdentifier")), {})[made.name] = made
    known = {
        data_set.id: with_calculations(columns.get(data_set.id, {}), calculations.get(data_set.id, {}), parameters)
        for data_set in dashboard.data_sets
    }
    sheets = tuple(read_sheet(body, where) for body in definition.get("Sheets", ()))
    return Board(dashboard, where, sheets, known, calculations, parameters)
