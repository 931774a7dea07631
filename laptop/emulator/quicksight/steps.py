# ruff: noqa: S608 (making SQL is what this module is for)
"""The steps of data preparation: each makes a query of the one before. Pure.

Source: `PhysicalTable` and `TransformStep` of the API reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from laptop.emulator.quicksight import filters
from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import ExpressionError, parse
from laptop.emulator.quicksight.typed_sql import SQL_TYPES
from laptop.emulator.registry import Json, NotImplementedOnLaptop
from laptop.emulator.sql import quoted

_ATHENA_CATALOG = "AwsDataCatalog"
# "Amazon QuickSight accepts Boolean values by promoting them to integers."
_PROMOTED = {"BOOLEAN": "INTEGER", "BIT": "INTEGER"}
_TYPES = frozenset({"STRING", "INTEGER", "DECIMAL", "DATETIME"})


class PreparationError(ValueError):
    """A data set that AWS would refuse: it has a column that is not there, or a step that is incomplete."""


@dataclass(frozen=True)
class Column:
    """A column of a data set; `id` is by what steps of the new data preparation may know it."""

    name: str
    type: str
    id: str = ""
    description: str = ""


@dataclass(frozen=True)
class Prepared:
    """The query of a data set, in Athena's dialect, and the columns of its result."""

    sql: str
    columns: tuple[Column, ...]
    data_source_arn: str

    @property
    def types(self) -> dict[str, str]:
        return {column.name: column.type for column in self.columns}


def refused(what: str) -> NotImplementedOnLaptop:
    return NotImplementedOnLaptop(f"{what} of a data set")


def member_of(union: Json, what: str) -> tuple[str, Json]:
    """Return the one member of a union, and its name."""
    if len(union) != 1:
        raise PreparationError(f"{what} must be of one kind; got {' and '.join(union) or 'none'}")
    ((kind, body),) = union.items()
    return kind, body


def physical(table: Json) -> Prepared:
    kind, body = member_of(table, "a physical table")
    if kind == "CustomSql":
        source = f"(\n{body['SqlQuery'].strip().rstrip(';')}\n)"
        declared = body.get("Columns") or []
    elif kind == "RelationalTable":
        source = _relation(body)
        declared = body["InputColumns"]
    else:
        raise refused(kind)
    columns = tuple(_column(column) for column in declared)
    require_unique(column.name for column in columns)
    if not columns:
        raise PreparationError(f"a {kind} must declare its columns; got none")
    listed = ", ".join(_selected(column, original) for column, original in zip(columns, declared, strict=True))
    return Prepared(f"SELECT {listed} FROM {source} AS source_table", columns, body["DataSourceArn"])


def _relation(table: Json) -> str:
    if table.get("Catalog", _ATHENA_CATALOG) != _ATHENA_CATALOG:
        raise refused(f"Catalog {table['Catalog']}")
    parts = [table[member] for member in ("Schema", "Name") if table.get(member)]
    return ".".join(quoted(part) for part in parts)


def _column(declared: Json) -> Column:
    kind = _PROMOTED.get(declared["Type"], declared["Type"])
    if kind not in _TYPES:
        raise refused(f"column {declared['Name']} of type {declared['Type']}")
    return Column(declared["Name"], kind, declared.get("Id", ""))


def _selected(column: Column, declared: Json) -> str:
    name = quoted(column.name)
    return f"CAST({name} AS bigint) AS {name}" if declared["Type"] in _PROMOTED else name


def require_unique(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PreparationError(f"columns of a data set must have different names; got {name} twice")
        seen.add(name)


def mapped(prepared: Prepared, source: Json) -> Prepared:
    """Give columns the ids by which the next step knows them."""
    new = {mapping["SourceColumnId"]: mapping["TargetColumnId"] for mapping in source.get("ColumnIdMappings") or []}
    unknown = sorted(new.keys() - {column.id for column in prepared.columns})
    if unknown:
        raise PreparationError(f"ColumnIdMappings must be of columns of the source; got {', '.join(unknown)}")
    columns = tuple(replace(column, id=new.get(column.id, column.id)) for column in prepared.columns)
    return replace(prepared, columns=columns)


def find(prepared: Prepared, name: str) -> Column:
    for column in prepared.columns:
        if name in {column.name, column.id}:
            return column
    known = ", ".join(column.name for column in prepared.columns)
    raise PreparationError(f"a step must use columns that exist ({known}); got {name}")


def project(prepared: Prepared, step: Json) -> Prepared:
    kept = tuple(find(prepared, name) for name in step["ProjectedColumns"])
    require_unique(column.name for column in kept)
    listed = ", ".join(quoted(column.name) for column in kept)
    return replace(prepared, sql=f"SELECT {listed} FROM ({prepared.sql}) AS projected", columns=kept)


def rename(prepared: Prepared, step: Json) -> Prepared:
    new = {}
    for change in step["RenameColumnOperations"]:
        new[find(prepared, change["ColumnName"]).name] = change["NewColumnName"]
    columns = tuple(replace(column, name=new.get(column.name, column.name)) for column in prepared.columns)
    require_unique(column.name for column in columns)
    listed = ", ".join(
        f"{quoted(before.name)} AS {quoted(after.name)}"
        for before, after in zip(prepared.columns, columns, strict=True)
    )
    return replace(prepared, sql=f"SELECT {listed} FROM ({prepared.sql}) AS renamed", columns=columns)


def cast(prepared: Prepared, step: Json) -> Prepared:
    kinds: dict[str, str] = {}
    for change in step["CastColumnTypeOperations"]:
        if change.get("Format"):
            raise refused(f"Format of the cast of {change['ColumnName']}")
        kinds[find(prepared, change["ColumnName"]).name] = change["NewColumnType"]
    listed = ", ".join(
        f"CAST({name} AS {SQL_TYPES[kinds[column.name]]}) AS {name}" if column.name in kinds else name
        for column in prepared.columns
        for name in [quoted(column.name)]
    )
    columns = tuple(replace(column, type=kinds.get(column.name, column.type)) for column in prepared.columns)
    return replace(prepared, sql=f"SELECT {listed} FROM ({prepared.sql}) AS cast_columns", columns=columns)


def create(prepared: Prepared, step: Json) -> Prepared:
    for column in step["Columns"]:
        name = column["ColumnName"]
        try:
            typed = compile_column(parse(column["Expression"]), prepared.types)
        except ExpressionError as error:
            raise PreparationError(f"calculated column {name}: {error}") from error
        added = Column(name, str(typed.type), column["ColumnId"])
        columns = (*prepared.columns, added)
        require_unique(each.name for each in columns)
        # Each in a query of its own: it may use those before it.
        sql = f"SELECT *, {typed.sql} AS {quoted(name)} FROM ({prepared.sql}) AS calculated"
        prepared = replace(prepared, sql=sql, columns=columns)
    return prepared


def filtered(prepared: Prepared, step: Json) -> Prepared:
    for operation in step["FilterOperations"]:
        try:
            condition = filters.condition(operation, prepared.types)
        except ExpressionError as error:
            raise PreparationError(f"filter: {error}") from error
        prepared = replace(prepared, sql=f"SELECT * FROM ({prepared.sql}) AS filtered WHERE {condition}")
    return prepared


STEPS = {
    "ProjectStep": project,
    "RenameColumnsStep": rename,
    "CastColumnTypesStep": cast,
    "CreateColumnsStep": create,
    "FiltersStep": filtered,
}
