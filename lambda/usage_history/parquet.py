"""Writes a small table as Parquet: flat columns of four types, nulls, one row group.

pyarrow is 156 MB unpacked, of the 250 MB that a function and its layers may have, and comes built for one architecture:
too much for some hundred rows an hour. What is written here is the oldest part of the format, which every reader knows:
plain values, version 1 pages, gzip.
https://parquet.apache.org/docs/file-format/ and
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

_MAGIC = b"PAR1"
_PLAIN, _RLE, _GZIP, _DATA_PAGE, _OPTIONAL = 0, 3, 2, 0, 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How the compact protocol of Thrift writes a member of a structure.
_TRUE, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 5, 6, 8, 9, 12
_LONG_LIST = 15

# Members of a structure by number: their type and their encoded value.
_Members = Mapping[int, tuple[int, bytes]]


@dataclass(frozen=True)
class _Type:
    """A type of columns: the number of its physical and of its (older) converted type, its logical type, its values."""

    physical: int
    converted: int | None
    logical: _Members
    encode: Callable[[Any], bytes]


@dataclass(frozen=True)
class _Chunk:
    """The encoded values of a column."""

    name: str
    type: _Type
    content: bytes
    plain_bytes: int


def write(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the file of a table; the same rows give the same bytes.

    Parameters
    ----------
    columns
        Type of each column: string, bigint, double or timestamp (UTC, without a time zone).
    rows
        A value, or None, for each column.
    """
    chunks = [_chunk(name, _TYPES[kind], [row[name] for row in rows]) for name, kind in columns.items()]
    metadata, offset = [], len(_MAGIC)
    for chunk in chunks:
        metadata.append(_column(chunk, offset, len(rows)))
        offset += len(chunk.content)
    plain_bytes = sum(chunk.plain_bytes for chunk in chunks)
    group = {1: _list(_STRUCT, metadata), 2: (_I64, _int(plain_bytes)), 3: (_I64, _int(len(rows)))}
    root = _struct({4: _text("schema"), 5: (_I32, _int(len(columns)))})
    footer = _struct(
        {
            1: (_I32, _int(1)),
            2: _list(_STRUCT, [root, *(_element(chunk) for chunk in chunks)]),
            3: (_I64, _int(len(rows))),
            4: _list(_STRUCT, [_struct(group)]),
            6: _text("lake usage_history"),
        }
    )
    return b"".join([_MAGIC, *(chunk.content for chunk in chunks), footer, struct.pack("<i", len(footer)), _MAGIC])


def _chunk(name: str, kind: _Type, values: Sequence[Any]) -> _Chunk:
    levels = b"".join(
        _varint(sum(1 for _ in run) << 1) + bytes([there])
        for there, run in groupby(value is not None for value in values)
    )
    plain = b"".join(
        [struct.pack("<i", len(levels)), levels, *(kind.encode(value) for value in values if value is not None)]
    )
    packed = gzip.compress(plain, mtime=0)
    page = {1: (_I32, _int(len(values))), 2: (_I32, _int(_PLAIN)), 3: (_I32, _int(_RLE)), 4: (_I32, _int(_RLE))}
    header = _struct(
        {
            1: (_I32, _int(_DATA_PAGE)),
            2: (_I32, _int(len(plain))),
            3: (_I32, _int(len(packed))),
            5: (_STRUCT, _struct(page)),
        }
    )
    return _Chunk(name, kind, header + packed, len(header) + len(plain))


def _element(chunk: _Chunk) -> bytes:
    kind = chunk.type
    return _struct(
        {
            1: (_I32, _int(kind.physical)),
            3: (_I32, _int(_OPTIONAL)),
            4: _text(chunk.name),
            **({} if kind.converted is None else {6: (_I32, _int(kind.converted))}),
            **({10: (_STRUCT, _struct(kind.logical))} if kind.logical else {}),
        }
    )


def _column(chunk: _Chunk, offset: int, values: int) -> bytes:
    metadata = {
        1: (_I32, _int(chunk.type.physical)),
        2: _list(_I32, [_int(_PLAIN), _int(_RLE)]),
        3: _list(_BINARY, [_binary(chunk.name)]),
        4: (_I32, _int(_GZIP)),
        5: (_I64, _int(values)),
        6: (_I64, _int(chunk.plain_bytes)),
        7: (_I64, _int(len(chunk.content))),
        9: (_I64, _int(offset)),
    }
    return _struct({2: (_I64, _int(offset)), 3: (_STRUCT, _struct(metadata))})


def _struct(members: _Members) -> bytes:
    parts, last = [], 0
    for number, (kind, value) in sorted(members.items()):
        parts.append(bytes([(number - last) << 4 | kind]) + value)
        last = number
    return b"".join(parts) + b"\0"


def _list(kind: int, items: Iterable[bytes]) -> tuple[int, bytes]:
    found = list(items)
    size = len(found)
    head = bytes([size << 4 | kind]) if size < _LONG_LIST else bytes([_LONG_LIST << 4 | kind]) + _varint(size)
    return _LIST, head + b"".join(found)


def _text(text: str) -> tuple[int, bytes]:
    return _BINARY, _binary(text)


def _binary(text: str) -> bytes:
    content = text.encode()
    return _varint(len(content)) + content


def _int(number: int) -> bytes:
    """Write a number that is not negative, as all of the footer are."""
    return _varint(number << 1)


def _varint(number: int) -> bytes:
    content = bytearray()
    while number > 127:
        content.append(number & 127 | 128)
        number >>= 7
    return bytes([*content, number])


def _string(value: str) -> bytes:
    content = value.encode()
    return struct.pack("<i", len(content)) + content


def _microseconds(value: datetime) -> bytes:
    since = value.replace(tzinfo=UTC) - _EPOCH
    return struct.pack("<q", (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds)


_EMPTY = (_STRUCT, _struct({}))
_UTC_MICROSECONDS = _struct({1: (_TRUE, b""), 2: (_STRUCT, _struct({2: _EMPTY}))})
_TYPES = {
    "bigint": _Type(2, None, {}, lambda value: struct.pack("<q", value)),
    "double": _Type(5, None, {}, lambda value: struct.pack("<d", value)),
    "string": _Type(6, 0, {1: _EMPTY}, _string),
    "timestamp": _Type(2, 10, {8: (_STRUCT, _UTC_MICROSECONDS)}, _microseconds),
}
