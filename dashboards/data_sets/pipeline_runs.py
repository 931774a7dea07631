"""What the pipelines took in, refused and wrote."""

from __future__ import annotations

from dashboards.data_sets import PIPELINE_RUNS
from dashboards.data_sets.columns import Tables, computed, read_sql
from dashboards.model import CalculatedColumn, DataSet, LookBack, Refresh

NAME = PIPELINE_RUNS.removeprefix("lake-")
TABLE = "pipeline_runs"


def declare(tables: Tables) -> DataSet:
    """Make the data set.

    No product refreshes it: all of them write it, and would refresh it at the same time.
    """
    return DataSet(
        name=NAME,
        title="Pipeline runs",
        description="One row per curated table and run of its job.",
        products=(),
        tables=(TABLE,),
        sql=read_sql(NAME),
        import_mode="SPICE",
        columns=(
            *tables.columns(TABLE, "run_id", "source_table", "status", "started_at", "finished_at"),
            computed("seconds", "INTEGER", "How long it took", f"{TABLE}.started_at", f"{TABLE}.finished_at"),
            *tables.columns(TABLE, "files_new", "files_refused", "rows_new", "rows_invalid"),
            computed(
                "rows_replaced",
                "INTEGER",
                "Rows in the rebuilt partitions that repeat another row, or that a newer version replaces",
                f"{TABLE}.rows_duplicate",
                f"{TABLE}.rows_superseded",
            ),
            *tables.columns(TABLE, "rows_written", "partitions_rebuilt"),
            computed(
                "drifted_columns",
                "INTEGER",
                "Columns that were new, or whose values were wider than the contract says",
                f"{TABLE}.added_columns",
                f"{TABLE}.widened_columns",
            ),
        ),
        calculated=(
            CalculatedColumn(
                name="rows_accepted",
                type="INTEGER",
                expression="{rows_new} - {rows_invalid}",
                description="Rows of the new files that meet the contract",
            ),
        ),
        look_back=LookBack(column="finished_at", size=2, unit="DAY"),
        refreshes=(
            Refresh(id="pipeline-runs-hourly", kind="INCREMENTAL_REFRESH", interval="HOURLY"),
            Refresh(
                id="pipeline-runs-weekly", kind="FULL_REFRESH", interval="WEEKLY", time_of_day="03:00", day="SUNDAY"
            ),
        ),
    )
