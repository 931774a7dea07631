# ruff: noqa: S608 (making SQL is what this module is for)
"""The SQL of a data set: its physical table and the steps of its data preparation. Pure.

| what | supported |
|---|---|
| physical tables | RelationalTable and CustomSql of Athena |
| DataPrepConfiguration | one source; ImportTable, Project, RenameColumns, CastColumnTypes, CreateColumns, Filters |
| LogicalTableMap | one table of a physical one; Project, RenameColumn, CastColumnType, CreateColumns, Filter |

Everything else is refused by name: joins, unions, aggregations, pivots, parents that are data sets, parameters.
Source: `DataPrepConfiguration` and `LogicalTable` of the API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from laptop.emulator.quicksight import filters
from laptop.emulator.quicksight.expression_sql import SQL_TYPES, compile_column, identifier
from laptop.emulator.quicksight.expressions import ExpressionError, parse

Json = dict[str, Any]

_ATHENA_CATALOG = "AwsDataCatalog"
# "Amazon QuickSight accepts Boolean values by promoting them to integers."
_PROMOTED = {"BOOLEAN": "INTEGER", "BIT": "INTEGER"}
_TYPES = frozenset({"STRING", "INTEGER", "DECIMAL", "DATETIME"})


class PreparationError(ValueError):
    """A data set that cannot be computed: a column that is not there, a step that the laptop does not know."""


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


def prepare(data_set: Json) -> Prepared:
    """Return the query of a data set.

    Parameters
    ----------
    data_set
        Members of CreateDataSet.

    Raises
    ------
    PreparationError
        Names what is wrong, or what the laptop does not do.
    """
    if data_set.get("DatasetParameters"):
        raise _refused("DatasetParameters")
    tables = data_set["PhysicalTableMap"]
    if "DataPrepConfiguration" in data_set:
        prepared = _new(data_set["DataPrepConfiguration"], tables)
    elif data_set.get("LogicalTableMap"):
        prepared = _legacy(data_set["LogicalTableMap"], tables)
    else:
        prepared = _physical(_only("PhysicalTableMap", tables))
    return _described(prepared, data_set)


def _refused(what: str) -> PreparationError:
    return PreparationError(f"{what} of a data set is not implemented on the laptop; it runs on AWS only")


def _only(what: str, tables: Mapping[str, Any]) -> Any:
    if len(tables) != 1:
        raise _refused(f"{what} with {len(tables)} tables")
    return next(iter(tables.values()))


def _physical(table: Json) -> Prepared:
    (kind,) = table if len(table) == 1 else ("a table of several kinds",)
    body = table.get(kind, {})
    if kind == "CustomSql":
        source = f"(\n{body['SqlQuery'].strip().rstrip(';')}\n)"
        declared = body.get("Columns") or []
    elif kind == "RelationalTable":
        source = _relation(body)
        declared = body["InputColumns"]
    else:
        raise _refused(kind)
    columns = tuple(_column(column) for column in declared)
    _require_unique(column.name for column in columns)
    if not columns:
        raise PreparationError(f"a {kind} must declare its columns; got none")
    listed = ", ".join(_selected(column, original) for column, original in zip(columns, declared, strict=True))
    return Prepared(f"SELECT {listed} FROM {source} AS source_table", columns, body["DataSourceArn"])


def _relation(table: Json) -> str:
    if table.get("Catalog", _ATHENA_CATALOG) != _ATHENA_CATALOG:
        raise _refused(f"Catalog {table['Catalog']}")
    parts = [table[member] for member in ("Schema", "Name") if table.get(member)]
    return ".".join(identifier(part) for part in parts)


def _column(declared: Json) -> Column:
    kind = _PROMOTED.get(declared["Type"], declared["Type"])
    if kind not in _TYPES:
        raise _refused(f"column {declared['Name']} of type {declared['Type']}")
    return Column(declared["Name"], kind, declared.get("Id", ""))


def _selected(column: Column, declared: Json) -> str:
    name = identifier(column.name)
    return f"CAST({name} AS bigint) AS {name}" if declared["Type"] in _PROMOTED else name


def _require_unique(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PreparationError(f"columns of a data set must have different names; got {name} twice")
        seen.add(name)


def _new(configuration: Json, tables: Mapping[str, Json]) -> Prepared:
    destination = _only("DestinationTableMap", configuration["DestinationTableMap"])
    graph = _Graph(configuration["SourceTableMap"], configuration["TransformStepMap"], tables)
    prepared = graph.result(destination["Source"]["TransformOperationId"], ())
    unused = sorted(graph.steps.keys() - graph.found.keys())
    if unused:
        raise PreparationError(f"every step must lead to the destination table; got {', '.join(unused)} besides")
    return prepared


@dataclass(frozen=True)
class _Graph:
    """The steps of a data set; each is computed once, after the one that it takes its rows from."""

    sources: Mapping[str, Json]
    steps: Mapping[str, Json]
    tables: Mapping[str, Json]
    found: dict[str, Prepared] = field(default_factory=dict)

    def result(self, step_id: str, after: tuple[str, ...]) -> Prepared:
        if step_id not in self.steps:
            raise PreparationError(f"a step must be in TransformStepMap ({', '.join(self.steps)}); got {step_id}")
        if step_id in after:
            raise PreparationError(f"steps must not go round in a circle; got {' -> '.join((*after, step_id))}")
        (kind,) = self.steps[step_id] if len(self.steps[step_id]) == 1 else ("a step of several kinds",)
        step = self.steps[step_id].get(kind) or {}
        if kind == "ImportTableStep":
            self.found[step_id] = self._imported(step["Source"])
        elif kind not in _STEPS:
            raise _refused(kind)
        elif "Source" not in step:
            raise PreparationError(f"{kind} {step_id} must have a Source")
        else:
            before = self.result(step["Source"]["TransformOperationId"], (*after, step_id))
            self.found[step_id] = _STEPS[kind](_mapped(before, step["Source"]), step)
        return self.found[step_id]

    def _imported(self, source: Json) -> Prepared:
        table_id = source["SourceTableId"]
        if table_id not in self.sources:
            known = ", ".join(self.sources)
            raise PreparationError(f"a source table must be in SourceTableMap ({known}); got {table_id}")
        if "DataSet" in self.sources[table_id]:
            raise _refused("a parent data set")
        physical = str(self.sources[table_id].get("PhysicalTableId"))
        if physical not in self.tables:
            raise PreparationError(
                f"a physical table must be in PhysicalTableMap ({', '.join(self.tables)}); got {physical}"
            )
        return _mapped(_physical(self.tables[physical]), source)


def _mapped(prepared: Prepared, source: Json) -> Prepared:
    """Give columns the ids by which the next step knows them."""
    new = {mapping["SourceColumnId"]: mapping["TargetColumnId"] for mapping in source.get("ColumnIdMappings") or []}
    unknown = sorted(new.keys() - {column.id for column in prepared.columns})
    if unknown:
        raise PreparationError(f"ColumnIdMappings must be of columns of the source; got {', '.join(unknown)}")
    columns = tuple(replace(column, id=new.get(column.id, column.id)) for column in prepared.columns)
    return replace(prepared, columns=columns)


def _find(prepared: Prepared, name: str) -> Column:
    for column in prepared.columns:
        if name in {column.name, column.id}:
            return column
    known = ", ".join(column.name for column in prepared.columns)
    raise PreparationError(f"a step must use columns that exist ({known}); got {name}")


def _project(prepared: Prepared, step: Json) -> Prepared:
    kept = tuple(_find(prepared, name) for name in step["ProjectedColumns"])
    _require_unique(column.name for column in kept)
    listed = ", ".join(identifier(column.name) for column in kept)
    return replace(prepared, sql=f"SELECT {listed} FROM ({prepared.sql}) AS projected", columns=kept)


def _rename(prepared: Prepared, step: Json) -> Prepared:
    new = {}
    for change in step["RenameColumnOperations"]:
        new[_find(prepared, change["ColumnName"]).name] = change["NewColumnName"]
    columns = tuple(replace(column, name=new.get(column.name, column.name)) for column in prepared.columns)
    _require_unique(column.name for column in columns)
    listed = ", ".join(
        f"{identifier(before.name)} AS {identifier(after.name)}"
        for before, after in zip(prepared.columns, columns, strict=True)
    )
    return replace(prepared, sql=f"SELECT {listed} FROM ({prepared.sql}) AS renamed", columns=columns)


def _cast(prepared: Prepared, step: Json) -> Prepared:
    kinds: dict[str, str] = {}
    for change in step["CastColumnTypeOperations"]:
        if change.get("Format"):
            raise _refused(f"Format of the cast of {change['ColumnName']}")
        kinds[_find(prepared, change["ColumnName"]).name] = change["NewColumnType"]
    listed = ", ".join(
        f"CAST({name} AS {SQL_TYPES[kinds[column.name]]}) AS {name}" if column.name in kinds else name
        for column in prepared.columns
        for name in [identifier(column.name)]
    )
    columns = tuple(replace(column, type=kinds.get(column.name, column.type)) for column in prepared.columns)
    return replace(prepared, sql=f"SELECT {listed} FROM ({prepared.sql}) AS cast_columns", columns=columns)


def _create(prepared: Prepared, step: Json) -> Prepared:
    for column in step["Columns"]:
        name = column["ColumnName"]
        try:
            typed = compile_column(parse(column["Expression"]), prepared.types)
        except ExpressionError as error:
            raise PreparationError(f"calculated column {name}: {error}") from error
        added = Column(name, typed.type or "STRING", column["ColumnId"])
        columns = (*prepared.columns, added)
        _require_unique(each.name for each in columns)
        # Each in a query of its own: it may use those before it.
        sql = f"SELECT *, {typed.sql} AS {identifier(name)} FROM ({prepared.sql}) AS calculated"
        prepared = replace(prepared, sql=sql, columns=columns)
    return prepared


def _filter(prepared: Prepared, step: Json) -> Prepared:
    for operation in step["FilterOperations"]:
        try:
            condition = filters.condition(operation, prepared.types)
        except ExpressionError as error:
            raise PreparationError(f"filter: {error}") from error
        prepared = replace(prepared, sql=f"SELECT * FROM ({prepared.sql}) AS filtered WHERE {condition}")
    return prepared


_STEPS = {
    "ProjectStep": _project,
    "RenameColumnsStep": _rename,
    "CastColumnTypesStep": _cast,
    "CreateColumnsStep": _create,
    "FiltersStep": _filter,
}


def _legacy(logical: Mapping[str, Json], tables: Mapping[str, Json]) -> Prepared:
    table = _only("LogicalTableMap", logical)
    source = table["Source"]
    if "PhysicalTableId" not in source:
        raise _refused(f"LogicalTableMap over {', '.join(source)}")
    if source["PhysicalTableId"] not in tables:
        raise PreparationError(f"a physical table must be in PhysicalTableMap; got {source['PhysicalTableId']}")
    prepared = _physical(tables[source["PhysicalTableId"]])
    for transform in table.get("DataTransforms") or []:
        ((kind, body),) = transform.items()
        if kind == "TagColumnOperation":
            _find(prepared, body["ColumnName"])
        elif kind == "ProjectOperation":
            prepared = _project(prepared, body)
        elif kind == "RenameColumnOperation":
            prepared = _rename(prepared, {"RenameColumnOperations": [body]})
        elif kind == "CastColumnTypeOperation":
            prepared = _cast(prepared, {"CastColumnTypeOperations": [body]})
        elif kind == "CreateColumnsOperation":
            prepared = _create(prepared, body)
        elif kind == "FilterOperation":
            prepared = _filter(prepared, {"FilterOperations": [body]})
        else:
            raise _refused(kind)
    return prepared


def _described(prepared: Prepared, data_set: Json) -> Prepared:
    texts: dict[str, str] = {}
    for table in (data_set.get("SemanticModelConfiguration") or {}).get("TableMap", {}).values():
        for metadata in (table.get("SemanticMetadata") or {}).get("ColumnMetadata") or []:
            for name in metadata.get("ColumnNames") or []:
                if name not in prepared.types:
                    raise PreparationError(f"ColumnMetadata must name columns of the data set; got {name}")
                for described in metadata["ColumnProperties"]:
                    if "Description" in described:
                        texts[name] = described["Description"].get("Text", "")
    columns = tuple(replace(column, description=texts.get(column.name, "")) for column in prepared.columns)
    return replace(prepared, columns=columns)
