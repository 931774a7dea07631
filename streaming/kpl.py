"""Pack several events into one record, in the aggregation format of the Kinesis Producer Library.

A record begins with four magic bytes, then comes a protocol buffer, then its MD5 digest:
https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md

    message AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2;
                               repeated Record records = 3; }
    message Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2;
                     required bytes data = 3; }
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAGIC = b"\xf3\x89\x9a\xc2"

_VARINT, _BYTES = 0, 2


class UserRecord(NamedTuple):
    """One event inside an aggregated record."""

    partition_key: str
    data: bytes
    explicit_hash_key: str | None = None


def aggregate(records: Sequence[UserRecord]) -> bytes:
    """Return the bytes of one Kinesis record that holds all of `records`, in their order.

    Raises
    ------
    ValueError
        If there is no record.
    """
    if not records:
        raise ValueError("an aggregated record must hold at least one event; got none")
    keys = _positions(record.partition_key for record in records)
    hashes = _positions(record.explicit_hash_key for record in records if record.explicit_hash_key is not None)
    message = b"".join(
        [_field(1, key.encode()) for key in keys]
        + [_field(2, key.encode()) for key in hashes]
        + [_field(3, _record(record, keys, hashes)) for record in records]
    )
    return MAGIC + message + hashlib.md5(message, usedforsecurity=False).digest()


def _record(record: UserRecord, keys: dict[str, int], hashes: dict[str, int]) -> bytes:
    parts = [_tag(1, _VARINT), _varint(keys[record.partition_key])]
    if record.explicit_hash_key is not None:
        parts += [_tag(2, _VARINT), _varint(hashes[record.explicit_hash_key])]
    return b"".join([*parts, _field(3, record.data)])


def _positions(texts: Iterable[str]) -> dict[str, int]:
    """Give each text a number, in the order in which they first occur."""
    return {text: position for position, text in enumerate(dict.fromkeys(texts))}


def _field(number: int, content: bytes) -> bytes:
    return _tag(number, _BYTES) + _varint(len(content)) + content


def _tag(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Seven bits to a byte, the lowest first; the top bit says that more follow."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
