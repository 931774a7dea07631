"""The lab on movie ratings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest
from pyspark.sql import SparkSession

from contracts.loader import load
from emr_steps.ratings import step
from tests.data import stepping
from tests.data.conftest import Lake

pytestmark = pytest.mark.spark


def put(spark: SparkSession, lake: Lake, rows: list[tuple[int, int, float, int]]) -> None:
    """Write curated ratings: user, movie, stars, year."""
    schema = ", ".join(f"{column.name} {column.type}" for column in load("ratings").columns)
    full = [
        (user, movie, f"Movie {movie}", "Drama", 1990, stars, dt.datetime(year, 6, 1, tzinfo=dt.UTC), year)
        for user, movie, stars, year in rows
    ]
    frame = spark.createDataFrame(full, schema)
    frame.write.mode("overwrite").partitionBy("rated_year").parquet(f"s3://{lake.curated}/ratings")


def read(lake: Lake, table: str) -> list[tuple[Any, ...]]:
    file = lake.folder("analytics") / table / f"{table}.parquet"
    return duckdb.connect().execute(f"select * from '{file}'").fetchall()


def test_each_year_has_its_histogram_and_its_best_movies(spark: SparkSession, lake: Lake) -> None:
    put(
        spark,
        lake,
        [
            *((user, 8, 4.5, 2015) for user in (1, 2, 3)),
            *((1, 7, 5.0, 2015), (2, 7, 4.0, 2015), (1, 9, 5.0, 2015)),
            *((1, 7, 1.0, 2016), (2, 7, 2.0, 2016)),
        ],
    )
    stepping.run(step, lake, least_ratings="2")
    assert read(lake, "rating_histogram") == [
        (2015, 4.0, 1, 1 / 6),
        (2015, 4.5, 3, 0.5),
        (2015, 5.0, 2, 1 / 3),
        (2016, 1.0, 1, 0.5),
        (2016, 2.0, 1, 0.5),
    ]
    assert read(lake, "best_movies_by_year") == [
        (2015, 1, 8, "Movie 8", 3, 4.5),
        (2015, 2, 7, "Movie 7", 2, 4.5),
        (2016, 1, 7, "Movie 7", 2, 1.5),
    ]


def test_a_second_run_replaces_the_answers_and_ten_movies_are_enough(spark: SparkSession, lake: Lake) -> None:
    put(spark, lake, [(1, 1, 3.0, 2015)])
    stepping.run(step, lake, least_ratings="1")
    put(spark, lake, [(1, movie, 3.0, 2015) for movie in range(1, 15)])
    stepping.run(step, lake, least_ratings="1")
    assert [row[2] for row in read(lake, "best_movies_by_year")] == list(range(1, 11))


def test_fails_before_there_are_ratings(lake: Lake) -> None:
    with pytest.raises(ValueError, match="must hold the curated ratings; it is empty"):
        stepping.run(step, lake)
