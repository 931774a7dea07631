from __future__ import annotations

from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from components.saved_query import FOLDER, SavedQuery
from tests.data.query_lake import ACCESS_LOGS, CONTRACTS, OF_EACH_TABLE, QUERIES

EACH = pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.name)
SCHEMA: Any = {
    f"lake_{zone}": {
        contract.name: {column.name: column.type for column in contract.columns}
        for contract in CONTRACTS.values()
        if contract.zone == zone
    }
    for zone in ("curated", "analytics")
} | {"lake_raw": {"access_logs": dict(column.split() for column in ACCESS_LOGS.split(", "))}}


@EACH
@pytest.mark.parametrize("dialect", ["athena", "trino"])
def test_each_query_is_one_select_in_the_dialect(query: SavedQuery, dialect: str) -> None:
    (tree,) = sqlglot.parse(query.sql, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(tree, exp.Select)


@EACH
def test_each_query_names_tables_and_columns_that_the_contracts_have(query: SavedQuery) -> None:
    tree = sqlglot.parse_one(query.sql, read="athena")
    qualify(tree, schema=SCHEMA, db=query.database, dialect="athena", validate_qualify_columns=True)


@EACH
def test_each_query_lists_its_columns_and_says_how_its_rows_are_ordered(query: SavedQuery) -> None:
    tree = sqlglot.parse_one(query.sql, read="athena")
    assert not list(tree.find_all(exp.Star)) or all(
        isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)
    )
    one_row = {"revenue_of_period", "repeat_purchase_rate", "order_by_id", *OF_EACH_TABLE}
    assert (tree.args.get("order") is not None) == (query.name not in one_row)


@EACH
def test_each_query_documents_its_parameters(query: SavedQuery) -> None:
    assert ("-- parameters:" in query.sql) == (query.parameters > 0)
    assert query.workgroup in {"analysts", "engineers", "pipeline"}
    assert query.database in SCHEMA


def test_files_are_called_as_their_queries() -> None:
    assert {file.stem for file in FOLDER.glob("*.sql")} == set(QUERIES) - set(OF_EACH_TABLE)
    assert len(QUERIES) >= 12


def test_every_table_of_the_lake_but_reference_data_is_asked_by_a_query() -> None:
    asked = {
        table.name
        for query in QUERIES.values()
        if query.name not in OF_EACH_TABLE
        for table in sqlglot.parse_one(query.sql, read="athena").find_all(exp.Table)
    }
    assert set(CONTRACTS) - asked == {"airlines", "planes"}


@pytest.mark.parametrize("table", [contract.name for contract in CONTRACTS.values() if contract.source])
def test_the_invariant_is_verified_by_reading_the_table_and_what_all_runs_write(table: str) -> None:
    tree = sqlglot.parse_one(OF_EACH_TABLE[f"verify_{table}"].sql, read="athena")
    read = {found.name for found in tree.find_all(exp.Table)} & set(CONTRACTS)
    assert read == {table, "quarantine", "pipeline_runs"}
