"""Records that the Kinesis Producer Library packed together.

https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES = 16

# Fields of the protobuf messages AggregatedRecord and Record, and protobuf's wire types.
_RECORDS = 3
_DATA = 3
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def deaggregate(data: bytes) -> list[bytes] | None:
    """Take the user records out of an aggregate, in their order.

    Returns
    -------
    list of bytes or None
        None if this is no intact aggregate: by the format's rules it is then a record like any other.
    """
    if not data.startswith(MAGIC) or len(data) < len(MAGIC) + _DIGEST_BYTES:
        return None
    body, digest = data[len(MAGIC) : -_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.md5(body, usedforsecurity=False).digest() != digest:
        return None
    try:
        packed = [value for field, value in _fields(body) if field == _RECORDS and isinstance(value, bytes)]
        return [_only_data(record) for record in packed]
    except (IndexError, ValueError):
        return None


def _only_data(record: bytes) -> bytes:
    found = [value for field, value in _fields(record) if field == _DATA and isinstance(value, bytes)]
    if len(found) != 1:
        raise ValueError(f"a packed record must have data once; got {len(found)} times")
    return found[0]


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of a protobuf message.

    https://protobuf.dev/programming-guides/encoding/
    """
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        wire_type = tag & 7
        if wire_type == _VARINT:
            value, position = _varint(message, position)
            yield tag >> 3, value
            continue
        if wire_type == _BYTES:
            length, position = _varint(message, position)
        elif wire_type in (_FIXED32, _FIXED64):
            length = 4 if wire_type == _FIXED32 else 8
        else:
            raise ValueError(f"protobuf's wire type must be 0, 1, 2 or 5; got {wire_type}")
        if position + length > len(message):
            raise ValueError(f"a field of {length} bytes does not fit into the {len(message) - position} that are left")
        yield tag >> 3, message[position : position + length]
        position += length


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("a varint must fit into 64 bits")
