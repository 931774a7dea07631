"""Glue job: compute tables of the analytics zone.

Each table is computed whole, from whole curated tables: cohorts and customer history depend on all orders, so a late
order may change any row, and a rebuild is idempotent by construction. Column pruning keeps the reading cheap.
"""

from __future__ import annotations

import argparse
import logging

from lake_common.contract import Contract, packaged
from lake_common.hadoop_files import HadoopFiles
from lake_common.parquet import write_options
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.aggregate.gate import check
from glue_jobs.aggregate.publish import publish
from glue_jobs.aggregate.transforms import AGGREGATES, conform, schema

logger = logging.getLogger("aggregate")


def main(arguments: list[str] | None = None) -> None:
    options = _parse(arguments)
    spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    for table in options.tables.split(","):
        rows = build(spark, table, options.curated_bucket, options.analytics_bucket)
        logger.info("%s: %d rows", table, rows)


def build(spark: SparkSession, table: str, curated: str, analytics: str) -> int:
    """Compute one table, check it, and only then put it where readers look.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    ValueError
        If the table is unknown, or if its rows break its contract; readers keep the previous table.
    """
    if table not in AGGREGATES:
        raise ValueError(f"--tables must name aggregates out of {sorted(AGGREGATES)}; got {table!r}")
    files, contract, aggregate = HadoopFiles(spark), packaged(table), AGGREGATES[table]
    inputs = [_read(spark, files, packaged(name), f"s3://{curated}/{name}") for name in aggregate.inputs]
    staged = f"s3://{analytics}/_staging/aggregate/{table}"
    writer = conform(aggregate.compute(*inputs), contract).write.mode("overwrite").options(**write_options(contract))
    writer.partitionBy(*(column.name for column in contract.partition_columns)).parquet(staged)
    rows = check(spark.read.schema(schema(contract)).parquet(staged), contract)
    publish(files, staged, f"s3://{analytics}/{table}", f"{table}.parquet")
    return rows


def _read(spark: SparkSession, files: HadoopFiles, contract: Contract, folder: str) -> DataFrame:
    """Read a curated table, which has no folder before its first row."""
    if not files.list(folder):
        return spark.createDataFrame([], schema(contract))
    return spark.read.schema(schema(contract)).parquet(folder)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compute tables of the analytics zone.", allow_abbrev=False)
    parser.add_argument("--curated_bucket", required=True)
    parser.add_argument("--analytics_bucket", required=True)
    parser.add_argument("--tables", required=True, help="comma-separated")
    parser.add_argument("--run_id", required=True)
    # Glue adds arguments of its own.
    return parser.parse_known_args(arguments)[0]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
