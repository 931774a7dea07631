"""Who buys, how often, and what it is worth."""

from __future__ import annotations

from typing import Any

from dashboards.data_sets import CUSTOMERS
from dashboards.definition.charts import scatter
from dashboards.definition.fields import count, dimension, latest, mean, metric, step, total
from dashboards.definition.formats import dollars, number
from dashboards.definition.insights import each, insight, output, ranked, sum_of, text
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.maps import tree_map
from dashboards.definition.ordering import descending
from dashboards.definition.tables import kpi, table
from dashboards.definition.visuals import Visual
from dashboards.orders.choices import SEGMENT


def make(frequency: dict[str, Any]) -> dict[str, Any]:
    """Make the sheet."""
    customers = count(CUSTOMERS, "segment", "Customers")
    revenue = total(CUSTOMERS, "revenue", "Revenue", dollars())
    segment = dimension(CUSTOMERS, "segment", "Segment")
    habit = dimension(CUSTOMERS, "habit", "Habit")
    return sheet(
        "customers",
        title="Customers",
        description="Who buys, how often, and how much it is worth",
        parameters=[SEGMENT],
        filter_controls=[frequency],
        rows=[
            row(
                4,
                kpi("customers", title="Customers", value=customers),
                kpi(
                    "revenue-per-customer",
                    title="Revenue per customer",
                    value=mean(CUSTOMERS, "revenue", "Revenue per customer", dollars(2)),
                ),
                kpi(
                    "orders-per-customer",
                    title="Orders per customer",
                    value=mean(CUSTOMERS, "orders", "Orders per customer", number(2)),
                ),
            ),
            row(
                10,
                tree_map(
                    "revenue-by-habit",
                    title="How much depends on people who come back?",
                    subtitle="Area is revenue, colour the revenue per order",
                    group=habit,
                    size=revenue,
                    color=metric(CUSTOMERS, "revenue_per_order", "Revenue per order", dollars(2)),
                ),
                scatter(
                    "value-by-frequency",
                    title="Do customers who order more often also spend more?",
                    subtitle="A point is all customers of a segment with equally many orders, up to 30 unless chosen",
                    x=mean(CUSTOMERS, "orders", "Orders per customer", number(1)),
                    y=mean(CUSTOMERS, "revenue", "Revenue per customer", dollars()),
                    points=step(CUSTOMERS, "orders", "Orders"),
                    color=segment,
                    size=customers,
                ),
            ),
            row_of(
                8,
                (
                    table(
                        "segments",
                        title="What is each segment worth?",
                        group_by=[segment],
                        values=[
                            customers,
                            total(CUSTOMERS, "orders", "Orders"),
                            revenue,
                            metric(CUSTOMERS, "revenue_per_order", "Revenue per order", dollars(2)),
                            latest(CUSTOMERS, "last_order_date", "Last order", form="YYYY-MM-DD"),
                        ],
                        order=descending(revenue),
                        totals=True,
                    ),
                    24,
                ),
                (_customers_story(), 12),
            ),
        ],
    )


def _customers_story() -> Visual:
    revenue = total(CUSTOMERS, "revenue", "Revenue", dollars())
    return insight(
        "customers-in-words",
        title="In words",
        data_set=CUSTOMERS,
        computations=[
            sum_of("All", value=revenue),
            ranked("Top", category=dimension(CUSTOMERS, "segment", "Segment"), value=revenue, size=3),
        ],
        narrative=[
            text("All customers together brought ") + output("All.totalAggregate.formattedValue") + text("."),
            text("The segments that brought most:")
            + each(
                "Top",
                output("Top.items[index].categoryValue.formattedValue")
                + text(" with ")
                + output("Top.items[index].metricValue.formattedValue"),
            ),
        ],
    )
