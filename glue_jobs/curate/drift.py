"""Whether the columns of a raw file fit the contract."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass

from lake_common.contract import Contract, Source

# A file that starts without a line break in so many bytes is not a table.
HEAD_BYTES = 256 * 1024
_JSON_SAMPLE_LINES = 200
_BOM = b"\xef\xbb\xbf"
# The line ends of Spark's readers; `splitlines` knows more, which texts in JSON may hold.
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Fit:
    """How a file relates to the contract.

    `added` are columns that the contract does not know: they are left out and reported. `refused` says why the file as
    a whole cannot be used.
    """

    added: tuple[str, ...]
    refused: str | None


def header(head: bytes, source: Source) -> tuple[str, ...]:
    """Names of the columns of a file, from its first bytes; none if the file is empty.

    A CSV file names its columns in its first line, JSON lines in each record: there the first records are taken, and
    no names are known if none of them can be read.
    """
    text = head.removeprefix(_BOM).decode("utf-8", errors="replace")
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    if not lines:
        return ()
    if source.format == "json":
        return _json_keys(lines if len(head) < HEAD_BYTES else lines[:-1])
    row = next(csv.reader([lines[0]], delimiter=source.delimiter, quotechar=source.quote))
    return tuple(name.strip().lower() for name in row)


def fit(columns: tuple[str, ...], contract: Contract) -> Fit:
    """Compare the columns of a file with those that the contract expects in raw files, in any order.

    A lost or renamed column makes the file unusable: to guess would put wrong values into the right column. JSON leaves
    out what is null, so only required columns must occur there. Where no names are known each row is judged by itself.
    """
    source = contract.source
    assert source is not None, f"{contract.name} is not read from raw files"
    if not columns:
        return Fit((), None)
    known = {column.name for column in contract.raw_columns}
    needed = {column.name for column in contract.raw_columns if source.format == "csv" or column.required}
    missing = sorted(needed - set(columns))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    added = tuple(name for name in columns if name not in known)
    if missing:
        return Fit(added, f"schema: column {', '.join(missing)} is missing; got {', '.join(columns)}")
    if twice:
        return Fit(added, f"schema: column {', '.join(twice)} occurs twice; got {', '.join(columns)}")
    return Fit(added, None)


def _json_keys(lines: list[str]) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for line in lines[:_JSON_SAMPLE_LINES]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue  # The reader judges each line; here only names matter.
        if isinstance(record, dict):
            keys |= dict.fromkeys(map(str, record))
    return tuple(keys)
