"""Recognizing the format and the schema of a file, as a crawler does.

| classifier | behaviour | source (Glue developer guide) |
|---|---|---|
| custom grok | most lines must match; columns are the named fields, string or `:int`, `:long` ...; GrokSerDe | "Writing custom classifiers" |
| custom CSV | Delimiter, QuoteSymbol, ContainsHeader, Header, AllowSingleColumn, Serde | "Writing custom classifiers" |
| custom JSON | JsonPath `$` and `$[*]` | "Writing custom classifiers" |
| JSON | documents one after another, or one array of them | "Built-in classifiers" |
| CSV | comma, pipe, tab, semicolon, Ctrl-A; two columns and two rows at least | "Built-in CSV classifier" |
| CSV header | all text, under 150 characters, valid as names, and some column below is not text | same |
| Parquet | the schema of the footer | "Built-in classifiers" |
| gzip, bzip2 | by content; reading goes on in the first MiB of text | "Built-in classifiers" |

Not documented, as seen in accounts: CSV numbers are bigint and double; dates stay string; a column without a header is
`col<n>` from 0; a CSV classifier with a quote symbol and no Serde gives OpenCSVSerDe, whose columns are all string.
Refused: XML classifiers, ORC and Avro files, other JSON paths.
"""  # noqa: E501

from __future__ import annotations

import bz2
import csv
import io
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laptop.emulator.athena.grok import compile_grok
from laptop.emulator.registry import NotImplementedOnLaptop

Json = dict[str, Any]

_SAMPLE_BYTES = 1 << 20
_DELIMITERS = ",|\t;\x01"
_LONGEST_HEADER = 150
_SAMPLE_ROWS = 1000
# Widening: each type holds the values of those before it.
_NUMBERS = ("int", "bigint", "double")
_GROK_TYPES = {
    "byte": "tinyint",
    "boolean": "boolean",
    "double": "double",
    "short": "smallint",
    "int": "int",
    "long": "bigint",
    "float": "float",
}


@dataclass(frozen=True)
class Schema:
    """What a classifier says about a file. `serde` and `parameters` go into the table as they are."""

    classification: str
    columns: tuple[tuple[str, str], ...]
    serde: str
    serde_parameters: Json = field(default_factory=dict)
    parameters: Json = field(default_factory=dict)


LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
OPENX_JSON = "org.openx.data.jsonserde.JsonSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
GROK = "com.amazonaws.glue.serde.GrokSerDe"


def classify(path: Path, custom: Sequence[Json]) -> Schema | None:
    """Return the schema of a file: by the first custom classifier that knows it, else by Glue's own; None if none does.

    Parameters
    ----------
    path
        A local copy of the file.
    custom
        Classifiers as the Glue API returns them, in the crawler's order.
    """
    head = _head(path, 8)
    if head.startswith(b"PAR1"):
        return _parquet(path)
    if head.startswith((b"ORC", b"Obj\x01")):
        raise NotImplementedOnLaptop(f"crawling of {'ORC' if head.startswith(b'ORC') else 'Avro'} files")
    compression, text = sample(path)
    extra = {"compressionType": compression}
    for classifier in custom:
        schema = _custom(classifier, text)
        if schema:
            return _with(schema, extra)
    schema = _json(text) or _built_in_csv(text)
    return _with(schema, extra) if schema else None


def _with(schema: Schema, parameters: Json) -> Schema:
    merged = {**schema.parameters, **parameters, "typeOfData": "file"}
    return Schema(schema.classification, schema.columns, schema.serde, schema.serde_parameters, merged)


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def sample(path: Path) -> tuple[str, str]:
    """Return the compression and the beginning of the text of a file, without a line that is cut off."""
    raw = _head(path, _SAMPLE_BYTES)
    if raw.startswith(b"\x1f\x8b"):
        kind, text = "gzip", zlib.decompressobj(wbits=31).decompress(raw, _SAMPLE_BYTES)
    elif raw.startswith(b"BZh"):
        kind, text = "bzip2", bz2.BZ2Decompressor().decompress(raw, _SAMPLE_BYTES)
    else:
        kind, text = "none", raw
    if len(text) >= _SAMPLE_BYTES or len(raw) >= _SAMPLE_BYTES:
        text = text[: text.rfind(b"\n") + 1] or text
    return kind, text.decode("utf-8-sig", errors="replace")


def _custom(classifier: Json, text: str) -> Schema | None:
    kind, settings = next(iter(classifier.items()))
    if kind == "GrokClassifier":
        return _grok(settings, text)
    if kind == "CsvClassifier":
        return _custom_csv(settings, text)
    if kind == "JsonClassifier":
        if settings["JsonPath"] not in {"$", "$[*]"}:
            raise NotImplementedOnLaptop(f"the JSON classifier path {settings['JsonPath']}")
        return _json(text)
    raise NotImplementedOnLaptop(f"the Glue classifier type {kind}")


def _grok(settings: Json, text: str) -> Schema | None:
    custom = settings.get("CustomPatterns") or ""
    expression, fields = compile_grok(settings["GrokPattern"], custom)
    lines = [line for line in text.splitlines()[:_SAMPLE_ROWS] if line]
    matched = sum(expression.match(line) is not None for line in lines)
    if not lines or matched * 2 <= len(lines):
        return None
    kinds = dict(re.findall(r"%\{\w+:([\w.]+):(\w+)\}", settings["GrokPattern"]))
    columns = tuple((name.lower(), _GROK_TYPES.get(kinds.get(name, ""), "string")) for name in fields)
    parameters = {"input.format": settings["GrokPattern"]}
    if custom:
        parameters["input.grokCustomPatterns"] = custom
    return Schema(settings["Classification"], columns, GROK, parameters, {"grokPattern": settings["GrokPattern"]})


def _json(text: str) -> Schema | None:
    documents = _documents(text.lstrip())
    if not documents:
        return None
    types: dict[str, str] = {}
    for document in documents:
        for name, value in document.items():
            key = name.lower()
            types[key] = widen(types[key], json_type(value)) if key in types else json_type(value)
    columns = tuple((name, kind or "string") for name, kind in types.items())
    return Schema("json", columns, OPENX_JSON, {"paths": ",".join(sorted(types))})


def _documents(text: str) -> list[Json]:
    if text.startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return []
    elif text.startswith("{"):
        found, decoder = [], json.JSONDecoder()
        while text and len(found) < _SAMPLE_ROWS:
            try:
                document, end = decoder.raw_decode(text)
            except (ValueError, RecursionError):
                # The last document of a sample may be cut off; any other one makes the file something else.
                return found if len(text) < _SAMPLE_BYTES // 2 else []
            found.append(document)
            text = text[end:].lstrip()
    else:
        return []
    return found if all(isinstance(document, dict) for document in found) else []


def json_type(value: Any) -> str:
    """Return the Hive type of a JSON value; an empty string for null, which fits every type."""
    if isinstance(value, dict):
        members = ",".join(f"{name}:{json_type(item) or 'string'}" for name, item in value.items())
        return f"struct<{members}>"
    if isinstance(value, list):
        kind = ""
        for item in value:
            kind = widen(kind, json_type(item))
        return f"array<{kind or 'string'}>"
    if isinstance(value, int) and not isinstance(value, bool):
        return "int" if -(2**31) <= value < 2**31 else "bigint"
    return {bool: "boolean", float: "double", type(None): ""}.get(type(value), "string")


def widen(left: str, right: str) -> str:
    """Return a type that holds the values of both."""
    if left == right or not right:
        return left
    if not left:
        return right
    if left in _NUMBERS and right in _NUMBERS:
        return max(left, right, key=_NUMBERS.index)
    return "string"


def _custom_csv(settings: Json, text: str) -> Schema | None:
    delimiter = settings.get("Delimiter") or ","
    quote = settings.get("QuoteSymbol")
    rows = _rows(text, delimiter, quote or '"')
    single = settings.get("AllowSingleColumn", False)
    if not rows or not _is_table(rows, least=1 if single else 2):
        return None
    header = settings.get("ContainsHeader") or "UNKNOWN"
    has_header = header == "PRESENT" or (header == "UNKNOWN" and is_header(rows))
    names = settings.get("Header") or (rows[0] if has_header else [f"col{n}" for n in range(len(rows[0]))])
    serde = {"OpenCSVSerDe": OPEN_CSV, "LazySimpleSerDe": LAZY}.get(settings.get("Serde") or "")
    return _csv_schema(rows, names, delimiter, has_header=has_header, quote=quote, serde=serde)


def _built_in_csv(text: str) -> Schema | None:
    candidates = [(delimiter, _rows(text, delimiter, '"')) for delimiter in _DELIMITERS]
    fitting = [(delimiter, rows) for delimiter, rows in candidates if len(rows) >= 2 and _is_table(rows, least=2)]
    if not fitting:
        return None
    delimiter, rows = max(fitting, key=lambda item: len(item[1][0]))
    has_header = is_header(rows)
    names = rows[0] if has_header else [f"col{n}" for n in range(len(rows[0]))]
    return _csv_schema(rows, names, delimiter, has_header=has_header, quote=None, serde=LAZY)


def _rows(text: str, delimiter: str, quote: str) -> list[list[str]]:
    if "\x00" in text:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    try:
        return [row for row, _ in zip(reader, range(_SAMPLE_ROWS), strict=False) if row]
    except csv.Error:
        return []


def _is_table(rows: list[list[str]], least: int) -> bool:
    width = len(rows[0])
    return width >= least and sum(len(row) == width for row in rows) * 2 > len(rows)


def is_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row is a header by the rules of the built-in CSV classifier."""
    first, data = rows[0], rows[1:]
    texts = all(text_type(cell) == "string" for cell in first[:-1] if cell) and text_type(first[-1]) in {"string", ""}
    short = all(0 < len(cell.strip()) < _LONGEST_HEADER for cell in first[:-1])
    valid = all(re.fullmatch(r"[^\x00-\x1f\x7f,;|]*", cell) for cell in first)
    differs = any(kind not in {"string", ""} for kind in column_types(data, len(first)))
    return texts and short and valid and differs


def _csv_schema(
    rows: list[list[str]],
    names: Sequence[str],
    delimiter: str,
    *,
    has_header: bool,
    quote: str | None,
    serde: str | None,
) -> Schema:
    chosen = serde or (OPEN_CSV if quote else LAZY)
    kinds = column_types(rows[1:] if has_header else rows, len(names))
    if chosen == OPEN_CSV:
        kinds = ["string"] * len(names)
    named = zip(names, kinds, strict=True)
    columns = [(column_name(name, position), kind or "string") for position, (name, kind) in enumerate(named)]
    parameters = {"areColumnsQuoted": "true" if quote else "false", "columnsOrdered": "true", "delimiter": delimiter}
    if has_header:
        parameters["skip.header.line.count"] = "1"
    if chosen == OPEN_CSV:
        settings = {"separatorChar": delimiter, "quoteChar": quote or '"'}
    else:
        settings = {"field.delim": delimiter}
    return Schema("csv", tuple(columns), chosen, settings, parameters)


def column_name(header: str, position: int) -> str:
    """Return a column's name in the catalog: lower case, `col<n>` for an empty header."""
    return header.strip().lower() or f"col{position}"


def column_types(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the narrowest type of each column; an empty string for a column without values."""
    kinds = [""] * width
    for row in rows:
        for position, cell in enumerate(row[:width]):
            if kinds[position] != "string":
                kinds[position] = widen(kinds[position], text_type(cell))
    return kinds


def text_type(cell: str) -> str:
    """Return the type of a CSV cell; an empty string for an empty one."""
    cell = cell.strip()
    if not cell:
        return ""
    if re.fullmatch(r"[+-]?\d{1,18}", cell):
        return "bigint"
    if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?", cell):
        return "double"
    return "boolean" if cell.lower() in {"true", "false"} else "string"


def _parquet(path: Path) -> Schema:
    from pyarrow import parquet  # noqa: PLC0415 (slow to import, and most crawls see no Parquet)

    schema = parquet.read_schema(path)
    columns = tuple((item.name.lower(), arrow_type(item.type)) for item in schema)
    return Schema("parquet", columns, PARQUET, {"serialization.format": "1"}, {"typeOfData": "file"})


_ARROW_TYPES = {
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "int",
    "uint32": "bigint",
    "uint64": "decimal(20,0)",
    "float": "float",
    "double": "double",
    "bool": "boolean",
    "binary": "binary",
    "date32[day]": "date",
}


def arrow_type(kind: Any) -> str:
    """Return the Hive type of an Arrow type."""
    from pyarrow import types  # noqa: PLC0415 (slow to import)

    nested = "string"
    if types.is_timestamp(kind):
        nested = "timestamp"
    elif types.is_decimal(kind):
        nested = f"decimal({kind.precision},{kind.scale})"
    elif types.is_list(kind) or types.is_large_list(kind):
        nested = f"array<{arrow_type(kind.value_type)}>"
    elif types.is_map(kind):
        nested = f"map<{arrow_type(kind.key_type)},{arrow_type(kind.item_type)}>"
    elif types.is_struct(kind):
        nested = f"struct<{','.join(f'{item.name}:{arrow_type(item.type)}' for item in kind)}>"
    return _ARROW_TYPES.get(str(kind), nested)
