"""Write the rows of some files as fewer files, and prove that they are the same rows."""

from __future__ import annotations

from typing import NamedTuple

from lake_common.contract import Contract
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812


class Fingerprint(NamedTuple):
    """Number and sum of the hashes of some rows: the same for the same rows in any order, duplicates counted."""

    rows: int
    hashes: int


def fingerprint(rows: DataFrame) -> Fingerprint:
    """Compute the fingerprint of rows.

    A null, an empty text and a value in the neighbouring column hash alike, hence the flags.
    """
    nulls = [F.col(name).isNull() for name in rows.columns]
    row_hash = F.xxhash64(*rows.columns, *nulls).cast("decimal(20,0)")
    hashes = rows.select(row_hash.alias("row_hash"))
    count, total = hashes.agg(F.count("*"), F.sum("row_hash")).collect()[0]
    return Fingerprint(count, int(total or 0))


def arrange(rows: DataFrame, contract: Contract, target_files: int) -> DataFrame:
    """Sort rows as the contract says, in as many ranges as there are to be files."""
    order = [name for name in contract.sort_by if name in rows.columns]
    if not order:
        return rows.repartition(target_files)
    placed = rows.repartition(1) if target_files == 1 else rows.repartitionByRange(target_files, *order)
    return placed.sortWithinPartitions(*order)
