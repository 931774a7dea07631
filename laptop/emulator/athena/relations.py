"""One scanned table as a DuckDB view: its partitions pruned, its files fetched, its bytes counted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from laptop.emulator.athena import catalog, macros, projection, scan, serdes
from laptop.emulator.athena.catalog import Partition, Table
from laptop.emulator.athena.dialect import to_duckdb
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.files import DataFile, list_files
from laptop.emulator.athena.predicates import Use, conditions
from laptop.emulator.sql import literal, quoted

HIDDEN = ("$path", "$file_size", "$file_modified_time")
DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_ARROW_FAMILIES = (
    (pa.types.is_integer, {"tinyint", "smallint", "int", "integer", "bigint", "decimal"}),
    (pa.types.is_floating, {"float", "double"}),
    (pa.types.is_decimal, {"decimal"}),
    (pa.types.is_boolean, {"boolean"}),
    (pa.types.is_date, {"date"}),
    (pa.types.is_timestamp, {"timestamp"}),
    (pa.types.is_string, {"string", "varchar", "char", "binary"}),
    (pa.types.is_large_string, {"string", "varchar", "char", "binary"}),
    (pa.types.is_binary, {"binary", "string", "varchar", "char"}),
)


@dataclass
class Scan:
    """A table in a query, and what reading it costs.

    Attributes
    ----------
    files
        Partitions that the query cannot rule out, each with its files.
    bytes
        Bytes that Athena would scan, all times together.
    """

    table: Table
    use: Use
    files: list[tuple[Partition, list[DataFile]]] = field(default_factory=list)
    bytes: int = 0


def prepare(connection: Any, scan_name: str, table: Table, use: Use, *, now: dt.datetime, folder: Path) -> Scan:
    """Create the view `scan_name` with the table's columns, over the files that matter to the query."""
    if table.is_iceberg:
        raise NotSupportedOnLaptopError("An Iceberg table")
    prepared = Scan(table, use)
    if use.times:
        partitions = _prune(connection, table, use, _partitions(table, use, now))
        prepared.files = _with_files(table, partitions)
    sources = [
        _source(connection, prepared, storage, files, folder / f"{scan_name}_{number}")
        for number, (storage, files) in enumerate(_by_serde(table, prepared.files))
    ]
    body = " UNION ALL ".join(sources) if sources else _empty(table)
    connection.execute(f'CREATE VIEW "{scan_name}" AS {body}')
    prepared.bytes *= use.times
    return prepared


def _partitions(table: Table, use: Use, now: dt.datetime) -> list[Partition]:
    if not table.partition_keys:
        return [Partition((), table.location)]
    if not projection.enabled(table.parameters):
        return catalog.registered_partitions(table)
    keys = [column.name for column in table.partition_keys]
    kinds = {key: table.parameters.get(f"projection.{key}.type", "").lower() for key in keys}
    # Of other types, equal values may be written in several ways; those are pruned afterwards.
    texts = {column.name for column in table.partition_keys if column.type.duckdb == "VARCHAR"}
    fixed = {
        condition.column: [str(value) for value in condition.values]
        for condition in conditions(use.conjuncts)
        if condition.operator in {"=", "in"}
        and (
            condition.column in texts
            or kinds.get(condition.column) == "injected"
            or (kinds.get(condition.column) == "integer" and all(type(value) is int for value in condition.values))
        )
    }
    projected = projection.project(table.parameters, keys, table.location, now, fixed)
    return [Partition(values, location) for values, location in projected]


def _prune(connection: Any, table: Table, use: Use, partitions: list[Partition]) -> list[Partition]:
    """Keep the partitions whose values meet the conditions on partition columns."""
    keys = {column.name for column in table.partition_keys}
    relevant = [part for part in use.conjuncts if {column.name.lower() for column in part.find_all(exp.Column)} <= keys]
    if not relevant or not partitions:
        return partitions
    names = [column.name for column in table.partition_keys]
    columns: dict[str, list[Any]] = {
        name: [None if part.values[index] == DEFAULT_PARTITION else part.values[index] for part in partitions]
        for index, name in enumerate(names)
    }
    connection.register("lake_partitions", pa.table({"lake_number": range(len(partitions)), **columns}))
    typed = ", ".join(
        f"CAST({quoted(column.name)} AS {column.type.duckdb}) AS {quoted(column.name)}"
        for column in table.partition_keys
    )
    where = " AND ".join(f"({to_duckdb(_unqualified(part))})" for part in relevant)
    if functions := macros.defining(where):
        connection.execute(functions)
    sql = f"SELECT lake_number FROM (SELECT lake_number, {typed} FROM lake_partitions) WHERE {where}"
    try:
        kept = {row[0] for row in connection.execute(sql).fetchall()}
    finally:
        connection.unregister("lake_partitions")
    return [partition for number, partition in enumerate(partitions) if number in kept]


def _unqualified(condition: exp.Expr) -> exp.Expr:
    copy = condition.copy()
    for column in list(copy.find_all(exp.Column)):
        column.set("table", None)
        column.this.set("quoted", True)
    return copy


def _with_files(table: Table, partitions: list[Partition]) -> list[tuple[Partition, list[DataFile]]]:
    if len(partitions) <= 2:
        return [(partition, list_files(partition.location)) for partition in partitions]
    # One listing of the table instead of one for each partition.
    base = table.location.rstrip("/") + "/"
    listed: dict[str, list[DataFile]] = {}
    inside = any(partition.location.startswith(base) for partition in partitions)
    for file in list_files(base) if inside else []:
        for end in (index for index, letter in enumerate(file.uri) if letter == "/"):
            listed.setdefault(file.uri[:end], []).append(file)
    found = []
    for partition in partitions:
        location = partition.location.rstrip("/")
        files = listed.get(location, []) if location.startswith(base) else list_files(partition.location)
        if files:
            found.append((partition, files))
    return found


def _by_serde(
    table: Table, files: Sequence[tuple[Partition, list[DataFile]]]
) -> list[tuple[dict[str, Any], list[tuple[Partition, list[DataFile]]]]]:
    """Group partitions by their serde, which may differ from the table's."""
    groups: dict[str, tuple[dict[str, Any], list[tuple[Partition, list[DataFile]]]]] = {}
    for partition, found in files:
        own = partition.storage if partition.storage and partition.storage.get("SerdeInfo") else table.storage
        if found:
            groups.setdefault(json.dumps(own.get("SerdeInfo"), sort_keys=True), (own, []))[1].append((partition, found))
    return list(groups.values())


def _source(
    connection: Any,
    prepared: Scan,
    storage: dict[str, Any],
    files: list[tuple[Partition, list[DataFile]]],
    folder: Path,
) -> str:
    """Link the files into folders that DuckDB takes the partition values from; return the SELECT over them."""
    table = prepared.table
    kind = serdes.format_of(storage, table.parameters)
    # Names of their own, because a name may hold what no folder's does.
    keys = {f"lake_key_{number}": column for number, column in enumerate(table.partition_keys)}
    linked: list[str] = []
    details: list[tuple[str, str, int, dt.datetime]] = []
    present: dict[str, None] = {}
    for partition, found in files:
        values = zip(keys, partition.values, strict=True)
        place = folder.joinpath(*(f"{key}={quote(value, safe='')}" for key, value in values))
        place.mkdir(parents=True, exist_ok=True)
        for file in found:
            link = place / f"{len(linked)}.parquet"
            link.symlink_to(serdes.local_file(table, storage, file))
            linked.append(str(link))
            details.append((str(link), file.uri, file.size, file.modified))
            if kind == "parquet":
                prepared.bytes += _parquet(prepared, file, link, present)
            else:
                prepared.bytes += file.size
    if kind == "json":
        present = dict.fromkeys(_json_keys(connection, linked))
    paths = ", ".join(map(literal, linked))
    types = ", ".join(f"{key}: '{column.type.duckdb}'" for key, column in keys.items())
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
    hidden = bool(prepared.use.columns & set(HIDDEN))
    reader = f"read_parquet([{paths}], union_by_name = true, filename = {str(hidden).lower()}, {hive})"
    expressions = serdes.columns_sql(table, storage, list(present))
    expressions += [f"{key} AS {quoted(column.name)}" for key, column in keys.items()]
    # An empty line of a JSON file is no row.
    where = " WHERE line <> ''" if kind == "json" else ""
    if not hidden:
        return f"SELECT {', '.join(expressions)} FROM {reader}{where}"
    name = f"lake_files_{folder.name}"
    names, uris, sizes, times = (list(column) for column in zip(*details, strict=True))
    listing = pa.table({"filename": names, "$path": uris, "$file_size": sizes, "$file_modified_time": times})
    connection.register(name, listing)
    expressions += [f'"{column}"' for column in HIDDEN]
    return f"SELECT {', '.join(expressions)} FROM {reader} JOIN {name} USING (filename){where}"


def _parquet(prepared: Scan, file: DataFile, path: Path, present: dict[str, None]) -> int:
    """Check the file's columns against the table, note their names, and return the bytes that the query reads."""
    try:
        metadata = pq.read_metadata(path)
    except pa.ArrowInvalid as error:
        raise QueryError("HIVE_BAD_DATA", f"Not valid Parquet file: {file.uri}") from error
    for arrow_field in metadata.schema.to_arrow_schema():
        name = arrow_field.name.lower()
        present[name] = None
        column = next((each for each in prepared.table.columns if each.name == name), None)
        if column is not None and name in prepared.use.columns:
            _check_type(arrow_field.type, column, file)
    return scan.parquet_bytes(metadata, prepared.use.columns, conditions(prepared.use.conjuncts))


def _check_type(arrow_type: Any, column: catalog.Column, file: DataFile) -> None:
    for matches, hive_names in _ARROW_FAMILIES:
        if matches(arrow_type) and column.type.name not in hive_names:
            raise QueryError(
                "HIVE_BAD_DATA",
                f"Field {column.name}'s type {arrow_type} in parquet file {file.uri} is incompatible with type"
                f" {column.type.trino} defined in table schema",
            )


def _json_keys(connection: Any, paths: list[str]) -> list[str]:
    """Return the keys of the objects, as they are written; a line that is no JSON object fails the query."""
    bad = "SELECT line FROM read_parquet(?) WHERE line <> '' AND (NOT json_valid(line) OR line NOT LIKE '{%') LIMIT 1"
    if row := connection.execute(bad, [paths]).fetchone():
        raise QueryError("HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object - JSONException: {row[0][:80]}")
    keys = "SELECT DISTINCT unnest(json_keys(line)) FROM read_parquet(?) WHERE line <> ''"
    return [row[0] for row in connection.execute(keys, [paths]).fetchall()]


def _empty(table: Table) -> str:
    columns = [
        f"CAST(NULL AS {column.type.duckdb}) AS {quoted(column.name)}"
        for column in (*table.columns, *table.partition_keys)
    ]
    columns += ['CAST(NULL AS VARCHAR) AS "$path"', 'CAST(NULL AS BIGINT) AS "$file_size"']
    columns += ['CAST(NULL AS TIMESTAMPTZ) AS "$file_modified_time"']
    return f"SELECT {', '.join(columns)} WHERE false"
