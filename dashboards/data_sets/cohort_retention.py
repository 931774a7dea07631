"""How many customers of a month come back, as the lake computes it."""

from __future__ import annotations

from dashboards.data_sets import COHORT_RETENTION
from dashboards.data_sets.columns import Tables
from dashboards.model import DataSet, Refresh


def declare(tables: Tables) -> DataSet:
    """Make the data set.

    Everybody who sees it sees all of it: it tells no customer or segment apart.
    """
    table = "cohort_retention"
    return DataSet(
        name=COHORT_RETENTION.removeprefix("lake-"),
        title="Cohort retention",
        description="Of the customers who first bought in a month: how many bought again in each later month.",
        products=("orders",),
        tables=(table,),
        sql=None,
        import_mode="SPICE",
        columns=tables.columns(
            table, "cohort_month", "months_since", "cohort_size", "customers", "orders", "revenue", "retention"
        ),
        refreshes=(Refresh(id="cohort-retention-daily", kind="FULL_REFRESH", interval="DAILY", time_of_day="05:30"),),
    )
