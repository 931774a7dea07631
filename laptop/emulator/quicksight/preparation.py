"""The SQL of a data set: its physical table and the steps of its data preparation. Pure.

| what | supported |
|---|---|
| physical tables | RelationalTable and CustomSql of Athena |
| DataPrepConfiguration | one source; ImportTable, Project, RenameColumns, CastColumnTypes, CreateColumns, Filters |
| LogicalTableMap | one table of a physical one; Project, RenameColumn, CastColumnType, CreateColumns, Filter |

Everything else is refused by name with NotImplementedOnLaptop: joins, unions, aggregations, pivots, parents that are
data sets, parameters.
Source: `DataPrepConfiguration` and `LogicalTable` of the API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from laptop.emulator.quicksight import semantic_model
from laptop.emulator.quicksight.steps import (
    STEPS,
    PreparationError,
    Prepared,
    cast,
    create,
    filtered,
    find,
    mapped,
    member_of,
    physical,
    project,
    refused,
    rename,
)
from laptop.emulator.registry import Json


def prepare(data_set: Json) -> Prepared:
    """Return the query of a data set.

    Parameters
    ----------
    data_set
        Members of CreateDataSet.

    Raises
    ------
    PreparationError
        Names what is wrong.
    NotImplementedOnLaptop
        Names what the laptop does not do.
    """
    if data_set.get("DatasetParameters"):
        raise refused("DatasetParameters")
    tables = data_set["PhysicalTableMap"]
    if "DataPrepConfiguration" in data_set:
        prepared = _new(data_set["DataPrepConfiguration"], tables)
    elif data_set.get("LogicalTableMap"):
        prepared = _legacy(data_set["LogicalTableMap"], tables)
    else:
        prepared = physical(_only("PhysicalTableMap", tables))
    return _described(prepared, data_set)


def _only(what: str, tables: Mapping[str, Any]) -> Any:
    if len(tables) != 1:
        raise refused(f"{what} with {len(tables)} tables")
    return next(iter(tables.values()))


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
        kind, step = member_of(self.steps[step_id], f"step {step_id}")
        if kind == "ImportTableStep":
            self.found[step_id] = self._imported(step["Source"])
        elif kind not in STEPS:
            raise refused(kind)
        elif "Source" not in step:
            raise PreparationError(f"{kind} {step_id} must have a Source")
        else:
            before = self.result(step["Source"]["TransformOperationId"], (*after, step_id))
            self.found[step_id] = STEPS[kind](mapped(before, step["Source"]), step)
        return self.found[step_id]

    def _imported(self, source: Json) -> Prepared:
        table_id = source["SourceTableId"]
        if table_id not in self.sources:
            known = ", ".join(self.sources)
            raise PreparationError(f"a source table must be in SourceTableMap ({known}); got {table_id}")
        if "DataSet" in self.sources[table_id]:
            raise refused("a parent data set")
        table = str(self.sources[table_id].get("PhysicalTableId"))
        if table not in self.tables:
            raise PreparationError(
                f"a physical table must be in PhysicalTableMap ({', '.join(self.tables)}); got {table}"
            )
        return mapped(physical(self.tables[table]), source)


def _legacy(logical: Mapping[str, Json], tables: Mapping[str, Json]) -> Prepared:
    table = _only("LogicalTableMap", logical)
    source = table["Source"]
    if "PhysicalTableId" not in source:
        raise refused(f"LogicalTableMap over {', '.join(source)}")
    if source["PhysicalTableId"] not in tables:
        raise PreparationError(f"a physical table must be in PhysicalTableMap; got {source['PhysicalTableId']}")
    prepared = physical(tables[source["PhysicalTableId"]])
    for transform in table.get("DataTransforms") or []:
        kind, body = member_of(transform, "a transform")
        if kind == "TagColumnOperation":
            find(prepared, body["ColumnName"])
        elif kind == "ProjectOperation":
            prepared = project(prepared, body)
        elif kind == "RenameColumnOperation":
            prepared = rename(prepared, {"RenameColumnOperations": [body]})
        elif kind == "CastColumnTypeOperation":
            prepared = cast(prepared, {"CastColumnTypeOperations": [body]})
        elif kind == "CreateColumnsOperation":
            prepared = create(prepared, body)
        elif kind == "FilterOperation":
            prepared = filtered(prepared, {"FilterOperations": [body]})
        else:
            raise refused(kind)
    return prepared


def _described(prepared: Prepared, data_set: Json) -> Prepared:
    texts: dict[str, str] = {}
    for name, properties in semantic_model.column_properties(data_set):
        if name not in prepared.types:
            raise PreparationError(f"ColumnMetadata must name columns of the data set; got {name}")
        for described in properties:
            if "Description" in described:
                texts[name] = described["Description"].get("Text", "")
    columns = tuple(replace(column, description=texts.get(column.name, "")) for column in prepared.columns)
    return replace(prepared, columns=columns)
