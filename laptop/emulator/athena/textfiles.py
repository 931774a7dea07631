"""Text files as Parquet files of raw text, which DuckDB then reads fast and as often as it likes.

Lines end with LF, CRLF or CR, a byte order mark is dropped and bytes that are no UTF-8 become U+FFFD: what Hadoop's
line reader does. A row is either its line, or its fields where the serde needs a parser.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from laptop.emulator.athena.errors import NotSupportedOnLaptopError
from laptop.emulator.athena.files import DataFile, derived_copy, local_copy

_BATCH_BYTES = 16 * 1024**2
Fields = list[str | None]
Parser = Callable[[str], Fields]


def _open(path: Path, compression: str | None) -> IO[bytes]:
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if compression == "bz2":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    if compression is None:
        return path.open("rb")
    raise NotSupportedOnLaptopError(f"Text compressed with {compression}")


def read_lines(path: Path, compression: str | None, skip: int) -> Iterator[list[str]]:
    """Return the lines of a file, in batches, without the first `skip`."""
    with _open(path, compression) as raw, io.TextIOWrapper(raw, "utf-8-sig", "replace", newline=None) as text:
        for _ in range(skip):
            text.readline()
        while batch := text.readlines(_BATCH_BYTES):
            yield [line.removesuffix("\n") for line in batch]


def lines_copy(file: DataFile, skip: int) -> Path:
    """Return a Parquet file with the column `line`."""
    return _convert(file, f"lines/{skip}", skip, 1, None)


def fields_copy(file: DataFile, recipe: str, skip: int, width: int, parser: Parser) -> Path:
    """Return a Parquet file with the columns `c0`, `c1` ...: the fields that the parser finds in each line."""
    return _convert(file, f"{recipe}/{skip}/{width}", skip, width, parser)


def _convert(file: DataFile, recipe: str, skip: int, width: int, parser: Parser | None) -> Path:
    # Compression is decided by the name, which is no part of the content.
    path, exists = derived_copy(file, f"{recipe}/{file.compression}")
    if exists:
        return path
    names = ["line"] if parser is None else [f"c{index}" for index in range(width)]
    schema = pa.schema([(name, pa.string()) for name in names])
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    with pq.ParquetWriter(partial, schema, compression="lz4") as writer:
        for batch in read_lines(local_copy(file), file.compression, skip):
            columns: list[Any] = [batch] if parser is None else _columns(batch, width, parser)
            writer.write_table(pa.table([pa.array(column, pa.string()) for column in columns], schema=schema))
    partial.replace(path)
    return path


def _columns(batch: list[str], width: int, parser: Parser) -> list[Fields]:
    rows = (parser(line) for line in batch)
    padded = ([*row[:width], *([None] * (width - len(row)))] for row in rows)
    return [list(column) for column in zip(*padded, strict=True)]


def open_csv_parser(separator: str, quote: str, escape: str) -> Parser:
    """OpenCSVSerde: every field is text, a quote may be doubled or escaped."""
    options: dict[str, Any] = {"delimiter": separator, "quotechar": quote, "doublequote": True, "strict": False}
    if escape != quote:
        options["escapechar"] = escape

    def parse(line: str) -> Fields:
        # Five times faster, and most files quote nothing.
        if line and quote not in line and escape not in line:
            return list(line.split(separator))
        return cast("Fields", next(csv.reader([line], **options), []))

    return parse


def escaped_parser(separator: str, escape: str) -> Parser:
    """LazySimpleSerDe with an escape character, and no quotes."""
    token = re.compile(rf"{re.escape(escape)}(.)|({re.escape(separator)})", re.DOTALL)

    def parse(line: str) -> Fields:
        fields: Fields = []
        start, text = 0, ""
        for match in token.finditer(line):
            text += line[start : match.start()]
            start = match.end()
            if match[2] is None:
                text += match[1]
            else:
                fields.append(text)
                text = ""
        return [*fields, text + line[start:]]

    return parse


def pattern_parser(pattern: re.Pattern[str], groups: list[int], whole: bool) -> Parser:
    """Grok and Regex serdes: a line that does not match is a row of nulls."""
    search = pattern.fullmatch if whole else pattern.search

    def parse(line: str) -> Fields:
        match = search(line)
        return [match[group] if match and group else None for group in groups]

    return parse
