"""Aggregates of the movie ratings."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812


def movie_ratings(ratings: DataFrame) -> DataFrame:
    """Count and average the ratings of each movie.

    The Bayesian mean keeps a movie with few ratings near the overall mean m: (c m + sum) / (c + n), where n is the
    movie's number of ratings and c, the weight of the prior, the mean number of ratings per movie.

    Parameters
    ----------
    ratings
        Curated ratings: movie_id, title, genres, rating, rated_at.

    Returns
    -------
    DataFrame
        One row per movie_id.
    """
    movies = (
        ratings.select("movie_id", "title", "genres", F.col("rating").cast("decimal(4,2)").alias("rating"), "rated_at")
        .groupBy("movie_id")
        .agg(
            # A struct orders by its fields in turn, so equal times do not make the choice depend on the run.
            F.max(F.struct("rated_at", "title", "genres")).alias("latest"),
            F.count("*").alias("ratings"),
            F.sum("rating").cast("double").alias("total"),
            F.min("rated_at").alias("first_rated_at"),
        )
    )
    overall = movies.agg(
        (F.sum("total") / F.sum("ratings")).alias("overall_mean"),
        F.avg("ratings").alias("prior_ratings"),
    )
    weighted = F.col("prior_ratings") * F.col("overall_mean") + F.col("total")
    return movies.crossJoin(F.broadcast(overall)).select(
        "movie_id",
        F.col("latest.title").alias("title"),
        F.col("latest.genres").alias("genres"),
        "ratings",
        (F.col("total") / F.col("ratings")).alias("mean_rating"),
        (weighted / (F.col("prior_ratings") + F.col("ratings"))).alias("bayesian_mean"),
        "first_rated_at",
        F.col("latest.rated_at").alias("last_rated_at"),
    )
