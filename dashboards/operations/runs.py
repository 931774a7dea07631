"""What the pipelines did."""

from __future__ import annotations

from typing import Any

from dashboards.data_sets import PIPELINE_RUNS
from dashboards.definition.charts import bar, line
from dashboards.definition.fields import dimension, latest, mean, measure, metric, moment, total
from dashboards.definition.formats import number, percent
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.ordering import descending
from dashboards.definition.tables import kpi, table
from dashboards.definition.visuals import Visual
from dashboards.operations.choices import REFUSED, ROWS, RUN_TABLE, RUNS, SINCE, TABLES


def make() -> dict[str, Any]:
    """Make the sheet."""
    seconds = mean(PIPELINE_RUNS, "seconds", "Seconds per run", number(1))
    return sheet(
        "runs",
        title="Pipelines",
        description="What came in, how long it took, what was refused",
        parameters=[SINCE, TABLES],
        rows=[
            row(
                4,
                kpi("runs", title="Runs", value=RUNS),
                kpi("rows-taken-in", title="Rows taken in", value=ROWS),
                kpi("rows-refused", title="Rows refused", value=REFUSED),
                kpi(
                    "share-refused",
                    title="Share refused",
                    value=metric(PIPELINE_RUNS, "share_refused", "Share refused", percent(2)),
                ),
            ),
            row_of(
                10,
                (
                    bar(
                        "rows-by-table",
                        title="What came in?",
                        subtitle="Rows of new files that met their contract, and those that did not; click to filter",
                        category=RUN_TABLE,
                        values=[total(PIPELINE_RUNS, "rows_accepted", "Accepted"), REFUSED],
                        horizontal=True,
                        arrangement="STACKED",
                        filters_sheet=True,
                    ),
                    14,
                ),
                (
                    line(
                        "runs-by-hour",
                        title="When did pipelines run?",
                        subtitle="Runs per hour, by how they ended",
                        time=moment(PIPELINE_RUNS, "started_at", "HOUR", "Hour"),
                        values=[RUNS],
                        color=dimension(PIPELINE_RUNS, "status", "Status"),
                    ),
                    12,
                ),
                (
                    bar(
                        "seconds-by-table",
                        title="What takes long?",
                        subtitle="Mean seconds of a run",
                        category=RUN_TABLE,
                        values=[seconds],
                        horizontal=True,
                        limit=12,
                    ),
                    10,
                ),
            ),
            row(13, _run_table()),
        ],
    )


def _run_table() -> Visual:
    last_end = latest(PIPELINE_RUNS, "finished_at", "Last end")
    return table(
        "tables",
        title="How is each table doing?",
        subtitle="Red: rows were refused",
        group_by=[RUN_TABLE, dimension(PIPELINE_RUNS, "status", "Status")],
        values=[
            RUNS,
            ROWS,
            REFUSED,
            total(PIPELINE_RUNS, "rows_replaced", "Rows replaced"),
            total(PIPELINE_RUNS, "files_new", "Files"),
            total(PIPELINE_RUNS, "drifted_columns", "Columns that drifted"),
            metric(PIPELINE_RUNS, "rows_per_second", "Rows per second"),
            measure(PIPELINE_RUNS, "seconds", "MAX", "Longest run (s)"),
            last_end,
        ],
        order=descending(last_end),
        alarming=(REFUSED, "> 0"),
    )
