"""CREATE TABLE AS, INSERT INTO and UNLOAD: results as files in S3.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html and .../unload.html
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from laptop.emulator import clients
from laptop.emulator.athena import catalog, ddl, storage_formats
from laptop.emulator.athena import statements as s
from laptop.emulator.athena.catalog import Column, Table
from laptop.emulator.athena.engine import Prepared
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.files import list_files, split_uri
from laptop.emulator.athena.results import Encryption
from laptop.emulator.athena.serdes import format_of
from laptop.emulator.athena.types import hive_of, parse_hive
from laptop.emulator.sql import quoted

_COMPRESSIONS = {
    "PARQUET": {"GZIP", "SNAPPY", "ZSTD", "NONE", "LZ4"},
    "TEXTFILE": {"GZIP", "NONE"},
    "JSON": {"GZIP", "NONE"},
}
_MAX_PARTITIONS = 100
Properties = dict[str, str | list[str]]


@dataclass
class Written:
    """Files that a statement wrote, and how many rows they hold."""

    rows: int = 0
    uris: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """Where and how rows are written."""

    location: str
    format: str
    compression: str
    delimiter: str = "\x01"
    partitions: tuple[str, ...] = ()

    @classmethod
    def of(cls, location: str, properties: Properties) -> Target:
        name = str(properties.get("format", "PARQUET")).upper()
        name = "TEXTFILE" if name == "CSV" else name
        if name not in _COMPRESSIONS:
            raise NotSupportedOnLaptopError(f"Writing the format {name}")
        given = properties.get("compression") or properties.get("write_compression")
        given = given or properties.get(f"{name.lower()}_compression") or "GZIP"
        compression = str(given).upper()
        if compression not in _COMPRESSIONS[name]:
            raise NotSupportedOnLaptopError(f"Writing {name} with {compression}")
        partitions = properties.get("partitioned_by", [])
        if isinstance(partitions, str):
            raise QueryError("INVALID_TABLE_PROPERTY", "partitioned_by must be an ARRAY of column names")
        delimiter = str(properties.get("field_delimiter", "\x01"))
        return cls(location, name, compression, delimiter, tuple(part.lower() for part in partitions))


def unload(statement: s.Unload, prepared: Prepared, encryption: Encryption) -> Written:
    location = statement.location.rstrip("/") + "/"
    if list_files(location):
        raise QueryError("HIVE_PATH_ALREADY_EXISTS", f"Target directory for table already exists: {location}")
    target = Target.of(location, statement.properties)
    return write(prepared, target, _columns(prepared), encryption)


def create_table_as(
    statement: s.CreateTableAs, prepared: Prepared, default_location: str, encryption: Encryption
) -> Written:
    database, name = statement.table
    if not catalog.has_database(database):
        raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    if catalog.find_table(database, name) is not None:
        if statement.if_not_exists:
            return Written()
        raise QueryError(
            "TABLE_ALREADY_EXISTS", f"line 1:1: Destination table '{catalog.CATALOG}.{database}.{name}' already exists"
        )
    if str(statement.properties.get("table_type", "hive")).lower() == "iceberg":
        raise NotSupportedOnLaptopError("CREATE TABLE AS of an Iceberg table")
    if "bucketed_by" in statement.properties:
        raise NotSupportedOnLaptopError("bucketed_by")
    location = str(statement.properties.get("external_location") or default_location).rstrip("/") + "/"
    if list_files(location):
        raise QueryError(
            "HIVE_PATH_ALREADY_EXISTS", f"Target directory for table '{database}.{name}' already exists: {location}"
        )
    target = Target.of(location, statement.properties)
    columns = _columns(prepared)
    _check_partitions(target, [column.name for column in columns])
    written = write(prepared, target, columns, encryption) if statement.with_data else Written()
    table = _glue_table(name, target, columns)
    clients.client("glue").create_table(DatabaseName=database, TableInput=table)
    _register(Table(database, name, table), written)
    return written


def _check_partitions(target: Target, names: list[str]) -> None:
    missing = [name for name in target.partitions if name not in names]
    if missing:
        raise QueryError("INVALID_TABLE_PROPERTY", f"Partition columns {missing} not present in schema")
    if target.partitions and names[-len(target.partitions) :] != list(target.partitions):
        message = "Partition keys must be the last columns in the table and in the same order as the table properties"
        raise QueryError("HIVE_COLUMN_ORDER_MISMATCH", f"{message}: {list(target.partitions)}")
    if len(target.partitions) == len(names):
        raise QueryError("INVALID_TABLE_PROPERTY", "Table contains only partition columns")


def _glue_table(name: str, target: Target, columns: list[Column]) -> dict[str, Any]:
    glue = [{"Name": column.name, "Type": hive_name(column)} for column in columns]
    serde = (
        {"field.delim": target.delimiter, "serialization.format": target.delimiter}
        if target.format == "TEXTFILE"
        else None
    )
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false"},
        "PartitionKeys": [column for column in glue if column["Name"] in target.partitions],
        "StorageDescriptor": {
            "Columns": [column for column in glue if column["Name"] not in target.partitions],
            "Location": target.location,
            **storage_formats.descriptor(target.format, serde),
        },
    }


def hive_name(column: Column) -> str:
    """Return the Hive spelling of a column's type."""
    kind = column.type
    if kind.name == "array":
        return f"array<{hive_name(Column('', kind.children[0]))}>"
    if kind.name == "map":
        return f"map<{','.join(hive_name(Column('', child)) for child in kind.children)}>"
    if kind.name == "struct":
        members = (
            f"{name}:{hive_name(Column('', child))}" for name, child in zip(kind.fields, kind.children, strict=True)
        )
        return f"struct<{','.join(members)}>"
    return kind.name + (f"({','.join(str(part) for part in kind.arguments)})" if kind.arguments else "")


def insert(statement: s.Insert, prepared: Prepared, encryption: Encryption) -> Written:
    table = catalog.get_table(*statement.table)
    if table.is_view:
        raise QueryError("NOT_SUPPORTED", "Inserting into views is not supported")
    if table.is_iceberg:
        raise NotSupportedOnLaptopError("INSERT into an Iceberg table")
    formats = {"parquet": "PARQUET", "csv": "TEXTFILE", "json": "JSON"}
    kind = format_of(table.storage, table.parameters)
    if kind not in formats:
        raise QueryError("NOT_SUPPORTED", f"Writing to a table with the serde {kind} is not supported")
    columns = [*table.columns, *table.partition_keys]
    relation = prepared.relation()
    given = list(statement.columns) or [column.name for column in columns]
    if len(given) != len(relation.columns):
        raise QueryError(
            "TYPE_MISMATCH",
            f"Insert query has {len(relation.columns)} columns; the table needs {len(given)}: {given}",
        )
    unknown = set(given) - {column.name for column in columns}
    if unknown:
        raise QueryError("COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {sorted(unknown)}")
    _check_insert_types(relation, given, columns)
    names = ", ".join(map(quoted, given))
    selected = ", ".join(
        f"CAST({source} AS {column.type.duckdb}) AS {quoted(column.name)}"
        for column in columns
        for source in [quoted(column.name) if column.name in given else "NULL"]
    )
    prepared.sql = f"SELECT {selected} FROM ({prepared.sql}) AS source({names})"
    settings = (table.storage.get("SerdeInfo") or {}).get("Parameters") or {}
    compression = table.parameters.get("parquet.compression", "GZIP" if kind != "csv" else "NONE").upper()
    target = Target(
        table.location.rstrip("/") + "/",
        formats[kind],
        compression,
        settings.get("field.delim", "\x01"),
        tuple(column.name for column in table.partition_keys),
    )
    written = write(prepared, target, columns, encryption)
    if table.parameters.get("projection.enabled", "").lower() != "true":
        _register(table, written)
    return written


def _check_insert_types(relation: Any, given: list[str], columns: list[Column]) -> None:
    """Trino converts numbers to wider numbers by itself, and nothing between numbers, text and moments."""
    kinds = {column.name: column.type for column in columns}
    numbers = {"tinyint", "smallint", "int", "integer", "bigint", "float", "double", "decimal"}
    moments = {"date", "timestamp"}
    for name, source in zip(given, relation.types, strict=True):
        source_name, target = parse_hive(hive_of(source)).name, kinds[name]
        if str(source) == '"NULL"':
            continue
        families = [
            next((index for index, names in enumerate((numbers, moments)) if kind in names), kind)
            for kind in (source_name, {"varchar": "string", "char": "string"}.get(target.name, target.name))
        ]
        if families[0] != families[1]:
            message = f"Mismatch at column '{name}': expected {target.trino}, got {source_name}"
            raise QueryError("TYPE_MISMATCH", f"Insert query has mismatched column types: {message}")


def _register(table: Table, written: Written) -> None:
    if not table.partition_keys:
        return
    found: dict[tuple[str, ...], str] = {}
    base = table.location.rstrip("/") + "/"
    for uri in written.uris:
        folders = uri[len(base) :].split("/")[: len(table.partition_keys)]
        values = tuple(folder.partition("=")[2] for folder in folders)
        found[tuple(unquote(value) for value in values)] = base + "/".join(folders) + "/"
    ddl.add_partitions(table, list(found.items()))


def _columns(prepared: Prepared) -> list[Column]:
    relation = prepared.relation()
    names = [name.lower() for name in relation.columns]
    if len(set(names)) < len(names):
        raise QueryError("DUPLICATE_COLUMN_NAME", f"Column name specified more than once: {names}")
    return [Column(name, parse_hive(hive_of(kind))) for name, kind in zip(names, relation.types, strict=True)]


def write(prepared: Prepared, target: Target, columns: list[Column], encryption: Encryption) -> Written:
    """Compute the query into files below the target's location."""
    folder = Path(tempfile.mkdtemp(prefix="athena-write-", dir=clients.cache_dir()))
    try:
        count = _copy(prepared, target, columns, folder)
        return Written(count, _upload(folder, target, encryption))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(prepared: Prepared, target: Target, columns: list[Column], folder: Path) -> int:
    names = ", ".join(quoted(column.name) for column in columns)
    typed = ", ".join(
        f"CAST({quoted(column.name)} AS {column.type.duckdb}) AS {quoted(column.name)}" for column in columns
    )
    options = {
        "PARQUET": f"FORMAT parquet, COMPRESSION {_parquet_codec(target.compression)}",
        "JSON": "FORMAT json",
        "TEXTFILE": f"FORMAT csv, HEADER false, DELIMITER '{target.delimiter}', QUOTE '', ESCAPE '', NULLSTR '\\N'",
    }[target.format]
    select = f"SELECT {typed} FROM ({prepared.sql}) AS source({names})"
    if target.partitions:
        keys = ", ".join(quoted(name) for name in target.partitions)
        options += f", PARTITION_BY ({keys})"
        # Athena's limit of new partitions in one statement.
        distinct = f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM ({select}))"
        number = prepared.rows(prepared.execute(distinct))[0][0]
        if number > _MAX_PARTITIONS:
            message = f"Exceeded limit of {_MAX_PARTITIONS} open writers for partitions: {number}"
            raise QueryError("HIVE_TOO_MANY_OPEN_PARTITIONS", message)
    destination = folder / "part" if target.partitions else folder / "data"
    return int(prepared.rows(prepared.execute(f"COPY ({select}) TO '{destination}' ({options})"))[0][0])


def _parquet_codec(name: str) -> str:
    return {"NONE": "uncompressed", "LZ4": "lz4_raw"}.get(name, name.lower())


def _upload(folder: Path, target: Target, encryption: Encryption) -> list[str]:
    bucket, prefix = split_uri(target.location)
    root = folder / "part" if target.partitions else folder
    stamp = time.strftime("%Y%m%d_%H%M%S", time.gmtime())
    uris = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        place = "".join(f"{part}/" for part in path.relative_to(root).parts[:-1])
        name, content = f"{stamp}_00000_{uuid.uuid4().hex[:5]}_{uuid.uuid4()}", path.read_bytes()
        if target.format != "PARQUET" and target.compression == "GZIP":
            name, content = f"{name}.gz", gzip.compress(content, 1)
        clients.client("s3").put_object(Bucket=bucket, Key=prefix + place + name, Body=content, **encryption.arguments)
        uris.append(f"s3://{bucket}/{prefix}{place}{name}")
    return uris
