"""A lake in DuckDB: the tables of the contracts, and the deployed queries translated from Athena's dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import sqlglot
from lake_common.contract import Contract

from components.saved_query import SavedQuery, load_queries, load_queries_of
from contracts.loader import load_contracts

CONTRACTS = {contract.name: contract for contract in load_contracts()}
OF_EACH_TABLE = {
    query.name: query for name, contract in CONTRACTS.items() if contract.source for query in load_queries_of(name)
}
QUERIES = {query.name: query for query in load_queries()} | OF_EACH_TABLE
ACCESS_LOGS = "clientip varchar, ident varchar, auth varchar, verb varchar, request varchar, response int, bytes bigint"


class QueryLake:
    """Tables without rows until `put` gives them some."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("set timezone = 'UTC'; create schema lake_raw")
        self._connection.execute("create schema lake_curated; create schema lake_analytics")
        for contract in CONTRACTS.values():
            self._connection.execute(f"create table {_place(contract)} ({_columns(contract)})")
        self._connection.execute(f"create table lake_raw.access_logs ({ACCESS_LOGS})")

    def put(self, table: str, rows: Iterable[Sequence[object] | Mapping[str, object]]) -> None:
        """Add rows, given in the order of the columns or by name; what is not named is null."""
        place = _place(CONTRACTS[table]) if table in CONTRACTS else f"lake_raw.{table}"
        for row in rows:
            names = f"({', '.join(row)})" if isinstance(row, Mapping) else ""
            values = list(row.values() if isinstance(row, Mapping) else row)
            self._connection.execute(f"insert into {place} {names} values ({', '.join('?' * len(values))})", values)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def run(self, name: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a deployed query in its database."""
        query = QUERIES[name]
        self._connection.execute(f"use {query.database}")
        return self._connection.execute(translated(query), list(parameters)).fetchall()


def translated(query: SavedQuery) -> str:
    (statement,) = sqlglot.transpile(query.sql, read="athena", write="duckdb")
    return statement


def _place(contract: Contract) -> str:
    return f"lake_{contract.zone}.{contract.name}"


def _columns(contract: Contract) -> str:
    return ", ".join(f"{c.name} {c.type.replace('array<string>', 'varchar[]')}" for c in contract.columns)
