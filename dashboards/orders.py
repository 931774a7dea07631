"""Orders and revenue: how business goes, who buys, and who comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards.data_sets import COHORT_RETENTION, CUSTOMERS, ORDERS
from dashboards.definition.charts import bar, heat_map, line, pie, scatter, tree_map
from dashboards.definition.document import calculated, document
from dashboards.definition.fields import (
    count,
    dimension,
    latest,
    mean,
    metric,
    moment,
    step,
    total,
)
from dashboards.definition.filters import at_least, between, chosen, on_sheets, on_visuals, slider, within
from dashboards.definition.formats import dollars, number, percent
from dashboards.definition.insights import (
    each,
    extreme,
    forecast,
    growth,
    insight,
    movers,
    output,
    period_over_period,
    ranked,
    rose_or_fell,
    sum_of,
    text,
    when,
)
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.ordering import ascending, ascending_by, descending
from dashboards.definition.parameters import choice, day, whole_number
from dashboards.definition.tables import kpi, pivot_table, table
from dashboards.definition.used import data_sets_of
from dashboards.definition.visuals import Visual
from dashboards.groups import MANAGERS, RETENTION
from dashboards.model import Dashboard, DataSet

# The data end here: a look at the last weeks from today would show nothing.
FIRST_DAY, LAST_DAY = date(1997, 1, 1), date(1998, 6, 30)

SINCE = day("OrderedFrom", title="Ordered from", default=FIRST_DAY)
UNTIL = day("OrderedTo", title="Ordered to", default=LAST_DAY)
SEGMENT = choice("Segment", title="Segment", data_set=ORDERS, column="segment")
COHORT_SIZE = whole_number("CohortSize", title="Smallest cohort", least=0, most=10000, step=500, default=0)

REVENUE = total(ORDERS, "amount", "Revenue", dollars())
BY_MONTH = moment(ORDERS, "order_date", "MONTH", "Month")
ORDER_COUNT = count(ORDERS, "order_id", "Orders")


def declare(data_sets: Sequence[DataSet]) -> Dashboard:
    """Make the dashboard."""
    # In the first month everybody bought: beside it, all other shares would look the same.
    later = within(
        "months-after-the-first",
        COHORT_RETENTION,
        "months_since",
        1,
        24,
        scope=on_visuals("retention", "retention-by-cohort", "retention-by-age"),
    )
    # A few customers order so often that beside them all others are one point.
    usual = within("usual-customers", CUSTOMERS, "orders", 1, 30, scope=on_visuals("customers", "value-by-frequency"))
    definition = document(
        parameters=[SINCE, UNTIL, SEGMENT, COHORT_SIZE],
        filters=[
            between("orders-in-range", ORDERS, "order_date", SINCE, UNTIL),
            chosen("orders-of-segments", ORDERS, "segment", SEGMENT),
            chosen("customers-of-segments", CUSTOMERS, "segment", SEGMENT),
            at_least("cohorts-of-size", COHORT_RETENTION, "cohort_size", COHORT_SIZE, scope=on_sheets("retention")),
            usual,
            later,
        ],
        calculations=[
            calculated(ORDERS, "average_order", "sum({amount}) / count({order_id})"),
            calculated(CUSTOMERS, "revenue_per_order", "sum({revenue}) / sum({orders})"),
            calculated(COHORT_RETENTION, "share_of_cohort", "sum({customers}) / sum({cohort_size})"),
        ],
        sheets=[
            _revenue(),
            _customers(slider(usual, "Orders of a customer in the scatter", least=1, most=250, step=1)),
            _retention(slider(later, "Months later", least=1, most=24, step=1)),
        ],
    )
    return Dashboard(
        name="orders",
        title="Orders and revenue",
        description="How much was sold, to whom, and who comes back. CDNOW, January 1997 to June 1998.",
        data_sets=data_sets_of(definition, data_sets),
        definition=definition,
        readers=(MANAGERS, RETENTION),
    )


def _revenue() -> dict[str, Any]:
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
            extreme("Best", time=BY_MONTH, value=REVENUE, which="MAXIMUM"),
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


def _customers(frequency: dict[str, Any]) -> dict[str, Any]:
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


def _retention(months: dict[str, Any]) -> dict[str, Any]:
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
