"""Flights: where people go from New York, and who brings them there in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards.data_sets import FLIGHTS
from dashboards.definition.charts import bar, line
from dashboards.definition.document import calculated, document
from dashboards.definition.fields import Field, dimension, identifier, metric, moment, total
from dashboards.definition.filters import between, chosen
from dashboards.definition.formats import number, percent
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.maps import points_on_map
from dashboards.definition.parameters import choice, day
from dashboards.definition.tables import kpi
from dashboards.definition.used import data_sets_of
from dashboards.groups import MANAGERS
from dashboards.model import Dashboard, DataSet

FROM = day("FlownFrom", title="Flown from", default=date(2013, 1, 1))
UNTIL = day("FlownTo", title="Flown to", default=date(2013, 12, 31))
ORIGIN = choice("Origin", title="Departs from", data_set=FLIGHTS, column="origin")

COUNT = total(FLIGHTS, "flights", "Flights")
DELAY = metric(FLIGHTS, "mean_delay", "Mean delay (min)", number(1, " min"))


def declare(data_sets: Sequence[DataSet]) -> Dashboard:
    """Make the dashboard."""
    definition = document(
        parameters=[FROM, UNTIL, ORIGIN],
        filters=[
            between("flights-in-range", FLIGHTS, "month", FROM, UNTIL),
            chosen("flights-of-origins", FLIGHTS, "origin", ORIGIN),
        ],
        calculations=[
            calculated(FLIGHTS, "mean_delay", "sum({delay_minutes}) / sum({arrived})"),
            calculated(FLIGHTS, "share_cancelled", "sum({cancelled}) / sum({flights})"),
        ],
        sheets=[_punctuality()],
    )
    return Dashboard(
        name="flights",
        title="Flights from New York",
        description="Where people fly to, and who brings them there in time. 2013.",
        data_sets=data_sets_of(definition, data_sets),
        definition=definition,
        readers=(MANAGERS,),
    )


def _punctuality() -> dict[str, Any]:
    by_month = moment(FLIGHTS, "month", "MONTH", "Month")
    cancelled = metric(FLIGHTS, "share_cancelled", "Cancelled", percent(1))
    return sheet(
        "punctuality",
        title="Punctuality",
        description="Flights by destination and airline, and how late they arrive",
        parameters=[FROM, UNTIL, ORIGIN],
        rows=[
            row(
                4,
                kpi("flights", title="Flights", value=COUNT),
                kpi("mean-delay", title="Mean delay of arrival", value=DELAY),
                kpi("cancelled", title="Cancelled", value=cancelled),
            ),
            row_of(
                13,
                (
                    points_on_map(
                        "destinations",
                        title="Where do people fly to?",
                        subtitle="Size is the number of flights",
                        latitude=_coordinate("latitude"),
                        longitude=_coordinate("longitude"),
                        value=COUNT,
                    ),
                    22,
                ),
                (
                    bar(
                        "delay-by-airline",
                        title="Who arrives late?",
                        subtitle="Mean delay of arrival; click to filter",
                        category=dimension(FLIGHTS, "airline", "Airline"),
                        values=[DELAY],
                        horizontal=True,
                        filters_sheet=True,
                    ),
                    14,
                ),
            ),
            row(
                9,
                line(
                    "delay-by-month",
                    title="When is it late?",
                    subtitle="Mean delay of arrival by month",
                    time=by_month,
                    values=[DELAY],
                ),
                bar(
                    "flights-by-airport",
                    title="Which destinations are busiest?",
                    category=dimension(FLIGHTS, "airport", "Airport"),
                    values=[COUNT],
                    horizontal=True,
                    limit=10,
                ),
            ),
        ],
    )


def _coordinate(column: str) -> Field:
    return Field(id=column, kind="NumericalDimensionField", column=identifier(FLIGHTS, column))
