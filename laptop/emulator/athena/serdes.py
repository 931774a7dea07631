"""Reading a table's files: which format they have, and the SQL that gives the table's columns from them.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from laptop.emulator.athena import grok, textfiles
from laptop.emulator.athena.catalog import Column, Table
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.files import DataFile, local_copy
from laptop.emulator.athena.types import HiveType
from laptop.emulator.sql import literal, quoted

_FORMATS = {
    "parquethiveserde": "parquet",
    "lazysimpleserde": "csv",
    "opencsvserde": "opencsv",
    "jsonserde": "json",
    "grokserde": "grok",
    "regexserde": "regex",
}
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIMESTAMP = _DATE + r" \d{2}:\d{2}:\d{2}(\.\d{1,9})?"
_INTEGERS = {"tinyint", "smallint", "int", "integer", "bigint"}
Json = dict[str, Any]


def format_of(storage: Json, parameters: dict[str, str]) -> str:
    """Return parquet, csv, opencsv, json, grok or regex."""
    library = str((storage.get("SerdeInfo") or {}).get("SerializationLibrary") or "").lower()
    if library:
        name = library.rpartition(".")[2]
        if name in _FORMATS:
            return _FORMATS[name]
        raise NotSupportedOnLaptopError(f"The serde {library}")
    classification = parameters.get("classification", "").lower()
    if classification in {"parquet", "json", "csv"}:
        return classification
    raise QueryError("HIVE_UNSUPPORTED_FORMAT", "Output format missing: the table has no serialization library")


def local_file(table: Table, storage: Json, file: DataFile) -> Path:
    """Return a local Parquet file with the raw content of a file of the table."""
    kind = format_of(storage, table.parameters)
    if kind == "parquet":
        return local_copy(file)
    settings = _settings(storage)
    skip = int(table.parameters.get("skip.header.line.count", "0"))
    width = len(table.columns)
    if kind == "opencsv":
        marks = (
            settings.get("separatorChar", ","),
            settings.get("quoteChar", '"'),
            settings.get("escapeChar", "\\"),
        )
        return textfiles.fields_copy(file, f"opencsv/{marks}", skip, width, textfiles.open_csv_parser(*marks))
    if kind == "csv" and settings.get("escape.delim"):
        separator, escape = _delimiter(settings), settings["escape.delim"]
        parser = textfiles.escaped_parser(separator, escape)
        return textfiles.fields_copy(file, f"escaped/{separator}/{escape}", skip, width, parser)
    if kind == "grok":
        return _grok_copy(table, settings, file, skip)
    if kind == "regex":
        pattern = settings.get("input.regex", "")
        parser = textfiles.pattern_parser(re.compile(pattern), list(range(1, width + 1)), whole=True)
        return textfiles.fields_copy(file, f"regex/{pattern}", skip, width, parser)
    return textfiles.lines_copy(file, skip)


def _grok_copy(table: Table, settings: dict[str, str], file: DataFile, skip: int) -> Path:
    pattern, custom = settings.get("input.format", ""), settings.get("input.grokCustomPatterns", "")
    try:
        compiled, fields = grok.compile_grok(pattern, custom)
    except (ValueError, re.error) as error:
        raise QueryError("HIVE_INVALID_METADATA", f"Table {table.name}: {error}") from error
    places = {field.lower(): compiled.groupindex[f"g{index}"] for index, field in enumerate(fields)}
    groups = [places.get(column.name, 0) for column in table.columns]
    parser = textfiles.pattern_parser(compiled, groups, whole=False)
    return textfiles.fields_copy(file, f"grok/{pattern}/{custom}/{groups}", skip, len(groups), parser)


def columns_sql(table: Table, storage: Json, present: Sequence[str]) -> list[str]:
    """Return the expression of each data column over the file that `local_file` made.

    Parameters
    ----------
    present
        Names of the columns that the Parquet files have, in lower case; the others are null.
    """
    kind = format_of(storage, table.parameters)
    settings = _settings(storage)
    expressions = []
    for index, column in enumerate(table.columns):
        if kind == "parquet":
            value = quoted(column.name) if column.name in present else "NULL"
            text = f"CAST({value} AS {column.type.duckdb})"
        elif kind == "json":
            text = _json_value(column, settings, present)
        elif kind == "opencsv":
            text = _open_csv_value(f"c{index}", column, index)
        else:
            by_field = kind in {"grok", "regex"} or settings.get("escape.delim")
            field = f"c{index}" if by_field else f"string_split(line, {literal(_delimiter(settings))})[{index + 1}]"
            text = _lazy_value(field, column.type, settings)
        expressions.append(f"{text} AS {quoted(column.name)}")
    return expressions


def _settings(storage: Json) -> dict[str, str]:
    return (storage.get("SerdeInfo") or {}).get("Parameters") or {}


def _delimiter(settings: dict[str, str]) -> str:
    given = settings.get("field.delim") or settings.get("serialization.format") or "1"
    # A number is the code of the character: Hive's default `1` is Ctrl-A.
    return chr(int(given)) if given.isdigit() else given


def _lazy_value(field: str, kind: HiveType, settings: dict[str, str]) -> str:
    """LazySimpleSerDe: what does not parse is null."""
    null = literal(settings.get("serialization.null.format", "\\N"))
    field = f"nullif({field}, {null})"
    if kind.name == "array":
        separator = literal(settings.get("collection.delim") or settings.get("colelction.delim") or "\x02")
        item = _lazy_primitive("item_", kind.children[0])
        return f"list_transform(string_split({field}, {separator}), lambda item_: {item})"
    if kind.complex:
        raise NotSupportedOnLaptopError(f"The type {kind.name} in delimited text")
    return _lazy_primitive(field, kind)


def _lazy_primitive(field: str, kind: HiveType) -> str:
    guard = {
        "boolean": "(?i)true|false",
        "date": _DATE,
        "timestamp": _TIMESTAMP,
        **dict.fromkeys(_INTEGERS, r"[+-]?\d+"),
    }.get(kind.name)
    if kind.duckdb == "VARCHAR":
        return f"substr({field}, 1, {kind.arguments[0]})" if kind.arguments else field
    if guard is None:
        return f"TRY_CAST({field} AS {kind.duckdb})"
    return f"CASE WHEN regexp_full_match({field}, {literal(guard)}) THEN TRY_CAST({field} AS {kind.duckdb}) END"


def _open_csv_value(field: str, column: Column, index: int) -> str:
    """OpenCSVSerde: text, numbers that must parse, dates as days and timestamps as milliseconds since 1970."""
    kind = column.type
    if kind.duckdb == "VARCHAR":
        return field
    message = (
        f"'[[HIVE_BAD_DATA: Error parsing field value ''' || {field} || ''' for field {index}: For input string]]'"
    )
    digits = f"CASE WHEN regexp_full_match({field}, '[+-]?\\d+') THEN {field} ELSE {message} END"
    if kind.name in _INTEGERS:
        return f"CAST({digits} AS {kind.duckdb})"
    if kind.name == "date":
        return f"(DATE '1970-01-01' + CAST({digits} AS INTEGER))"
    if kind.name == "timestamp":
        return f"make_timestamp_ms(CAST({digits} AS BIGINT))"
    checked = f"CASE WHEN TRY_CAST({field} AS {kind.duckdb}) IS NULL THEN {message} ELSE {field} END"
    return f"CAST({checked} AS {kind.duckdb})"


def _json_value(column: Column, settings: dict[str, str], keys: Sequence[str]) -> str:
    """Both JSON serdes: keys match without regard to case; `mapping.column` renames one."""
    wanted = settings.get(f"mapping.{column.name}", column.name).lower()
    found = [key for key in keys if key.lower() == wanted] or [wanted]
    paths = [literal(f'$."{key}"') for key in found]
    if column.type.complex:
        structure = literal(_structure(column.type))
        parts = [f"json_transform(json_extract(line, {path}), {structure})" for path in paths]
        return f"CAST(coalesce({', '.join(parts)}) AS {column.type.duckdb})"
    text = f"coalesce({', '.join(f'json_extract_string(line, {path})' for path in paths)})"
    return _lazy_primitive(text, column.type)


def _structure(kind: HiveType) -> str:
    """Return the structure that DuckDB's json_transform takes."""
    if kind.name == "array":
        return f"[{_structure(kind.children[0])}]"
    if kind.name == "struct":
        members = (f'"{name}": {_structure(child)}' for name, child in zip(kind.fields, kind.children, strict=True))
        return "{" + ", ".join(members) + "}"
    return f'"{kind.duckdb}"'
