"""Takes records apart that the Kinesis Producer Library has aggregated; Firehose does so for a Kinesis source. Pure.

Format: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

_MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES = 16
_LENGTH_DELIMITED = 2
_RECORDS_FIELD = 3
_DATA_FIELD = 3


def user_records(data: bytes) -> list[bytes]:
    """Return the payloads of an aggregate; anything that is not an intact aggregate is one payload as it is."""
    body, digest = data[len(_MAGIC) : -_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    intact = data.startswith(_MAGIC) and hashlib.md5(body, usedforsecurity=False).digest() == digest
    if not intact:
        return [data]
    try:
        return [_payload(record) for field, record in _fields(body) if field == _RECORDS_FIELD]
    except (IndexError, ValueError):
        return [data]


def _payload(record: bytes) -> bytes:
    return next(value for field, value in _fields(record) if field == _DATA_FIELD)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the length-delimited fields of a protobuf message; numbers are passed over."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        value, position = _varint(message, position)
        if tag & 7 == _LENGTH_DELIMITED:
            if position + value > len(message):
                raise ValueError("a field must end within its message")
            yield tag >> 3, message[position : position + value]
            position += value
        elif tag & 7:
            raise ValueError(f"wire type {tag & 7} is not part of the format")


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
