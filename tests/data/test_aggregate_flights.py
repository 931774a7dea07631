from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from contracts.loader import load
from glue_jobs.aggregate.flights import carrier_delays
from tests.data.oracle import curated

pytestmark = pytest.mark.spark


def flight(**values: object) -> dict[str, object]:
    return {"carrier": "UA", "origin": "EWR", "flight_month": "2013-01", "time_hour": "2013-01-01 10:00:00"} | values


@pytest.fixture
def table(spark: SparkSession) -> Callable[..., DataFrame]:
    def build(name: str, *rows: dict[str, object]) -> DataFrame:
        columns = [column.name for column in load(name).columns]
        assert all(set(row) <= set(columns) for row in rows)
        return curated(spark, name, [[row.get(column) for column in columns] for row in rows])

    return build


@pytest.fixture
def delays(table: Callable[..., DataFrame]) -> Callable[..., list[Row]]:
    def compute(*flights: dict[str, object]) -> list[Row]:
        airlines = table("airlines", {"carrier": "UA", "name": "United Air Lines Inc."})
        weather = table(
            "weather",
            {"origin": "EWR", "time_hour": "2013-01-01 10:00:00", "precip": 0.0},
            {"origin": "EWR", "time_hour": "2013-01-01 11:00:00", "precip": 0.02},
            {"origin": "EWR", "time_hour": "2013-01-01 12:00:00", "precip": None},
            {"origin": "JFK", "time_hour": "2013-01-01 10:00:00", "precip": 0.5},
        )
        return carrier_delays(table("flights", *flights), airlines, weather).collect()

    return compute


def test_delays_are_split_by_precipitation_at_the_hour_and_airport_of_departure(
    delays: Callable[..., list[Row]],
) -> None:
    (row,) = delays(
        flight(dep_time=1000, dep_delay=-3),
        flight(dep_time=1010, dep_delay=10),
        flight(dep_time=1130, dep_delay=40, time_hour="2013-01-01 11:00:00"),
    )
    assert (row.flights, row.flights_dry, row.flights_wet, row.flights_weather_unknown) == (3, 2, 1, 0)
    assert (row.mean_departure_delay_dry, row.mean_departure_delay_wet) == (3.5, 40.0)


def test_ninetieth_percentile_is_interpolated_between_the_two_nearest_delays(delays: Callable[..., list[Row]]) -> None:
    (row,) = delays(*(flight(dep_time=1000, dep_delay=delay) for delay in (0, 10, 20, 30)))
    assert row.p90_departure_delay == pytest.approx(27.0)
    assert row.mean_departure_delay == 15.0


def test_a_cancelled_flight_counts_as_a_flight_and_has_no_delay(delays: Callable[..., list[Row]]) -> None:
    (row,) = delays(flight(dep_time=None, dep_delay=None), flight(dep_time=1000, dep_delay=6))
    assert (row.flights, row.cancelled, row.mean_departure_delay) == (2, 1, 6.0)


def test_a_group_in_which_no_flight_departed_has_no_delays(delays: Callable[..., list[Row]]) -> None:
    (row,) = delays(flight(dep_time=None, dep_delay=None))
    assert (row.cancelled, row.mean_departure_delay, row.p90_departure_delay) == (1, None, None)


def test_flights_without_weather_or_airline_record_are_kept(delays: Callable[..., list[Row]]) -> None:
    (row,) = delays(
        flight(carrier="??", dep_time=1000, dep_delay=5, time_hour="2013-01-01 12:00:00"),
        flight(carrier="??", dep_time=1000, dep_delay=5, time_hour="2013-01-01 13:00:00"),
    )
    assert (row.airline, row.flights, row.flights_weather_unknown) == (None, 2, 2)


def test_carriers_months_and_airports_are_kept_apart(delays: Callable[..., list[Row]]) -> None:
    variants: list[dict[str, Any]] = [{}, {"carrier": "AA"}, {"origin": "JFK"}, {"flight_month": "2013-02"}]
    rows = delays(*(flight(dep_time=1000, dep_delay=0, **variant) for variant in variants))
    assert sorted((row.carrier, row.origin, row.flight_month, row.flights) for row in rows) == [
        ("AA", "EWR", "2013-01", 1),
        ("UA", "EWR", "2013-01", 1),
        ("UA", "EWR", "2013-02", 1),
        ("UA", "JFK", "2013-01", 1),
    ]
