"""Live traffic: what people do in the shop right now, and how far they get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.data_sets import CLICKS
from dashboards.definition.charts import bar, funnel, line, pie
from dashboards.definition.document import calculated, document
from dashboards.definition.fields import count, dimension, metric, moment, step, total
from dashboards.definition.filter_controls import relative_date
from dashboards.definition.filters import among, chosen, last, on_sheets, on_visuals, top
from dashboards.definition.formats import percent
from dashboards.definition.insights import (
    different,
    each,
    insight,
    output,
    period_to_date,
    ranked,
    rose_or_fell,
    sum_of,
    text,
    when,
)
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.maps import heat_map
from dashboards.definition.ordering import ascending, descending
from dashboards.definition.parameters import choice, whole_number
from dashboards.definition.tables import kpi, table
from dashboards.definition.used import data_sets_of
from dashboards.definition.visuals import Visual
from dashboards.groups import MANAGERS, OPERATORS
from dashboards.model import Dashboard, DataSet

SOURCE = choice("Source", title="Source", data_set=CLICKS, column="source")
TOP_EVENTS = whole_number("TopEvents", title="Kinds of event shown", least=1, most=20, step=1, default=8)

EVENTS = count(CLICKS, "event_id", "Events")
VISITS = total(CLICKS, "visits", "Visits")
VISITORS = total(CLICKS, "visitors", "Visitors per day")
REACHED = total(CLICKS, "reached", "Visitors who got here")
EVENT = dimension(CLICKS, "event", "Event")
BY_MINUTE = moment(CLICKS, "event_time", "MINUTE", "Minute")

# The way to a purchase; people also search and browse, which is no stage.
STAGES = ("product_view", "add_to_cart", "cart", "purchase")


def declare(data_sets: Sequence[DataSet]) -> Dashboard:
    """Make the dashboard."""
    recent = last("recent-events", CLICKS, "event_time", 7, "DAY", scope=on_sheets("live"))
    definition = document(
        parameters=[SOURCE, TOP_EVENTS],
        filters=[
            chosen("events-of-sources", CLICKS, "source", SOURCE),
            recent,
            top(
                "most-frequent-events",
                EVENT,
                REACHED,
                TOP_EVENTS,
                scope=on_visuals("live", "events-by-minute", "events-minute-by-minute"),
            ),
            among("stages-of-purchase", CLICKS, "event", STAGES, scope=on_visuals("visits", "way-to-purchase")),
        ],
        calculations=[
            calculated(CLICKS, "bought", "ifelse({event} = 'purchase', {reached}, 0)"),
            calculated(CLICKS, "conversion", "sum({bought}) / sum({visitors})"),
        ],
        sheets=[_live(relative_date(recent, "Look back")), _visits()],
    )
    return Dashboard(
        name="traffic",
        title="Live traffic",
        description="What people do in the shop right now, and how far they get. Times are UTC.",
        data_sets=data_sets_of(definition, data_sets),
        definition=definition,
        readers=(MANAGERS, OPERATORS),
    )


def _live(look_back: dict[str, Any]) -> dict[str, Any]:
    conversion = metric(CLICKS, "conversion", "Visitors who bought", percent(1))
    return sheet(
        "live",
        title="Live",
        description="What happens now",
        parameters=[SOURCE, TOP_EVENTS],
        filter_controls=[look_back],
        rows=[
            row(
                4,
                kpi("events", title="Events", value=EVENTS),
                kpi("visits", title="Visits", value=VISITS),
                kpi("visitors", title="Visitors", subtitle="Different ones on each day, added up", value=VISITORS),
                kpi("conversion", title="Visitors who bought", value=conversion),
            ),
            row_of(
                10,
                (
                    line(
                        "events-by-minute",
                        title="What is going on?",
                        subtitle="Events per minute, by kind",
                        time=BY_MINUTE,
                        values=[EVENTS],
                        color=EVENT,
                        kind="STACKED_AREA",
                    ),
                    26,
                ),
                (_story(), 10),
            ),
            row(
                9,
                heat_map(
                    "events-minute-by-minute",
                    title="Does anything stop or surge?",
                    subtitle="Events per minute, the latest first: a pale column is a quiet minute",
                    rows=EVENT,
                    columns=BY_MINUTE,
                    value=EVENTS,
                    row_order=descending(EVENTS),
                    column_order=descending(BY_MINUTE),
                    limit=100,
                ),
            ),
        ],
    )


def _story() -> Visual:
    by_hour = moment(CLICKS, "event_time", "HOUR", "Hour")
    return insight(
        "traffic-in-words",
        title="In words",
        data_set=CLICKS,
        computations=[
            sum_of("All", value=EVENTS),
            different("Kinds", category=EVENT),
            period_to_date("Today", time=by_hour, value=EVENTS, of="DAY"),
            ranked("Top", category=EVENT, value=EVENTS, size=4),
        ],
        narrative=[
            output("All.totalAggregate.formattedValue")
            + text(" events of ")
            + output("Kinds.uniqueGroupValuesCount")
            + text(" kinds."),
            text("Today so far: ")
            + output("Today.currentMetricValue.formattedValue")
            + text(" events.")
            + when(
                "Today.previousMetricValue.value > 0",
                text(" Against the same time of the day before, they ")
                + rose_or_fell("Today.percentDifference.value")
                + text(" by ")
                + output("Today.percentDifference.formattedAbsoluteValue")
                + text("."),
            ),
            text("What happens most:")
            + each(
                "Top",
                output("Top.items[index].categoryValue.formattedValue")
                + text(": ")
                + output("Top.items[index].metricValue.formattedValue"),
            ),
        ],
    )


def _visits() -> dict[str, Any]:
    nth = step(CLICKS, "step", "Step")
    return sheet(
        "visits",
        title="Visits",
        description="How far people get, and where they begin",
        parameters=[SOURCE],
        rows=[
            row(
                10,
                funnel(
                    "way-to-purchase",
                    title="How many get as far as buying?",
                    subtitle="Visitors per day who got to each stage",
                    stage=EVENT,
                    value=REACHED,
                ),
                bar(
                    "depth-of-visits",
                    title="After how many steps do people leave?",
                    subtitle="Visits that got to their first, second, third ... event",
                    category=nth,
                    values=[EVENTS],
                    order=ascending(nth),
                    limit=25,
                ),
            ),
            row(
                10,
                bar(
                    "where-visits-begin",
                    title="Where do visits begin?",
                    category=EVENT,
                    values=[VISITS],
                    horizontal=True,
                    limit=10,
                ),
                pie(
                    "events-by-source",
                    title="Who sends the events?",
                    category=dimension(CLICKS, "source", "Source"),
                    value=EVENTS,
                ),
                table(
                    "events-by-kind",
                    title="What do people do?",
                    group_by=[EVENT],
                    values=[EVENTS, REACHED],
                    order=descending(EVENTS),
                    totals=True,
                ),
            ),
        ],
    )
