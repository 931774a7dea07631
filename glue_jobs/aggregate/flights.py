"""Aggregates of the flights."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812


def carrier_delays(flights: DataFrame, airlines: DataFrame, weather: DataFrame) -> DataFrame:
    """Punctuality of each airline per month and airport of departure, in dry and in wet weather.

    Parameters
    ----------
    flights
        Curated flights: carrier, origin, flight_month, time_hour, dep_time, dep_delay (minutes).
    airlines
        Curated airlines: carrier, name.
    weather
        Curated weather: origin, time_hour, precip (inches). At most one record per origin and time_hour, so that no
        flight is counted twice.

    Returns
    -------
    DataFrame
        One row per carrier, flight_month and origin. Flights without airline or weather record are counted too.
    """
    departed = F.col("dep_time").isNotNull()
    wet, dry = F.col("precip") > 0, F.col("precip") == 0
    return (
        flights.select("carrier", "origin", "flight_month", "time_hour", "dep_time", "dep_delay")
        .join(F.broadcast(airlines.select("carrier", F.col("name").alias("airline"))), on="carrier", how="left")
        .join(F.broadcast(weather.select("origin", "time_hour", "precip")), on=["origin", "time_hour"], how="left")
        .groupBy("carrier", "flight_month", "origin")
        .agg(
            F.max("airline").alias("airline"),
            F.count("*").alias("flights"),
            F.count_if(~departed).alias("cancelled"),
            F.avg("dep_delay").alias("mean_departure_delay"),
            F.percentile("dep_delay", 0.9).alias("p90_departure_delay"),
            F.count_if(dry).alias("flights_dry"),
            F.count_if(wet).alias("flights_wet"),
            F.count_if(F.col("precip").isNull()).alias("flights_weather_unknown"),
            _mean_delay(dry).alias("mean_departure_delay_dry"),
            _mean_delay(wet).alias("mean_departure_delay_wet"),
        )
        .select(
            "carrier",
            "flight_month",
            "origin",
            "airline",
            "flights",
            "cancelled",
            "mean_departure_delay",
            "p90_departure_delay",
            "flights_dry",
            "flights_wet",
            "flights_weather_unknown",
            "mean_departure_delay_dry",
            "mean_departure_delay_wet",
        )
    )


def _mean_delay(condition: Column) -> Column:
    return F.avg(F.when(condition, F.col("dep_delay")))
