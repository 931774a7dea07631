"""What queries and jobs cost."""

from __future__ import annotations

from dashboards.data_sets import USAGE
from dashboards.data_sets.columns import Tables
from dashboards.model import CalculatedColumn, DataSet, Refresh


def declare(tables: Tables) -> DataSet:
    """Make the data set."""
    return DataSet(
        name=USAGE.removeprefix("lake-"),
        title="Usage",
        description="One row per finished Athena query or Glue job run, with its price by the list.",
        products=(),
        tables=("usage",),
        sql=None,
        import_mode="SPICE",
        columns=tables.columns(
            "usage",
            "usage_id",
            "kind",
            "team",
            "status",
            "started_at",
            "finished_at",
            "seconds",
            "scanned_bytes",
            "dpu_seconds",
            "cost_usd",
        ),
        calculated=(
            CalculatedColumn(
                name="scanned_mib",
                type="DECIMAL",
                expression="{scanned_bytes} / 1048576",
                description="Data that the query read, in MiB; null for jobs",
            ),
        ),
        refreshes=(Refresh(id="usage-hourly", kind="FULL_REFRESH", interval="HOURLY"),),
    )
