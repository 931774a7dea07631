"""Record format conversion: JSON to Parquet by the columns of a Glue table. Pure.

| rule | source (Firehose developer guide, "Convert input data format") |
|---|---|
| OpenX: keys in any case unless CaseInsensitive is off, dots to underscores, mapped keys | "Deserializer" |
| timestamps: ISO 8601 with Z, `yyyy-M-d H:m:s[.S]`, epoch seconds or milliseconds | "Deserializer" |
| several documents in one record are several rows; an array is an error | the same page |
| attributes that the schema lacks are left out, columns that the record lacks are null | "Schema" |
| partition columns are not written | the schema's columns only |

Nested columns, the Hive deserializer and ORC are refused.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from laptop.emulator.firehose.failures import DeliveryError, conversion_failed

Json = dict[str, Any]
Row = list[Any]

_INTEGERS = {"tinyint": 8, "smallint": 16, "int": 32, "integer": 32, "bigint": 64}
# An epoch above it is in milliseconds: as seconds it would be the year 5138.
_LARGEST_SECONDS = 100_000_000_000
_NO_SPACE = re.compile(r"\S")


@dataclass(frozen=True)
class Schema:
    """Columns of a table, as name and Glue type, and how JSON keys find them."""

    columns: Sequence[tuple[str, str]]
    case_insensitive: bool = True
    dots_to_underscores: bool = False
    key_of: Json = field(default_factory=dict)


def rows(schema: Schema, data: bytes) -> list[Row]:
    """Return the rows of a record.

    Raises
    ------
    DeliveryError
        It is not JSON, or does not fit the schema.
    """
    return [_row(schema, document) for document in documents(data)]


def documents(data: bytes) -> list[Json]:
    """Return the JSON objects of a record: one, or several in a row."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise conversion_failed("ParseError", "Encountered malformed JSON.") from error
    decoder, position, found = json.JSONDecoder(), 0, []
    while begin := _NO_SPACE.search(text, position):
        try:
            document, position = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError) as error:
            raise conversion_failed("ParseError", "Encountered malformed JSON.") from error
        if not isinstance(document, dict):
            raise conversion_failed("MalformedData", "The top level must be an object.")
        found.append(document)
    if not found:
        raise conversion_failed("MalformedData", "The record was empty or contained only whitespace.")
    return found


def _row(schema: Schema, document: Json) -> Row:
    def fold(name: str) -> str:
        return name.lower() if schema.case_insensitive else name

    def key(name: str) -> str:
        return fold(name.replace(".", "_") if schema.dots_to_underscores else name)

    values = {key(name): value for name, value in document.items()}
    return [_value(kind, name, values.get(fold(schema.key_of.get(name, name)))) for name, kind in schema.columns]


def _value(kind: str, name: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        return _converter(kind)(value)
    except DeliveryError:
        raise
    except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
        message = f"Data does not match the schema. Column {name} is {kind}; got {json.dumps(value)[:80]}"
        raise conversion_failed("MalformedData", message) from error


def _converter(kind: str) -> Callable[[Any], Any]:
    base = kind.lower().split("(")[0]
    if base in _INTEGERS:
        return lambda value: _integer(value, _INTEGERS[base])
    if base == "decimal":
        return lambda value: _decimal(value, *_precision(kind))
    if base not in _CONVERTERS:
        raise conversion_failed("ConversionFailureException", f"Type {kind} is not implemented on the laptop.")
    return _CONVERTERS[base]


def _integer(value: Any, bits: int) -> int:
    number = int(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int) or not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(value)
    return number


def _decimal(value: Any, precision: int, scale: int) -> Decimal:
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-scale))
    if len(number.as_tuple().digits) > precision:
        raise ValueError(value)
    return number


def _precision(kind: str) -> tuple[int, int]:
    """Return precision and scale of a decimal type; Hive's default is (10, 0)."""
    arguments = [int(number) for number in kind.partition("(")[2].rstrip(") ").split(",") if number]
    return (arguments[0] if arguments else 10), (arguments[1] if len(arguments) > 1 else 0)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _text(value: Any) -> str:
    # An escape can write half a character; Java, which Firehose runs on, puts a question mark in its place.
    return value.encode(errors="replace").decode() if isinstance(value, str) else json.dumps(value)


def _boolean(value: Any) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return str(value).lower() == "true"


def _timestamp(value: Any) -> datetime:
    if isinstance(value, bool):
        raise TypeError(value)
    if isinstance(value, int | float):
        seconds = value / 1000 if abs(value) > _LARGEST_SECONDS else value
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    text = str(value)
    if "T" in text:
        if not text.endswith("Z"):
            raise ValueError(value)
        text = text[:-1]
    whole, _, fraction = text.partition(".")
    # Parquet has microseconds here, of the nine digits that Firehose takes.
    return datetime.fromisoformat(whole).replace(microsecond=int(fraction[:6].ljust(6, "0")) if fraction else 0)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "varchar": _text,
    "char": _text,
    "boolean": _boolean,
    "double": _number,
    "float": _number,
    "timestamp": _timestamp,
    "date": date.fromisoformat,
}


def parquet(schema: Schema, found: Iterable[Row], compression: str) -> bytes:
    """Return a Parquet file of rows; `compression` is SNAPPY, GZIP or UNCOMPRESSED."""
    import pyarrow as pa  # noqa: PLC0415 (half a second that most starts of the emulator need not spend)
    import pyarrow.parquet as pq  # noqa: PLC0415

    table_schema = pa.schema([(name, _arrow_type(pa, kind)) for name, kind in schema.columns])
    columns = list(zip(*found, strict=True))
    arrays = [pa.array(column, item.type) for column, item in zip(columns, table_schema, strict=True)]
    buffer = io.BytesIO()
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=table_schema),
        buffer,
        compression="none" if compression == "UNCOMPRESSED" else compression.lower(),
        use_deprecated_int96_timestamps=True,
    )
    return buffer.getvalue()


def _arrow_type(pa: Any, kind: str) -> Any:
    base = kind.lower().split("(")[0]
    if base == "decimal":
        return pa.decimal128(*_precision(kind))
    if base in _INTEGERS:
        return getattr(pa, f"int{_INTEGERS[base]}")()
    simple = {"boolean": pa.bool_(), "double": pa.float64(), "float": pa.float32(), "date": pa.date32()}
    return simple.get(base, pa.timestamp("us") if base == "timestamp" else pa.string())
