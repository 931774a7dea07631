"""Statements that change or show the catalog. The catalog is Glue; nothing here reads data.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

import fnmatch
from typing import Any
from urllib.parse import unquote

from laptop.emulator import clients
from laptop.emulator.athena import catalog, storage_formats
from laptop.emulator.athena import statements as s
from laptop.emulator.athena.catalog import Table
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.files import list_files, split_uri

Rows = list[tuple[str, ...]]
_BATCH = 100


def create_database(statement: s.CreateDatabase) -> None:
    if catalog.has_database(statement.name):
        if statement.if_not_exists:
            return
        raise QueryError("ALREADY_EXISTS", f"AlreadyExistsException(message:Database {statement.name} already exists)")
    given = {"Description": statement.comment, "LocationUri": statement.location, "Parameters": statement.properties}
    chosen = {key: value for key, value in given.items() if value}
    clients.client("glue").create_database(DatabaseInput={"Name": statement.name, **chosen})


def create_table(statement: s.CreateTable) -> None:
    database, name = statement.table
    if not catalog.has_database(database):
        raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    if catalog.find_table(database, name) is not None:
        if statement.if_not_exists:
            return
        raise QueryError("ALREADY_EXISTS", f"AlreadyExistsException(message:Table {name} already exists.)")
    split_uri(statement.location)
    storage = storage_formats.of_statement(statement)
    table = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", **statement.properties},
        "PartitionKeys": [_glue_column(column) for column in statement.partitions],
        "StorageDescriptor": {
            "Columns": [_glue_column(column) for column in statement.columns],
            "Location": statement.location,
            **storage,
        },
    }
    if statement.comment:
        table["Description"] = statement.comment
    # Refuse here what no query could read.
    checked = Table(database, name, table)
    assert checked.columns is not None
    assert checked.partition_keys is not None
    clients.client("glue").create_table(DatabaseName=database, TableInput=table)


def _glue_column(column: s.ColumnDefinition) -> dict[str, str]:
    comment = {"Comment": column.comment} if column.comment else {}
    return {"Name": column.name, "Type": column.type, **comment}


def create_view(statement: s.CreateView, columns: list[tuple[str, str, str]]) -> None:
    """Store a view. Each column has its name, Trino type and Hive type."""
    database, name = statement.table
    existing = catalog.find_table(database, name)
    if existing is not None and not (statement.replace and existing.is_view):
        kind = "View" if existing.is_view else "Table"
        raise QueryError("ALREADY_EXISTS", f"{kind} already exists: '{catalog.CATALOG}.{database}.{name}'")
    view = {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": catalog.encode_view(statement.sql, database, [column[:2] for column in columns]),
        "ViewExpandedText": "/* Presto View */",
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": hive} for column, _, hive in columns],
            "Location": "",
            "SerdeInfo": {},
        },
    }
    glue = clients.client("glue")
    if existing is None:
        glue.create_table(DatabaseName=database, TableInput=view)
    else:
        glue.update_table(DatabaseName=database, TableInput=view)


def drop(statement: s.Drop) -> None:
    database, name = statement.table
    glue = clients.client("glue")
    if statement.what == "database":
        _drop_database(name, statement)
        return
    table = catalog.find_table(database, name)
    if table is None:
        if statement.if_exists:
            return
        what = "View" if statement.what == "view" else "Table"
        raise QueryError("TABLE_NOT_FOUND", f"{what} '{catalog.CATALOG}.{database}.{name}' does not exist")
    if table.is_view != (statement.what == "view"):
        kind = "view" if table.is_view else "table"
        raise QueryError("INVALID_ARGUMENT", f"'{database}.{name}' is a {kind}; use DROP {kind.upper()}")
    glue.delete_table(DatabaseName=database, Name=name)


def _drop_database(name: str, statement: s.Drop) -> None:
    if not catalog.has_database(name):
        if statement.if_exists:
            return
        raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{name}' does not exist")
    if not statement.cascade and catalog.tables(name):
        raise QueryError("INVALID_OPERATION", f"Database {name} is not empty. One or more tables exist.")
    clients.client("glue").delete_database(Name=name)


def alter_partitions(statement: s.AlterPartitions) -> None:
    table = catalog.get_table(*statement.table)
    for clause in statement.partitions:
        values = _ordered(table, clause)
        if statement.add:
            location = clause.location or partition_location(table, values)
            if not add_partitions(table, [(values, location)]) and not statement.lenient:
                raise QueryError(
                    "ALREADY_EXISTS", f"AlreadyExistsException(message:Partition {values} already exists.)"
                )
        else:
            _drop_partition(table, values, lenient=statement.lenient)


def _ordered(table: Table, clause: s.PartitionClause) -> tuple[str, ...]:
    given = dict(clause.values)
    names = [column.name for column in table.partition_keys]
    if set(given) != set(names):
        raise QueryError("INVALID_PARTITION", f"expected values for the partition columns {names}; got {sorted(given)}")
    return tuple(given[name] for name in names)


def _drop_partition(table: Table, values: tuple[str, ...], *, lenient: bool) -> None:
    glue = clients.client("glue")
    try:
        glue.delete_partition(DatabaseName=table.database, TableName=table.name, PartitionValues=list(values))
    except glue.exceptions.EntityNotFoundException as error:
        if not lenient:
            message = f"EntityNotFoundException(message:Partition {list(values)} does not exist.)"
            raise QueryError("PARTITION_NOT_FOUND", message) from error


def partition_location(table: Table, values: tuple[str, ...]) -> str:
    folders = (f"{column.name}={value}/" for column, value in zip(table.partition_keys, values, strict=True))
    return table.location.rstrip("/") + "/" + "".join(folders)


def add_partitions(table: Table, partitions: list[tuple[tuple[str, ...], str]]) -> int:
    """Register the partitions that are not registered yet; return how many are new."""
    known = {partition.values for partition in catalog.registered_partitions(table)}
    inputs = [
        {"Values": list(values), "StorageDescriptor": {**table.storage, "Location": location}}
        for values, location in dict(partitions).items()
        if values not in known
    ]
    for start in range(0, len(inputs), _BATCH):
        response = clients.client("glue").batch_create_partition(
            DatabaseName=table.database, TableName=table.name, PartitionInputList=inputs[start : start + _BATCH]
        )
        if response.get("Errors"):
            raise QueryError("HIVE_METASTORE_ERROR", f"partitions of {table.name}: {response['Errors'][:3]}")
    return len(inputs)


def alter_table(statement: s.AlterTable) -> None:
    table = catalog.get_table(*statement.table)
    glue = clients.client("glue")
    allowed = glue.meta.service_model.shape_for("TableInput").members
    document: dict[str, Any] = {key: value for key, value in table.raw.items() if key in allowed and value != ""}
    if statement.action == "properties":
        document["Parameters"] = {**table.parameters, **statement.properties}
    elif statement.action == "location":
        document["StorageDescriptor"] = {**table.storage, "Location": statement.location}
    else:
        columns = [_glue_column(column) for column in statement.columns]
        before = table.storage["Columns"] if statement.action == "add columns" else []
        document["StorageDescriptor"] = {**table.storage, "Columns": [*before, *columns]}
    glue.update_table(DatabaseName=table.database, TableInput=document)


def repair(statement: s.Repair) -> Rows:
    """MSCK REPAIR TABLE: register the Hive-style folders; say which were missing, as Athena does."""
    table = catalog.get_table(*statement.table)
    names = [column.name for column in table.partition_keys]
    if not names:
        raise QueryError("INVALID_OPERATION", f"Table {table.name} is not a partitioned table")
    known = {partition.values for partition in catalog.registered_partitions(table)}
    base = table.location.rstrip("/") + "/"
    found: dict[tuple[str, ...], str] = {}
    for file in list_files(base):
        folders = file.uri[len(base) :].split("/")[: len(names)]
        pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
        if [pair[0].lower() for pair in pairs] == names and file.uri[len(base) :].count("/") >= len(names):
            values = tuple(unquote(pair[1]) for pair in pairs)
            found[values] = base + "/".join(folders) + "/"
    new = {values: location for values, location in found.items() if values not in known}
    if not new:
        return []
    add_partitions(table, list(new.items()))
    paths = [location[len(base) :].rstrip("/") for location in new.values()]
    missing = f"Partitions not in metastore:\t{chr(9).join(f'{table.name}:{path}' for path in paths)}"
    return [(missing,), *((f"Repair: Added partition to metastore {table.name}:{path}",) for path in paths)]


def show(statement: s.Show) -> tuple[list[str], Rows]:  # noqa: PLR0911 (one for each kind)
    """Return the columns and rows of SHOW and DESCRIBE."""
    database, name = statement.table
    if statement.what == "databases":
        return ["database_name"], _matching(catalog.databases(), statement.pattern)
    if statement.what in {"tables", "views"}:
        if not catalog.has_database(database):
            raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
        found = [table.name for table in catalog.tables(database) if statement.what == "tables" or table.is_view]
        return ["tab_name" if statement.what == "tables" else "views"], _matching(found, statement.pattern)
    table = catalog.get_table(database, name)
    if statement.what == "partitions":
        return ["partition"], _partitions(table)
    if statement.what == "columns":
        return ["field"], [(column.name,) for column in (*table.columns, *table.partition_keys)]
    if statement.what == "describe":
        return ["col_name", "data_type", "comment"], _describe(table)
    if statement.what == "create view":
        text = f"CREATE VIEW {database}.{name} AS\n{table.view()['originalSql']}"
        return ["Create View"], [(line,) for line in text.splitlines()]
    if statement.what == "tblproperties":
        found_properties = table.parameters
        if statement.pattern:
            return ["prpt_name"], [(found_properties.get(statement.pattern, ""),)]
        return ["prpt_name", "prpt_value"], sorted(found_properties.items())
    return ["createtab_stmt"], [(line,) for line in storage_formats.create_statement(table).splitlines()]


def _matching(names: list[str], pattern: str | None) -> Rows:
    """Filter by the pattern of SHOW: `*` stands for any text and `|` for a choice."""
    if pattern is None:
        return [(name,) for name in names]
    choices = [choice.replace(".*", "*") for choice in pattern.lower().split("|")]
    return [(name,) for name in names if any(fnmatch.fnmatchcase(name, choice) for choice in choices)]


def _partitions(table: Table) -> Rows:
    if not table.partition_keys:
        raise QueryError("INVALID_OPERATION", f"Table {table.name} is not a partitioned table")
    if table.parameters.get("projection.enabled", "").lower() == "true":
        raise NotSupportedOnLaptopError("SHOW PARTITIONS of a table with partition projection")
    return [
        ("/".join(f"{key.name}={value}" for key, value in zip(table.partition_keys, partition.values, strict=True)),)
        for partition in catalog.registered_partitions(table)
    ]


def _describe(table: Table) -> Rows:
    columns = table.storage.get("Columns") or []
    keys = table.raw.get("PartitionKeys") or []
    rows: Rows = [(column["Name"], column["Type"], column.get("Comment", "")) for column in (*columns, *keys)]
    if keys:
        rows += [
            ("", "", ""),
            ("# Partition Information", "", ""),
            ("# col_name", "data_type", "comment"),
            ("", "", ""),
        ]
        rows += [(column["Name"], column["Type"], column.get("Comment", "")) for column in keys]
    return rows
