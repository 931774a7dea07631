"""The same orders in three layouts: raw CSV, ordinary Parquet, and what the lake's job writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from pyspark.sql import functions as F  # noqa: N812

from benchmarks.etl import worker_environment
from benchmarks.orders_data import HOME, raw_orders
from benchmarks.orders_queries import Question
from benchmarks.spark_lake import start
from laptop.emulator.athena.scan import Condition, parquet_bytes

LAKE, ORDINARY = "lake", "ordinary"


@dataclass(frozen=True)
class Parquet:
    """A partitioned table: `<folder>/order_month=.../*.parquet`."""

    folder: Path

    def scanned(self, question: Question) -> int:
        """Return the bytes that Athena would bill, before its minimum."""
        return sum(
            parquet_bytes(pq.read_metadata(file), question.columns, question.conditions)
            for month, file in self._files()
            if all(_selects(condition, month) for condition in question.conditions)
        )

    @property
    def size(self) -> int:
        return sum(file.stat().st_size for _, file in self._files())

    @property
    def relation(self) -> str:
        return f"read_parquet('{self.folder}/*/*.parquet', hive_partitioning = true, hive_types_autocast = false)"

    def _files(self) -> Iterator[tuple[str, Path]]:
        for file in sorted(self.folder.glob("order_month=*/*.parquet")):
            yield file.parent.name.partition("=")[2], file


@dataclass(frozen=True)
class Csv:
    """Raw files: every query reads all of them."""

    folder: Path

    def scanned(self, question: Question) -> int:
        return self.size

    @property
    def size(self) -> int:
        return sum(file.stat().st_size for file in self.folder.glob("*/*.csv"))

    @property
    def relation(self) -> str:
        """The rows as DuckDB reads them; broken lines are passed over."""
        columns = (
            "order_id: 'varchar', customer_id: 'int', order_date: 'date', quantity: 'int', amount: 'decimal(10,2)'"
        )
        return (
            "(select *, strftime(order_date, '%Y-%m') as order_month from "
            f"read_csv('{self.folder}/*/*.csv', header = true, columns = {{{columns}}}, ignore_errors = true))"
        )


def build(rows: int) -> tuple[Csv, Parquet, Parquet]:
    """Write the layouts anew: raw, ordinary, the lake's."""
    raw, home = raw_orders(rows), (HOME / "layouts").resolve()
    shutil.rmtree(home, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.etl_worker", "the lake's job", str(raw), str(home)]
    home.mkdir(parents=True)
    subprocess.run(command, env=worker_environment(), stdout=subprocess.DEVNULL, check=True)
    lake = Parquet(home / "curated-zone" / "orders")
    _write_ordinary(lake.folder, home / ORDINARY)
    return Csv(raw), Parquet(home / ORDINARY), lake


def read_bytes(layout: Csv | Parquet, question: Question) -> int:
    """Return the bytes that DuckDB reads for a query, from its own profile."""
    profile = HOME.resolve() / "profile.json"
    with duckdb.connect() as connection:
        connection.execute(f"create view orders as select * from {layout.relation}")
        connection.execute(f"pragma enable_profiling = 'json'; pragma profiling_output = '{profile}'")
        connection.execute(question.sql).fetchall()
    return int(json.loads(profile.read_text(encoding="utf-8"))["io"]["total_bytes_read"])


def _write_ordinary(source: Path, target: Path) -> None:
    """Write Spark's defaults: snappy, version 1 pages, row groups of 128 MiB; rows in the order of purchase."""
    spark = start(target.parent, ())
    arrived = spark.read.parquet(str(source)).repartition("order_month")
    by_time = arrived.sortWithinPartitions("order_month", "order_date", F.xxhash64("order_id"))
    by_time.write.partitionBy("order_month").parquet(str(target))
    spark.stop()


def _selects(condition: Condition, month: str) -> bool:
    if condition.column != "order_month" or condition.operator == "null":
        return True
    first = str(condition.values[0])
    outcomes: dict[str, bool] = {
        "=": month == first,
        "in": month in condition.values,
        "<": month < first,
        "<=": month <= first,
        ">": month > first,
        ">=": month >= first,
    }
    return outcomes[condition.operator]
