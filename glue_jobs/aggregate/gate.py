"""What must hold for an aggregate before readers see it."""

from __future__ import annotations

from functools import reduce

from lake_common.contract import Contract
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812


def check(rows: DataFrame, contract: Contract) -> int:
    """Check that required columns hold values and that the primary key tells rows apart.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    ValueError
        If a row breaks the contract.
    """
    required = [F.col(column.name).isNull() for column in contract.columns if column.required]
    incomplete = reduce(lambda left, right: left | right, required, F.lit(False))
    found = rows.agg(
        F.count("*").alias("rows"),
        F.countDistinct(F.struct(*contract.primary_key)).alias("keys"),
        F.count_if(incomplete).alias("incomplete"),
    ).collect()[0]
    if found.incomplete:
        raise ValueError(f"{contract.name}: required columns must hold values; got {found.incomplete} rows with a null")
    if found["keys"] != found.rows:
        raise ValueError(
            f"{contract.name}: {contract.primary_key} must be unique; got {found.rows} rows and {found['keys']} keys"
        )
    return int(found.rows)
