"""The catalog as tables: information_schema.tables, columns, schemata and views.

https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from laptop.emulator.athena import catalog
from laptop.emulator.athena.errors import QueryError, locate

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Relation:
    """A table without files: its columns with their Hive types, and what makes its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: Callable[[], Iterator[Row]]

    def table(self) -> Any:
        """Return the rows as an Arrow table."""
        kinds = [pa.int64() if kind == "bigint" else pa.string() for _, kind in self.columns]
        data = list(zip(*self.rows(), strict=True)) or [()] * len(self.columns)
        arrays = [pa.array(list(column), kind) for column, kind in zip(data, kinds, strict=True)]
        return pa.table(arrays, names=[name for name, _ in self.columns])


def _all_tables() -> Iterator[catalog.Table]:
    for database in catalog.databases():
        yield from catalog.tables(database)


def _tables() -> Iterator[Row]:
    for table in _all_tables():
        yield catalog.CATALOG, table.database, table.name, "VIEW" if table.is_view else "BASE TABLE"


def _columns() -> Iterator[Row]:
    for table in _all_tables():
        for position, column in enumerate((*table.columns, *table.partition_keys), 1):
            extra = "partition key" if column in table.partition_keys else None
            yield (
                catalog.CATALOG,
                table.database,
                table.name,
                column.name,
                position,
                None,
                "YES",
                column.type.trino,
                None,
                extra,
            )


def _schemata() -> Iterator[Row]:
    for database in [*catalog.databases(), "information_schema"]:
        yield catalog.CATALOG, database


def _views() -> Iterator[Row]:
    for table in _all_tables():
        if table.is_view:
            yield catalog.CATALOG, table.database, table.name, table.view()["originalSql"]


def _texts(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "bigint" if name == "ordinal_position" else "string") for name in names)


_TABLE_NAMES = ("table_catalog", "table_schema", "table_name")
_RELATIONS = {
    "tables": Relation(_texts(*_TABLE_NAMES, "table_type"), _tables),
    "columns": Relation(
        _texts(
            *_TABLE_NAMES,
            "column_name",
            "ordinal_position",
            "column_default",
            "is_nullable",
            "data_type",
            "comment",
            "extra_info",
        ),
        _columns,
    ),
    "schemata": Relation(_texts("catalog_name", "schema_name"), _schemata),
    "views": Relation(_texts(*_TABLE_NAMES, "view_definition"), _views),
}


def relation(name: str, sql: str) -> Relation:
    found = _RELATIONS.get(name)
    if found is None:
        message = f"Table '{catalog.CATALOG}.information_schema.{name}' does not exist"
        raise QueryError("TABLE_NOT_FOUND", message, locate(sql, name))
    return found
