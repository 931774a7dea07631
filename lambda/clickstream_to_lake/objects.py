"""Objects of rows from a stream, and how a row that arrives again is not written again.

A row's position (sequence number, place within the record) never changes, and an object's name says which positions
it spans. Before rows are written, the objects that span some of their positions are read: rows that they hold are left
out. In ordinary work there are none, because names sort by their last position and so one short listing shows that
nothing was written beyond.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

# Sequence numbers have up to 56 digits so far; padded, they sort as numbers do.
_DIGITS = 56
# A row's object may appear between listing and writing, if a run that timed out was still writing.
_ATTEMPTS = 3
_SUFFIX = ".json.gz"
_GZIP = 16 + zlib.MAX_WBITS
# Level 1 takes two fifths of the time of level 6, and makes objects a quarter larger (docs/streaming.md).
_LEVEL = 1


# Where a row comes from within its shard: padded sequence number, place within the record. A plain tuple, made for
# every event.
Position = tuple[str, int]


class ObjectStore(Protocol):
    """What is needed of a bucket."""

    def names(self, prefix: str, after: str) -> Iterable[str]:
        """List the keys with a prefix that sort after a key, sorted."""

    def read(self, key: str) -> bytes:
        """Read an object."""

    def create(self, key: str, content: bytes) -> bool:
        """Write an object if there is none of that key; False if there is."""


class Written(NamedTuple):
    """How many rows were written, and how many were there already."""

    written: int
    held: int


class ContendedError(RuntimeError):
    """Somebody else kept writing the same rows."""


def padded(sequence_number: str) -> str:
    """Write a sequence number so that it sorts as a number does."""
    return sequence_number.zfill(_DIGITS)


def write_rows(store: ObjectStore, folder: str, shard: str, rows: Mapping[Position, str]) -> Written:
    """Write those rows that no object of the folder holds yet, as one object of JSON lines.

    Parameters
    ----------
    folder
        Key prefix that ends with a slash.
    rows
        JSON objects on one line, which hold `sequence_number` and `sub_sequence`.

    Raises
    ------
    ContendedError
        If others write the same rows again and again.
    """
    missing, first, last = rows, min(rows), max(rows)
    for _ in range(_ATTEMPTS):
        held = _held(store, folder, shard, first, last)
        if held:
            missing = {each: line for each, line in missing.items() if each not in held}
            if not missing:
                return Written(0, len(rows))
            first, last = min(missing), max(missing)
        if store.create(object_name(folder, shard, first, last), pack(missing.values())):
            return Written(len(missing), len(rows) - len(missing))
    raise ContendedError(f"rows of {folder}{shard} must be free to write; somebody wrote them {_ATTEMPTS} times")


def object_name(folder: str, shard: str, first: Position, last: Position) -> str:
    return f"{folder}{shard}_{_text(last)}_{_text(first)}{_SUFFIX}"


def pack(lines: Iterable[str]) -> bytes:
    """Compress lines; the same lines always give the same bytes."""
    return zlib.compress(("\n".join(lines) + "\n").encode(), _LEVEL, _GZIP)


def unpack(content: bytes) -> list[str]:
    """Give the lines of an object. Not by `splitlines`, which also splits at the line separators of Unicode."""
    return zlib.decompress(content, _GZIP).decode().removesuffix("\n").split("\n")


def _held(store: ObjectStore, folder: str, shard: str, first: Position, last: Position) -> set[Position]:
    """Find positions that objects with a common span hold."""
    held: set[Position] = set()
    prefix = f"{folder}{shard}_"
    # An object that ends at `first` itself sorts after this.
    for name in store.names(prefix, f"{prefix}{_text(first)}"):
        begins = name.removesuffix(_SUFFIX).rpartition("_")[2]
        if begins <= _text(last):
            held.update(_positions(store.read(name)))
    return held


def _positions(content: bytes) -> Iterable[Position]:
    for line in unpack(content):
        row = json.loads(line)
        yield padded(row["sequence_number"]), row["sub_sequence"]


def _text(position: Position) -> str:
    return f"{position[0]}.{position[1]:05d}"
