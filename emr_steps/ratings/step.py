"""EMR step: the lab on movie ratings, in SQL over an external table.

The course's lab declares its ratings in Hive: `CREATE EXTERNAL TABLE ratings (user, movie, rating, time) LOCATION ...`.
Here the data contract `ratings` declares them. CloudFormation makes an external table of the Glue Data Catalog of it,
which is the metastore of Hive, Spark and Trino on the cluster, and Athena's. The table's partitions follow from a rule
that only Athena knows (partition projection), so the step declares the same folder once more, for its session.
"""

from __future__ import annotations

import argparse
import logging

from lake_common.contract import packaged
from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import SparkSession

from emr_steps import arguments
from emr_steps.one_file import replace
from emr_steps.ratings import questions

RATINGS, HISTOGRAM, BEST = "ratings", "rating_histogram", "best_movies_by_year"
SETTINGS = {"spark.sql.session.timeZone": "UTC"}

logger = logging.getLogger(RATINGS)


def main(given: list[str] | None = None) -> None:
    options = parse(given)
    builder = SparkSession.builder
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    for table, rows in run(builder.getOrCreate(), options).items():
        logger.info("%s: %d rows", table, rows)


def run(spark: SparkSession, options: argparse.Namespace) -> dict[str, int]:
    """Answer the questions and replace the tables of the answers.

    Returns
    -------
    dict
        Rows of each table.

    Raises
    ------
    ValueError
        If there are no ratings yet.
    """
    files, analytics = HadoopFiles(spark), f"s3://{options.analytics_bucket}"
    folder = f"s3://{options.curated_bucket}/{RATINGS}"
    if not files.count(folder):
        raise ValueError(f"{folder} must hold the curated ratings; it is empty: run the pipeline of ratings first")
    declare(spark, folder)
    sql = {HISTOGRAM: questions.HISTOGRAM, BEST: questions.BEST.format(least=options.least_ratings)}
    return {table: replace(files, spark.sql(text), packaged(table), analytics) for table, text in sql.items()}


def declare(spark: SparkSession, folder: str) -> None:
    """Declare the table `ratings` over a folder of the lake, with the columns of its contract, for this session."""
    columns = ", ".join(f"{column.name} {column.type}" for column in packaged(RATINGS).columns)
    spark.read.schema(columns).parquet(folder).createOrReplaceTempView(RATINGS)


def parse(given: list[str] | None) -> argparse.Namespace:
    """Read the command line; what is unknown or wrong ends the step with a message."""
    parser = arguments.parser("Ask the movie ratings what the course's lab asks.")
    parser.add_argument(
        "--least_ratings", type=int, default=10, help="ratings in a year that a movie needs to be ranked (10)"
    )
    return parser.parse_args(given)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
