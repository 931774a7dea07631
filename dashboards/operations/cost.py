"""What queries and jobs cost."""

from __future__ import annotations

from typing import Any

from dashboards.data_sets import USAGE
from dashboards.definition.charts import bar, scatter
from dashboards.definition.fields import count, dimension, latest, moment, total
from dashboards.definition.formats import number
from dashboards.definition.insights import each, insight, output, ranked, sum_of, text
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.ordering import ascending, descending
from dashboards.definition.tables import kpi, table
from dashboards.definition.visuals import Visual
from dashboards.operations.choices import CHEAPEST, COST, SCANNED, SINCE, SPLIT_BY, TEAM


def make() -> dict[str, Any]:
    """Make the sheet."""
    part = dimension(USAGE, "part", "Part")
    hour = moment(USAGE, "started_at", "HOUR", "Hour")
    calls = count(USAGE, "usage_id", "Queries and runs")
    seconds = total(USAGE, "seconds", "Seconds", number(1))
    return sheet(
        "cost",
        title="Cost",
        description="What queries read and jobs take, at list prices",
        parameters=[SINCE, SPLIT_BY, CHEAPEST],
        rows=[
            row(
                4,
                kpi("cost", title="Cost at list prices", value=COST),
                kpi("data-read", title="Data read by queries", value=SCANNED),
                kpi("calls", title="Queries and job runs", value=calls),
            ),
            row_of(
                10,
                (
                    bar(
                        "cost-by-hour",
                        title="When does it cost?",
                        subtitle="By hour, split as chosen above",
                        category=hour,
                        values=[COST],
                        color=part,
                        order=ascending(hour),
                        arrangement="STACKED",
                    ),
                    22,
                ),
                (_cost_story(), 14),
            ),
            row(
                10,
                bar(
                    "data-read-by-team",
                    title="Who reads the most data?",
                    category=TEAM,
                    values=[SCANNED],
                    horizontal=True,
                    limit=10,
                ),
                scatter(
                    "time-and-cost",
                    title="Does what takes long cost much?",
                    subtitle="A point is a team's queries, or a job's runs",
                    x=seconds,
                    y=COST,
                    points=TEAM,
                    color=dimension(USAGE, "kind", "Kind"),
                    size=calls,
                ),
            ),
            row(
                9,
                table(
                    "teams",
                    title="Who pays for what?",
                    group_by=[TEAM, dimension(USAGE, "status", "Status")],
                    values=[
                        calls,
                        seconds,
                        SCANNED,
                        total(USAGE, "dpu_seconds", "DPU seconds", number(0)),
                        COST,
                        latest(USAGE, "finished_at", "Last end"),
                    ],
                    order=descending(COST),
                    totals=True,
                ),
            ),
        ],
    )


def _cost_story() -> Visual:
    return insight(
        "cost-in-words",
        title="In words",
        data_set=USAGE,
        computations=[
            sum_of("Spent", value=COST),
            sum_of("Read", value=SCANNED),
            ranked("Top", category=TEAM, value=COST, size=3),
        ],
        narrative=[
            text("Since the chosen day, the lake cost ")
            + output("Spent.totalAggregate.formattedValue")
            + text(" at list prices; queries read ")
            + output("Read.totalAggregate.formattedValue")
            + text("."),
            text("Most of it went to:")
            + each(
                "Top",
                output("Top.items[index].categoryValue.formattedValue")
                + text(" with ")
                + output("Top.items[index].metricValue.formattedValue"),
            ),
            text("Storage and streams are not in these figures."),
        ],
    )
