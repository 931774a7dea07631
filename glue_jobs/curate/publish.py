"""Writing: whole partitions, each replaced as a whole, so that a second run writes the same again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lake_common.contract import Contract
from lake_common.hadoop_files import HadoopFiles
from lake_common.parquet import write_options
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate import partitions
from glue_jobs.curate.reading import FILE
from glue_jobs.curate.transforms import REASONS, RECORD, SEPARATOR

# About 160 MB of orders: a partition with more rows becomes several files, so that several workers write it.
ROWS_PER_FILE = 16_000_000
_PARTS = "_parts"


def write_curated(rows: DataFrame, contract: Contract, folder: str, counts: Mapping[str, int]) -> None:
    """Overwrite the partitions that occur in the rows; the others stay as they are.

    Each partition is sorted as the contract says and is one file up to `ROWS_PER_FILE` rows. A table without partitions
    is replaced as a whole.

    Parameters
    ----------
    counts
        Rows of each partition, by its name.
    """
    by = [column.name for column in contract.partition_columns]
    ordered = _distributed(rows, contract, counts).sortWithinPartitions(*by, *contract.sort_by)
    writer = ordered.select(*(column.name for column in contract.columns)).write.mode("overwrite")
    writer.options(partitionOverwriteMode="dynamic", **write_options(contract)).partitionBy(*by).parquet(folder)


def write_quarantine(rows: DataFrame, contract: Contract, files: DataFrame, folder: str) -> None:
    """Overwrite the scopes that occur in the rows, in the quarantine of the contract's table.

    Parameters
    ----------
    rows
        `_reasons`, `_record`, `_file` and scope; null stands for the scope of the file.
    files
        As `reading.numbered` gives them.
    """
    named = rows.join(F.broadcast(files.select(FILE, "source_file", "ingest_date", "file_scope")), on=FILE, how="inner")
    report = named.select(
        "source_file",
        "ingest_date",
        F.split(REASONS, SEPARATOR).alias("reasons"),
        F.col(RECORD).alias("raw_record"),
        F.lit(contract.version).alias("contract_version"),
        F.coalesce(partitions.SCOPE, "file_scope").alias(partitions.SCOPE),
    )
    ordered = report.repartition(partitions.SCOPE).sortWithinPartitions(partitions.SCOPE, "source_file", "raw_record")
    writer = ordered.write.mode("overwrite").options(partitionOverwriteMode="dynamic", compression="zstd")
    writer.partitionBy(partitions.SCOPE).parquet(folder)


def delete_partitions(files: HadoopFiles, folder: str, names: Iterable[str]) -> None:
    """Delete partitions that have no rows left."""
    for name in names:
        files.delete(f"{folder}/{name}" if name else folder)


def delete_leftovers(files: HadoopFiles, folder: str) -> None:
    """Delete what a killed run left behind. One job at a time writes a table, so nobody is using it."""
    for name in files.children(folder):
        if name.startswith((".spark-staging", "_temporary")):
            files.delete(f"{folder}/{name}")


def _distributed(rows: DataFrame, contract: Contract, counts: Mapping[str, int]) -> DataFrame:
    """Bring the rows of a file together."""
    parts = {name: -(-count // ROWS_PER_FILE) for name, count in counts.items()}
    by = [column.name for column in contract.partition_columns]
    if not by:
        return rows.repartition(max(parts.values(), default=1))
    if max(parts.values(), default=1) == 1:
        return rows.repartition(*by)
    spark = rows.sparkSession
    sizes = spark.createDataFrame(list(parts.items()), f"{partitions.NAME} string, {_PARTS} int")
    placed = partitions.join(rows, contract, partitions.frame(spark, contract, parts).join(sizes, partitions.NAME))
    return placed.repartition(*by, F.pmod(F.xxhash64(*contract.primary_key), F.col(_PARTS)))
