"""Names of partitions: the path of a partition's folder below its table, such as `year=2013/origin=JFK`.

A table without partitions has one, whose name is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from lake_common.contract import Contract
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate import frames
from glue_jobs.curate.raw_files import digest

NAME = "_partition"
SCOPE = "scope"

# As Spark and Hive escape values in paths: org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils.
_ESCAPED = re.compile(r"[\x01-\x1f\"#%'*/:=?\\\x7f{\[\]^]")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def name(columns: Sequence[str], values: Sequence[object]) -> str:
    """Name a partition after its values."""
    return "/".join(f"{column}={_escape(str(value))}" for column, value in zip(columns, values, strict=True))


def values(partition: str) -> tuple[str, ...]:
    """Read the values from the name: the inverse of `name`."""
    return tuple(unquote(part.split("=", 1)[1]) for part in partition.split("/")) if partition else ()


def scope(partition: str) -> str:
    """Name the quarantine folder of the rows that lost in a partition, without characters that paths escape."""
    if not partition:
        return "table"
    readable = "-".join(values(partition))
    # With several columns, different values can read the same.
    plain = _PLAIN.fullmatch(readable) and "/" not in partition
    return f"partition-{readable if plain else digest(partition)}"


def frame(spark: SparkSession, contract: Contract, names: Iterable[str]) -> DataFrame:
    """List partitions as rows: the partition columns, `_partition` (the name), scope."""
    columns = contract.partition_columns
    rows = [(*values(partition), partition, scope(partition)) for partition in sorted(names)]
    fields = (*(column.name for column in columns), NAME, SCOPE)
    typed = (F.col(column.name).cast(column.type).alias(column.name) for column in columns)
    return frames.small(spark, rows, dict.fromkeys(fields, "string")).select(*typed, NAME, SCOPE)


def join(rows: DataFrame, contract: Contract, partitions: DataFrame) -> DataFrame:
    """Keep the rows of the given partitions, and add `_partition` and scope."""
    columns = [column.name for column in contract.partition_columns]
    if not columns:
        return rows.crossJoin(F.broadcast(partitions))
    return rows.join(F.broadcast(partitions), on=columns, how="inner")


def _escape(value: str) -> str:
    return _ESCAPED.sub(lambda found: f"%{ord(found.group()):02X}", value)
