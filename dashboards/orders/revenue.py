"""How much was sold, when, and what to expect."""

from __future__ import annotations

from typing import Any

from dashboards.data_sets import ORDERS
from dashboards.definition.charts import bar, line, pie
from dashboards.definition.fields import dimension, metric, moment, total
from dashboards.definition.formats import dollars
from dashboards.definition.insights import (
    each,
    forecast,
    growth,
    highest,
    insight,
    movers,
    output,
    period_over_period,
    rose_or_fell,
    text,
    when,
)
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.ordering import ascending, ascending_by
from dashboards.definition.tables import kpi
from dashboards.definition.visuals import Visual
from dashboards.orders.choices import BY_MONTH, ORDER_COUNT, REVENUE, SEGMENT, SINCE, UNTIL


def make() -> dict[str, Any]:
    """Make the sheet."""
    average = metric(ORDERS, "average_order", "Revenue per order", dollars(2))
    weekday = dimension(ORDERS, "weekday", "Weekday")
    return sheet(
        "revenue",
        title="Revenue",
        description="How much was sold, when, and what to expect",
        parameters=[SINCE, UNTIL, SEGMENT],
        rows=[
            row(
                5,
                kpi("revenue-of-month", title="Revenue, last month", value=REVENUE, trend=BY_MONTH),
                kpi("orders-of-month", title="Orders, last month", value=ORDER_COUNT, trend=BY_MONTH),
                kpi("average-order", title="Revenue per order, last month", value=average, trend=BY_MONTH),
                kpi("discs-of-month", title="CDs, last month", value=total(ORDERS, "quantity", "CDs"), trend=BY_MONTH),
            ),
            row_of(
                11,
                (
                    line(
                        "revenue-by-week",
                        title="Where is revenue going?",
                        subtitle="By week, with a forecast. It falls: the sample follows the customers of one quarter",
                        time=moment(ORDERS, "order_date", "WEEK", "Week"),
                        values=[REVENUE],
                        forecast_periods=8,
                    ),
                    25,
                ),
                (_story(), 11),
            ),
            row(
                9,
                bar(
                    "revenue-by-segment",
                    title="Which customers bring the revenue?",
                    subtitle="By the segment they are in today; click to filter",
                    category=dimension(ORDERS, "segment", "Segment"),
                    values=[REVENUE],
                    horizontal=True,
                    filters_sheet=True,
                ),
                bar(
                    "orders-by-weekday",
                    title="On which days do people order?",
                    category=weekday,
                    values=[ORDER_COUNT],
                    order=ascending_by(ORDERS, "weekday_number"),
                ),
                pie(
                    "orders-by-size",
                    title="How much is in an order?",
                    category=dimension(ORDERS, "size", "Size"),
                    value=ORDER_COUNT,
                ),
            ),
            row(
                10,
                bar(
                    "revenue-by-month-and-segment",
                    title="How has the mix of customers changed?",
                    subtitle="Revenue by month, coloured by the segment that the customers are in today",
                    category=BY_MONTH,
                    values=[REVENUE],
                    color=dimension(ORDERS, "segment", "Segment"),
                    order=ascending(BY_MONTH),
                    arrangement="STACKED",
                ),
            ),
        ],
    )


def _story() -> Visual:
    return insight(
        "revenue-in-words",
        title="In words",
        data_set=ORDERS,
        computations=[
            period_over_period("Change", time=BY_MONTH, value=REVENUE),
            growth("Growth", time=BY_MONTH, value=REVENUE, periods=6),
            highest("Best", time=BY_MONTH, value=REVENUE),
            movers("Movers", time=BY_MONTH, category=dimension(ORDERS, "segment", "Segment"), value=REVENUE, size=3),
            forecast("Next", time=BY_MONTH, value=REVENUE, periods=1),
        ],
        narrative=[
            text("Revenue of ")
            + output("Change.currentTimeValue.formattedValue")
            + text(" was ")
            + output("Change.currentMetricValue.formattedValue")
            + text(": it ")
            + rose_or_fell("Change.percentDifference.value")
            + text(" by ")
            + output("Change.percentDifference.formattedAbsoluteValue")
            + text(" from the month before."),
            text("Over the last six months it changed by ")
            + output("Growth.compoundedGrowthRate.formattedValue")
            + text(" a month. The best month was ")
            + output("Best.timeValue.formattedValue")
            + text(", with ")
            + output("Best.metricValue.formattedValue")
            + text("."),
            when("Movers.itemsCount > 0", text("What moved most:"))
            + each(
                "Movers",
                output("Movers.items[index].categoryValue.formattedValue")
                + text(" by ")
                + output("Movers.items[index].absoluteDifference.formattedValue"),
            ),
            text("The forecast for ")
            + output("Next.timeValue.formattedValue")
            + text(" is ")
            + output("Next.metricValue.formattedValue")
            + text("."),
        ],
    )
