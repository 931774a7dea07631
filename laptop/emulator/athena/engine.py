"""Runs a query: binds it, prepares its tables and lets DuckDB compute it."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from laptop.emulator import clients
from laptop.emulator.athena import binder, macros, relations
from laptop.emulator.athena.dialect import to_duckdb
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryCancelledError, QueryError, locate

SCAN_LIMIT_REASON = "Bytes scanned limit was exceeded"
_THREADS = 2
_MARKED = re.compile(r"\[\[((?:[A-Z_]+: )?)(.*?)\]\]", re.DOTALL)
_MISSING_COLUMN = re.compile(r'Referenced column "([^"]+)" not found')
_NOT_GROUPED = re.compile(r'column "([^"]+)" must appear in the GROUP BY clause')
_TARGET = re.compile(r"to (INT\d+|[A-Z_]+(?:\(\d+,\d+\))?)")
_DUCKDB_TYPES = {"INT8": "TINYINT", "INT16": "SMALLINT", "INT32": "INTEGER", "INT64": "BIGINT"}


@dataclass
class Control:
    """A running query from outside: interrupts it, and says what it has scanned.

    Attributes
    ----------
    limit
        Bytes that the query may scan; None for no limit.
    """

    limit: int | None = None
    scanned: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _connection: Any = None

    def stop(self) -> None:
        self._stopped.set()
        if self._connection is not None:
            self._connection.interrupt()

    def attach(self, connection: Any) -> None:
        self._connection = connection
        self.check()

    def check(self) -> None:
        """Raise QueryCancelledError if the query was stopped or has scanned more than its limit."""
        if self._stopped.is_set():
            raise QueryCancelledError
        if self.limit is not None and self.scanned > self.limit:
            raise QueryCancelledError(SCAN_LIMIT_REASON)


@dataclass
class Prepared:
    """A query that is ready to run on a connection, in DuckDB's dialect."""

    connection: Any
    sql: str
    control: Control
    original: str

    def relation(self) -> Any:
        """Return DuckDB's relation: names and types are known, rows are not yet computed."""
        with _translated(self):
            relation = self.connection.sql(self.sql)
        if relation is None:
            raise QueryError("SYNTAX_ERROR", "The statement has no result")
        return relation

    def rows_sql(self, relation: Any) -> str:
        """Return the SQL of the result, with moments in a time zone as text: Python needs a package for them."""
        if not any(str(kind) == "TIMESTAMP WITH TIME ZONE" for kind in relation.types):
            return self.sql
        columns = [
            f"strftime(c{index}, '%Y-%m-%d %H:%M:%S.%g UTC')"
            if str(kind) == "TIMESTAMP WITH TIME ZONE"
            else f"c{index}"
            for index, kind in enumerate(relation.types)
        ]
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        return f"SELECT {', '.join(columns)} FROM ({self.sql}) AS result({names})"

    def execute(self, sql: str | None = None) -> Any:
        """Run the query, or a statement made of it, and return DuckDB's cursor."""
        with _translated(self):
            return self.connection.execute(sql or self.sql)

    def rows(self, cursor: Any) -> list[tuple[Any, ...]]:
        with _translated(self):
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


@contextmanager
def prepare(sql: str, database: str, control: Control, now: dt.datetime | None = None) -> Iterator[Prepared]:
    """Bind a query and open its tables; leave the context to release them.

    Parameters
    ----------
    now
        What `NOW` in a partition projection means; the current time by default.
    """
    moment = now or dt.datetime.now(dt.UTC)
    folder = Path(tempfile.mkdtemp(prefix="athena-", dir=clients.cache_dir()))
    connection = duckdb.connect(config={"threads": _THREADS})
    try:
        control.attach(connection)
        bound = binder.bind(sql, database)
        translated = to_duckdb(bound.tree)
        connect(connection, folder, translated)
        prepared = Prepared(connection, "", control, sql)
        with _translated(prepared):
            for name, relation in bound.virtual.items():
                connection.register(name, relation.table())
            for name, table in bound.tables.items():
                scan = relations.prepare(connection, name, table, bound.uses[name], now=moment, folder=folder)
                control.scanned += scan.bytes
                control.check()
            prepared.sql = translated
        yield prepared
    except duckdb.InterruptException as error:
        raise QueryCancelledError from error
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def connect(connection: Any, folder: Path, sql: str) -> None:
    """Give a connection Athena's settings, and the functions that a query in DuckDB's SQL calls."""
    for setting in macros.SETTINGS:
        connection.execute(setting)
    connection.execute(f"SET temp_directory = '{folder}'")
    if functions := macros.defining(sql):
        connection.execute(functions)


@contextmanager
def _translated(prepared: Prepared) -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException as error:
        raise QueryCancelledError from error
    except duckdb.Error as error:
        raise translate(error, prepared.original) from error


def translate(error: Exception, sql: str) -> QueryError:  # noqa: PLR0911 (one for each error)
    """Return the error that Athena would show for one of DuckDB's."""
    text = str(error)
    if match := _MARKED.search(text):
        if match[1]:
            return QueryError(match[1].removesuffix(": "), match[2])
        return _bad_cast(match[2], text)
    if "Division by zero" in text or "value inf to DECIMAL" in text:
        return QueryError("DIVISION_BY_ZERO", "Division by zero")
    if match := _MISSING_COLUMN.search(text):
        return QueryError("COLUMN_NOT_FOUND", f"Column '{match[1]}' cannot be resolved", locate(sql, match[1]))
    if match := _NOT_GROUPED.search(text):
        message = f"'{match[1]}' must be an aggregate expression or appear in GROUP BY clause"
        return QueryError("EXPRESSION_NOT_AGGREGATE", message, locate(sql, match[1]))
    if isinstance(error, duckdb.ConversionException):
        value = re.search(r"string '([^']*)'|field value out of range: \"([^\"]*)\"", text)
        return _bad_cast((value[1] or value[2]) if value else "", text)
    if isinstance(error, duckdb.CatalogException):
        return NotSupportedOnLaptopError(f"A function of the query ({text.splitlines()[0]})")
    if isinstance(error, duckdb.OutOfRangeException):
        return QueryError("NUMERIC_VALUE_OUT_OF_RANGE", text.splitlines()[0])
    if isinstance(error, duckdb.BinderException | duckdb.ParserException):
        return QueryError("SYNTAX_ERROR", text.splitlines()[0])
    return QueryError("GENERIC_USER_ERROR", text.splitlines()[0])


def _bad_cast(value: str, text: str) -> QueryError:
    if "date field value" in text or "timestamp field value" in text:
        kind = "date" if "date field value" in text else "timestamp"
        return QueryError("INVALID_CAST_ARGUMENT", f"Value cannot be cast to {kind}: {value}")
    match = _TARGET.search(text)
    target = _DUCKDB_TYPES.get(match[1], match[1]) if match else "the type"
    if target == "INTEGER":
        target = "INT"
    return QueryError("INVALID_CAST_ARGUMENT", f"Cannot cast '{value}' to {target}")
