"""Independent answers: DuckDB over the source rows, compared with what the lake's jobs computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import DataFrame, SparkSession

from contracts.loader import load
from datasets import orders as generator

Row = tuple[Any, ...]


def generated_orders(folder: Path, rows: int, seed: int) -> Path:
    """Write orders with the shape of the real ones, one file, without faults."""
    return generator.write(generator.Request(rows=rows, seed=seed), folder)[0]


def curated(spark: SparkSession, table: str, rows: Iterable[Sequence[object]]) -> DataFrame:
    """Build a curated table from texts, in the order of the contract's columns; None is null."""
    columns = load(table).columns
    texts = [tuple(None if value is None else str(value) for value in row) for row in rows]
    frame = spark.createDataFrame(texts, ", ".join(f"{column.name} string" for column in columns))
    return frame.selectExpr(*(f"cast({column.name} as {column.type}) {column.name}" for column in columns))


def curated_orders(spark: SparkSession, file: Path) -> DataFrame:
    """Read generated orders as the curated table has them."""
    schema = ", ".join(f"{column.name} {column.type}" for column in load("orders").raw_columns)
    rows = spark.read.schema(schema).option("header", "true").csv(str(file))
    return rows.selectExpr("*", "date_format(order_date, 'yyyy-MM') as order_month")


def orders_source(file: Path) -> duckdb.DuckDBPyConnection:
    """Open the same file for DuckDB, as view `orders`."""
    connection = duckdb.connect()
    connection.execute(
        f"""create view orders as select * from read_csv('{file}', header = true, columns = {{
        order_id: 'varchar', customer_id: 'int', order_date: 'date', quantity: 'int', amount: 'decimal(10,2)'}})"""
    )
    return connection


def assert_same(got: DataFrame | list[Row], expected: list[Row]) -> None:
    """Compare rows regardless of order: decimals exactly, floating point to twelve digits."""
    rows = [tuple(row) for row in (got.collect() if isinstance(got, DataFrame) else got)]
    assert len(rows) == len(expected)
    for left, right in zip(sorted(rows, key=_key), sorted(expected, key=_key), strict=True):
        assert len(left) == len(right)
        assert all(map(_equal, left, right)), f"{left} is not {right}"


def _key(row: Row) -> list[tuple[bool, str]]:
    return [(value is None, "" if isinstance(value, float) else str(value)) for value in row]


def _equal(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)
    return left == right
