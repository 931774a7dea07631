"""EMR step: answer queries with the current index of a collection, into the table `text_answers`."""

from __future__ import annotations

import argparse
import json
import logging
from functools import reduce

from lake_common.contract import packaged
from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from emr_steps import arguments
from emr_steps.index.options import IndexOptions
from emr_steps.index.publish import BUILDS, Build, current
from emr_steps.one_file import replace
from emr_steps.search.query import QueryError, read_query
from emr_steps.search.ranking import ranked, with_titles

TABLE = "text_answers"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # A build or a collection may be called as a number is written, and is a name all the same.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
_COLUMNS = ("query", "rank", "doc_id", "score", "terms", "title", "path", "label", "build", "run_id")

logger = logging.getLogger("search")


def main(given: list[str] | None = None) -> None:
    options = parse(given)
    builder = SparkSession.builder
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    rows = run(builder.getOrCreate(), options)
    logger.info("%d queries, %d answers", len(options.queries), rows)


def run(spark: SparkSession, options: argparse.Namespace) -> int:
    """Answer all queries and replace the answers of the collection by theirs.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    QueryError
        If there is no index, or a query has no word; nothing was written.
    """
    files = HadoopFiles(spark)
    build = _current(files, options)
    queries = [read_query(text, IndexOptions.from_json(build.options)) for text in options.queries]
    analytics, where = f"s3://{options.analytics_bucket}", f"collection={options.collection}"
    _view(spark, f"s3://{options.curated_bucket}/documents", [where], "documents")
    answers: list[DataFrame] = []
    for number, query in enumerate(queries):
        folders = (f"{where}/build={build.build}/bucket={bucket}" for bucket in query.buckets(build.buckets))
        held = [folder for folder in folders if files.count(f"{analytics}/text_postings/{folder}")]
        if not held:
            continue
        _view(spark, f"{analytics}/text_postings", held, f"postings_{number}")
        answers.append(_answer(spark, query.text, build, options, f"postings_{number}"))
        logger.info("%s: read %d buckets", query.text, len(held))
    contract = packaged(TABLE)
    columns = ", ".join(f"{column.name} {column.type}" for column in contract.data_columns)
    every = reduce(DataFrame.unionByName, answers, spark.createDataFrame([], columns))
    return replace(files, every, contract, analytics, where)


def _current(files: HadoopFiles, options: argparse.Namespace) -> Build:
    """Find the current build of the collection's index."""
    zone = f"s3://{options.analytics_bucket}"
    build = current(files, zone, options.collection)
    if build is None:
        known = [name.removesuffix(".parquet") for name in files.children(f"{zone}/{BUILDS}")]
        raise QueryError(f"collection {options.collection!r} has no index; those that have one: {known}")
    return build


def _view(spark: SparkSession, table: str, folders: list[str], name: str) -> None:
    """Show some partitions of a table as a view; only their folders are listed and read."""
    paths = [f"{table}/{folder}" for folder in folders]
    spark.read.option("basePath", table).parquet(*paths).createOrReplaceTempView(name)


def _answer(spark: SparkSession, text: str, build: Build, options: argparse.Namespace, postings: str) -> DataFrame:
    cut = IndexOptions.from_json(build.options)
    sql = ranked(
        read_query(text, cut),
        collection=options.collection,
        build=build.build,
        buckets=build.buckets,
        norm=cut.norm,
        limit=options.limit,
        postings=postings,
    )
    rank = F.expr("row_number() over (order by score desc, doc_id)").cast("int")
    found = (
        spark.sql(with_titles(sql, options.collection, "documents"))
        .withColumn("rank", rank)
        .withColumn("query", F.lit(text))
    )
    return found.withColumn("build", F.lit(build.build)).withColumn("run_id", F.lit(options.run_id)).select(*_COLUMNS)


def parse(given: list[str] | None) -> argparse.Namespace:
    """Read the command line; what is unknown or wrong ends the step with a message."""
    parser = arguments.parser("Answer queries with the index of a collection.")
    parser.add_argument("--queries", required=True, type=_queries, help='JSON, for example ["words", "\\"a phrase\\""]')
    parser.add_argument("--limit", type=int, default=10, help="documents per query (10)")
    return parser.parse_args(given)


def _queries(text: str) -> list[str]:
    try:
        queries = json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"must be a JSON list of texts; got {text!r}") from error
    if not isinstance(queries, list) or not queries or not all(isinstance(item, str) for item in queries):
        raise argparse.ArgumentTypeError(f"must be a JSON list of at least one text; got {text!r}")
    return list(dict.fromkeys(queries))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
