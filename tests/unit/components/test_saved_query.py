"""Query files are read with their headers, and a parameter is told from a question mark in text."""

from pathlib import Path

import pytest

from components.saved_query import SavedQuery, load_queries, load_queries_of

HEADER = "-- name: top_customers\n-- description: Who buys most\n-- workgroup: analysts\n-- database: lake_curated\n"


def only_query(folder: Path, sql: str) -> SavedQuery:
    (folder / "top_customers.sql").write_text(sql, encoding="utf-8")
    (query,) = load_queries(folder)
    return query


def test_header_and_text_are_read(tmp_path: Path) -> None:
    query = only_query(tmp_path, HEADER + "SELECT 1\n")
    assert (query.name, query.description) == ("top_customers", "Who buys most")
    assert (query.workgroup, query.database) == ("analysts", "lake_curated")
    assert query.sql.endswith("SELECT 1")
    assert query.parameters == 0


def test_query_of_each_table_is_written_for_the_table(tmp_path: Path) -> None:
    header = HEADER.replace("top_customers", "count_{table}").replace("Who buys most", "Rows of {table}")
    (tmp_path / "count.sql").write_text(header + "SELECT count(*) FROM {table}", encoding="utf-8")

    (query,) = load_queries_of("returns", tmp_path)

    assert (query.name, query.description) == ("count_returns", "Rows of returns")
    assert query.sql.endswith("SELECT count(*) FROM returns")


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("SELECT * FROM orders WHERE order_month = ? AND amount > ?", 2),
        ("SELECT 'why?', \"odd?name\" FROM census -- really?\n", 0),
        ("SELECT 'it''s ?' /* here ?\n or ? */ FROM orders WHERE customer_id = ?", 1),
    ],
)
def test_parameters_are_counted_outside_text_and_comments(tmp_path: Path, sql: str, parameters: int) -> None:
    assert only_query(tmp_path, HEADER + sql).parameters == parameters


@pytest.mark.parametrize(
    "header", [HEADER.replace("-- database: lake_curated\n", ""), HEADER + "-- workgroup: engineers\n", ""]
)
def test_fails_for_a_header_that_lacks_or_repeats_a_key(tmp_path: Path, header: str) -> None:
    with pytest.raises(ValueError, match=r"top_customers.sql must give each of \['name', .*\] once"):
        only_query(tmp_path, header + "SELECT 1")
