# ruff: noqa: S608 (names come from a data set, whose author writes its SQL anyway)
"""The rows of data sets, as Parquet files in the state folder: one for the rows that are shown.

An import reads the CSV that Athena left, converts it to the types of the data set, and writes a new file; only then
does the data set's record name it. So a failed import leaves the last good rows.

| rule | source (QuickSight user guide) |
|---|---|
| texts are cut at 2,047 characters | "SPICE quotas for imported data" |
| a row with a value that cannot be converted is skipped | "Errors when importing data: skipped rows" |
| rows in the look-back window are replaced by those of the source | "Refreshing a dataset incrementally" |
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from laptop.emulator import clients
from laptop.emulator.quicksight.steps import Column
from laptop.emulator.quicksight.typed_sql import INTEGER, SQL_TYPES, STRING, literal
from laptop.emulator.sql import quoted

_MAX_TEXT = 2047
_THREADS = 2


@dataclass(frozen=True)
class Window:
    """The rows that an incremental refresh replaces: those whose `column` is not before `since`."""

    column: str
    since: dt.datetime
    kept: Path


@dataclass(frozen=True)
class Imported:
    """What an import read (`ingested`, `dropped`) and what the data set has now (`total`)."""

    ingested: int
    dropped: int
    total: int
    size: int


def folder(data_set_id: str) -> Path:
    """Return the folder of a data set's rows; it exists."""
    account, region = clients.scope()
    made = clients.state_dir() / "spice" / account / region / data_set_id
    made.mkdir(parents=True, exist_ok=True)
    return made


def file(data_set_id: str, ingestion_id: str) -> Path:
    """Return where the rows of an ingestion are, or will be."""
    return folder(data_set_id) / f"{ingestion_id}.parquet"


def load(content: bytes, columns: Sequence[Column], target: Path, window: Window | None = None) -> Imported:
    """Write the rows of a CSV of Athena as a Parquet file.

    Parameters
    ----------
    content
        The result of a query with these columns, in this order.
    window
        For an incremental refresh: older rows are taken from the file that it names.
    """
    with _csv(content) as source, _connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        texts = ", ".join(f"{literal(column.name).sql}: 'VARCHAR'" for column in columns)
        # Written by `athena.results.csv_bytes`: null is nothing, an empty text a pair of quotes.
        connection.execute(
            "CREATE TEMP TABLE texts AS SELECT * FROM read_csv($file, header = true, delim = ',', quote = '\"',"
            f" escape = '\"', nullstr = '', allow_quoted_nulls = false, auto_detect = false, columns = {{{texts}}},"
            " parallel = false, max_line_size = 16777216)",
            {"file": str(source)},
        )
        converted = ", ".join(f"{_converted(column)} AS {quoted(column.name)}" for column in columns)
        fits = " AND ".join(_fits(column) for column in columns if column.type != STRING) or "true"
        connection.execute(f"CREATE TEMP TABLE loaded AS SELECT {converted} FROM texts WHERE {fits}")
        read, ingested = (_count(connection, table) for table in ("texts", "loaded"))
        if window is not None:
            _add_older(connection, columns, window)
        unfinished = target.with_suffix(".unfinished")
        connection.execute(f"COPY loaded TO {literal(str(unfinished)).sql} (FORMAT parquet)")
        total = _count(connection, "loaded")
    unfinished.replace(target)
    return Imported(ingested, read - ingested, total, target.stat().st_size)


def _connect() -> Any:
    # Nothing is fetched from anywhere.
    return duckdb.connect(config={"threads": _THREADS, "autoinstall_known_extensions": False})


@contextmanager
def _csv(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=clients.cache_dir()) as scratch:
        source = Path(scratch) / "rows.csv"
        source.write_bytes(content)
        yield source


def _add_older(connection: Any, columns: Sequence[Column], window: Window) -> None:
    listed, time = ", ".join(quoted(column.name) for column in columns), quoted(window.column)
    connection.execute(
        f"INSERT INTO loaded SELECT {listed} FROM read_parquet($file) WHERE {time} < $since OR {time} IS NULL",
        {"file": str(window.kept), "since": window.since},
    )


def _converted(column: Column) -> str:
    name = quoted(column.name)
    if column.type == STRING:
        return f"left({name}, {_MAX_TEXT})"
    converted = f"TRY_CAST({name} AS {SQL_TYPES[column.type]})"
    # A number with a fraction is no integer; DuckDB would round it.
    return f"if({converted} = TRY_CAST({name} AS double), {converted}, NULL)" if column.type == INTEGER else converted


def _fits(column: Column) -> str:
    return f"({quoted(column.name)} IS NULL OR {_converted(column)} IS NOT NULL)"


def _count(connection: Any, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def columnar(file: Path, columns: Sequence[Column], predicate: str = "true") -> dict[str, list[Any]]:
    """Return the rows of a file that match a condition, column by column; dates are ISO texts."""
    listed = ", ".join(_shown(column) for column in columns)
    with _connect() as connection:
        found = connection.execute(
            f"SELECT {listed or 'count(*)'} FROM read_parquet($file) WHERE {predicate}",
            {"file": str(file)},
        ).fetchall()
    return {column.name: [row[number] for row in found] for number, column in enumerate(columns)}


def _shown(column: Column) -> str:
    name = quoted(column.name)
    return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%g') AS {name}" if column.type == "DATETIME" else name


def remove(data_set_id: str, keep: Collection[str] = ()) -> None:
    """Delete the files of a data set, but for those of some ingestions."""
    for file in folder(data_set_id).iterdir():
        if file.stem not in keep:
            file.unlink(missing_ok=True)
