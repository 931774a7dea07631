"""Every table that the aggregate job knows: from which curated tables it is computed, and by which function.

Adding one takes a contract of zone `analytics` and an entry here; the job, the catalog and the tests do the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lake_common.contract import Contract
from pyspark.sql import DataFrame

from glue_jobs.aggregate.customers import customer_history
from glue_jobs.aggregate.flights import carrier_delays
from glue_jobs.aggregate.movies import movie_ratings
from glue_jobs.aggregate.orders import cohort_retention, daily_revenue


@dataclass(frozen=True)
class Aggregate:
    """A table of the analytics zone as a function of whole curated tables, given in the order of `inputs`."""

    inputs: tuple[str, ...]
    compute: Callable[..., DataFrame]


AGGREGATES = {
    "daily_revenue": Aggregate(("orders",), daily_revenue),
    "cohort_retention": Aggregate(("orders",), cohort_retention),
    "customer_history": Aggregate(("orders",), customer_history),
    "carrier_delays": Aggregate(("flights", "airlines", "weather"), carrier_delays),
    "movie_ratings": Aggregate(("ratings",), movie_ratings),
}


def schema(contract: Contract) -> str:
    """Columns of a table as Spark DDL."""
    return ", ".join(f"{column.name} {column.type}" for column in contract.columns)


def conform(rows: DataFrame, contract: Contract) -> DataFrame:
    """Order the columns as the contract does, and one file per partition sorted as it says.

    Raises
    ------
    ValueError
        If names or types differ from the contract. A cast here would hide an overflow or a changed meaning.
    """
    got = dict(rows.dtypes)
    expected = {column.name: column.type for column in contract.columns}
    if got != expected:
        raise ValueError(f"{contract.name} must have columns {expected}; got {got}")
    partitions = [column.name for column in contract.partition_columns]
    placed = rows.select(*expected).repartition(*partitions) if partitions else rows.select(*expected).repartition(1)
    return placed.sortWithinPartitions(*partitions, *contract.sort_by)
