from __future__ import annotations

from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from glue_jobs.aggregate.movies import movie_ratings
from tests.data.oracle import curated

pytestmark = pytest.mark.spark


def rating(movie: int, stars: float, at: str, title: str | None = "A") -> tuple[object, ...]:
    return (1, movie, title, "Drama", 1990, stars, at, at[:4])


def test_bayesian_mean_adds_as_many_average_ratings_as_a_movie_has_on_average(spark: SparkSession) -> None:
    rows = [rating(1, 5.0, "2001-01-01 00:00:00")]
    rows += [rating(2, stars, f"2001-01-0{day} 00:00:00") for day, stars in enumerate((2.0, 3.0, 3.5), start=1)]
    found = {row.movie_id: row for row in movie_ratings(curated(spark, "ratings", rows)).collect()}
    # Four ratings of two movies: weight 2; overall mean 13.5 / 4 = 3.375.
    assert found[1].bayesian_mean == pytest.approx((2 * 3.375 + 5.0) / (2 + 1))
    assert found[2].bayesian_mean == pytest.approx((2 * 3.375 + 8.5) / (2 + 3))
    assert (found[1].ratings, found[1].mean_rating) == (1, 5.0)
    assert found[2].mean_rating == pytest.approx(8.5 / 3)


def test_a_movie_has_the_title_of_its_latest_rating_also_if_that_is_unknown(spark: SparkSession) -> None:
    rows = [
        rating(1, 4.0, "2001-01-02 00:00:00", "Amélie"),
        rating(1, 4.0, "2000-01-02 00:00:00", "Le Fabuleux Destin"),
        rating(2, 4.0, "2001-01-02 00:00:00", None),
    ]
    found = {row.movie_id: row for row in movie_ratings(curated(spark, "ratings", rows)).collect()}
    assert {movie: row.title for movie, row in found.items()} == {1: "Amélie", 2: None}
    assert found[1].first_rated_at == datetime(2000, 1, 2)
    assert found[1].last_rated_at == datetime(2001, 1, 2)


def test_no_ratings_give_no_movies(spark: SparkSession) -> None:
    assert movie_ratings(curated(spark, "ratings", [])).collect() == []
