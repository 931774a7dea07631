"""Departures from New York by month, airline and destination, with the place of the destination."""

from __future__ import annotations

from dashboards.data_sets import FLIGHTS
from dashboards.data_sets.columns import Tables, computed, read_sql
from dashboards.model import DataSet

NAME = FLIGHTS.removeprefix("lake-")


def declare(tables: Tables) -> DataSet:
    """Make the data set.

    It is asked when somebody looks: it changes once a year, and a copy would cost capacity all the time.
    """
    return DataSet(
        name=NAME,
        title="Flights",
        description="Departures from the airports of New York City per month, airline and destination.",
        products=(),
        tables=("flights", "airports", "airlines"),
        sql=read_sql(NAME),
        import_mode="DIRECT_QUERY",
        columns=(
            computed("month", "DATETIME", "First day of the month of departure", "flights.flight_date"),
            *tables.columns("flights", "origin", "carrier"),
            tables.column("airlines.name", name="airline", via=("airlines.carrier", "flights.carrier")),
            tables.column("flights.dest"),
            tables.column("airports.name", name="airport", via=("airports.faa", "flights.dest")),
            tables.column("airports.lat", name="latitude", geographic_role="LATITUDE"),
            tables.column("airports.lon", name="longitude", geographic_role="LONGITUDE"),
            computed("flights", "INTEGER", "Scheduled flights", "flights.flight_date"),
            computed("cancelled", "INTEGER", "Flights that did not depart", "flights.dep_time"),
            computed("arrived", "INTEGER", "Flights whose delay of arrival is known", "flights.arr_delay"),
            computed(
                "delay_minutes", "INTEGER", "Sum of their delays in minutes; negative is early", "flights.arr_delay"
            ),
        ),
    )
