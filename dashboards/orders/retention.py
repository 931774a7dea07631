"""How many customers come back."""

from __future__ import annotations

from typing import Any

from dashboards.data_sets import COHORT_RETENTION
from dashboards.definition.charts import line
from dashboards.definition.fields import dimension, metric, step, total
from dashboards.definition.formats import dollars, percent
from dashboards.definition.layout import row, sheet
from dashboards.definition.maps import heat_map
from dashboards.definition.tables import pivot_table
from dashboards.orders.choices import COHORT_SIZE


def make(months: dict[str, Any]) -> dict[str, Any]:
    """Make the sheet."""
    cohort = dimension(COHORT_RETENTION, "cohort_month", "First order in")
    since = step(COHORT_RETENTION, "months_since", "Months later")
    retention = metric(COHORT_RETENTION, "share_of_cohort", "Came back", percent(1))
    revenue = total(COHORT_RETENTION, "revenue", "Revenue", dollars())
    return sheet(
        "retention",
        title="Retention",
        description="Of those who first bought in a month, how many come back",
        parameters=[COHORT_SIZE],
        filter_controls=[months],
        rows=[
            row(
                9,
                heat_map(
                    "retention-by-cohort",
                    title="How many customers of a month come back?",
                    subtitle="Share of the customers whose first order was in a month, by months since",
                    rows=cohort,
                    columns=since,
                    value=retention,
                ),
            ),
            row(
                7,
                pivot_table(
                    "revenue-by-cohort",
                    title="What is a cohort worth as it grows older?",
                    subtitle="Revenue of each cohort, by months since its first order",
                    rows=[cohort],
                    columns=[since],
                    values=[revenue],
                ),
            ),
            row(
                9,
                line(
                    "retention-by-age",
                    title="When does it level off?",
                    subtitle="Share that came back, by months since the first order",
                    time=since,
                    values=[retention],
                    color=cohort,
                ),
            ),
        ],
    )
