"""Tables, views and partitions of the Glue Data Catalog, as queries need them."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from laptop.emulator import clients
from laptop.emulator.athena.errors import QueryError, locate
from laptop.emulator.athena.types import HiveType, parse_hive

CATALOG = "awsdatacatalog"
_VIEW = re.compile(r"/\* Presto View: (\S+) \*/")
Json = dict[str, Any]


@dataclass(frozen=True)
class Column:
    name: str
    type: HiveType


@dataclass(frozen=True)
class Partition:
    """One partition: its values as text, and where its files are; `storage` is Glue's StorageDescriptor."""

    values: tuple[str, ...]
    location: str
    storage: Json | None = None


@dataclass(frozen=True)
class Table:
    """A Glue table. `raw` is the document that Glue returned."""

    database: str
    name: str
    raw: Json

    @property
    def storage(self) -> Json:
        return self.raw.get("StorageDescriptor") or {}

    @property
    def parameters(self) -> dict[str, str]:
        return self.raw.get("Parameters") or {}

    @property
    def location(self) -> str:
        return str(self.storage.get("Location", ""))

    @property
    def is_view(self) -> bool:
        return self.raw.get("TableType") == "VIRTUAL_VIEW"

    @property
    def is_iceberg(self) -> bool:
        return self.parameters.get("table_type", "").lower() == "iceberg"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return self._parse(self.storage.get("Columns") or [])

    @cached_property
    def partition_keys(self) -> tuple[Column, ...]:
        return self._parse(self.raw.get("PartitionKeys") or [])

    def _parse(self, columns: list[Json]) -> tuple[Column, ...]:
        try:
            return tuple(Column(column["Name"].lower(), parse_hive(column["Type"])) for column in columns)
        except ValueError as error:
            raise QueryError("HIVE_INVALID_METADATA", f"Table {self.database}.{self.name}: {error}") from error

    def view(self) -> Json:
        """Return Presto's description of the view: originalSql, catalog, schema, columns."""
        match = _VIEW.search(self.raw.get("ViewOriginalText") or "")
        if match is None:
            raise QueryError("INVALID_VIEW", f"View '{CATALOG}.{self.database}.{self.name}' is not a Presto view")
        document: Json = json.loads(base64.b64decode(match[1]))
        return document


def encode_view(sql: str, database: str, columns: list[tuple[str, str]]) -> str:
    """Return `ViewOriginalText` of a view: its SQL and columns, as Athena stores them in Glue."""
    document = {
        "originalSql": sql,
        "catalog": CATALOG,
        "schema": database,
        "columns": [{"name": name, "type": kind} for name, kind in columns],
    }
    return f"/* Presto View: {base64.b64encode(json.dumps(document).encode()).decode()} */"


def find_table(database: str, name: str) -> Table | None:
    glue = clients.client("glue")
    try:
        return Table(database, name, glue.get_table(DatabaseName=database, Name=name)["Table"])
    except glue.exceptions.EntityNotFoundException:
        return None


def get_table(database: str, name: str, sql: str = "") -> Table:
    """Return a table; the error of a missing one points into the statement, if it is given."""
    table = find_table(database, name)
    if table is not None:
        return table
    position = locate(sql, name) if sql else None
    if not has_database(database):
        raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", position)
    raise QueryError("TABLE_NOT_FOUND", f"Table '{CATALOG}.{database}.{name}' does not exist", position)


def has_database(name: str) -> bool:
    glue = clients.client("glue")
    try:
        glue.get_database(Name=name)
    except glue.exceptions.EntityNotFoundException:
        return False
    return True


def databases() -> list[str]:
    pages = clients.client("glue").get_paginator("get_databases").paginate()
    return sorted(database["Name"] for page in pages for database in page["DatabaseList"])


def tables(database: str) -> list[Table]:
    pages = clients.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
    found = [Table(database, table["Name"], table) for page in pages for table in page["TableList"]]
    return sorted(found, key=lambda table: table.name)


def registered_partitions(table: Table) -> list[Partition]:
    pages = (
        clients.client("glue")
        .get_paginator("get_partitions")
        .paginate(DatabaseName=table.database, TableName=table.name)
    )
    return [
        Partition(tuple(part["Values"]), part["StorageDescriptor"]["Location"], part["StorageDescriptor"])
        for page in pages
        for part in page["Partitions"]
    ]
