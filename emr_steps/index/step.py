"""EMR step: the documents of a collection to its index, tables text_terms, text_postings and text_top_terms.

The index is a new build beside the current one, and is published by the last write of the step, after it was counted.
So a step may be killed and repeated at any point.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lake_common.contract import packaged
from lake_common.hadoop_files import HadoopFiles
from lake_common.parquet import write_options
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from emr_steps import arguments
from emr_steps.documents.publish import published
from emr_steps.index import publish, sizes, tasks
from emr_steps.index.build import index
from emr_steps.index.options import NORMS, STOP_WORDS, IndexOptions
from emr_steps.index.postings import SharedNumberError
from emr_steps.index.publish import Build

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # Rows are documents, or blobs of some megabytes: a batch of the usual 10,000 would not fit into memory.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16",
    # A task writes the few buckets that it holds one after the other; sorting their rows once more would be in vain.
    "spark.sql.maxConcurrentOutputFileWriters": "4096",
    # Each exchange has the number of partitions that it needs, so there is nothing to plan anew between stages; and
    # rows are few and large, so code that is generated and compiled to move them costs more than it saves.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    # To count what was written, the folders of buckets are listed; a task for each of them would be too many.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "16",
}
TOP_TERMS = 20
_READ = "doc_id string, body string"
_CHOICE = ("true", "false")
# Of two terms in ten billion, two share a number about once in two times; four times in a row, never.
_SALTS = 4

logger = logging.getLogger("index")


@dataclass(frozen=True)
class Corpus:
    """The documents of a collection as they are stored, how many there are, and how many bytes their files have."""

    rows: DataFrame
    documents: int
    stored_bytes: int


def main(given: list[str] | None = None) -> None:
    options = parse(given)
    builder = SparkSession.builder
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    build = run(builder.getOrCreate(), options)
    logger.info("%s", json.dumps(asdict(build), default=str))


def run(spark: SparkSession, options: argparse.Namespace) -> Build:
    """Build and publish the index of one collection.

    Raises
    ------
    ValueError
        If the collection has no documents or these have too few terms in common; readers keep the index that there was.
    RuntimeError
        If the tables contradict each other: a fault of this step.
    """
    files, zone = HadoopFiles(spark), f"s3://{options.analytics_bucket}"
    corpus = read(spark, files, f"s3://{options.curated_bucket}/documents/collection={options.collection}")
    before = publish.current(files, zone, options.collection)
    # What a run that died left behind goes first; readers may be using the current build and the one before.
    publish.clean(files, zone, options.collection, keep={before.build, before.previous} if before else set())
    name, buckets = f"{options.run_id}-{secrets.token_hex(4)}", sizes.buckets(corpus.stored_bytes)
    folders = {table: f"{zone}/{table}/collection={options.collection}/build={name}" for table in publish.TABLES}
    _write(corpus, buckets, options, folders)
    terms, postings = _check(spark, options, folders)
    build = Build(
        collection=options.collection,
        build=name,
        previous=before.build if before else None,
        buckets=buckets,
        documents=corpus.documents,
        terms=terms,
        postings=postings,
        options=options.index.to_json(),
        run_id=options.run_id,
        built_at=dt.datetime.now(dt.UTC),
    )
    publish.publish(files, zone, build)
    return build


def read(spark: SparkSession, files: HadoopFiles, folder: str) -> Corpus:
    """Read the documents of a collection, cut into tasks at the boundaries of row groups."""
    record = published(files, folder)
    if record is None:
        raise ValueError(f"{folder} must hold published documents: run the step documents first")
    stored = sum(file.size for file in files.list(folder) if file.name in record.files)
    spark.conf.set("spark.sql.files.maxPartitionBytes", sizes.task_bytes(stored))
    # A file costs no more to open than a row group to read.
    spark.conf.set("spark.sql.files.openCostInBytes", 1 << 20)
    rows = spark.read.schema(_READ).parquet(*(f"{folder}/{name}" for name in record.files))
    return Corpus(rows, int(record.facts["documents"]), stored)


def _write(corpus: Corpus, buckets: int, options: argparse.Namespace, folders: Mapping[str, str]) -> None:
    """Write the tables of a build, with other numbers for terms as long as two terms of the index share one."""
    for salt in range(_SALTS):
        tables = index(
            corpus.rows,
            corpus.documents,
            buckets,
            options.index,
            parts=sizes.tasks(corpus.stored_bytes),
            writers=sizes.writers(corpus.stored_bytes),
            top=options.top_terms,
            salt=salt,
        )
        try:
            _write_table(tables.top_terms, "text_top_terms", folders)
            _write_table(tables.postings, "text_postings", folders, "bucket")
            _write_table(tables.terms, "text_terms", folders, "bucket")
        except (PySparkException, Py4JJavaError) as error:
            if SharedNumberError.__name__ not in str(error):
                raise
            logger.warning("two terms share a number with salt %d: starting over", salt)
        else:
            return
        finally:
            tables.release()
    raise RuntimeError(f"terms must differ in their numbers; two shared one with each of {_SALTS} salts")


def _write_table(rows: DataFrame, table: str, folders: Mapping[str, str], *by: str) -> None:
    # Weights hardly repeat: they would fill a dictionary until the writer gives it up, in each row group anew.
    options = write_options(packaged(table)) | {"parquet.enable.dictionary#weight": "false"}
    rows.write.mode("overwrite").options(**options).partitionBy(*by).parquet(folders[table])


def _check(spark: SparkSession, options: argparse.Namespace, folders: Mapping[str, str]) -> tuple[int, int]:
    """Count the rows that were written: terms and postings, which must agree with each other."""
    # Only footers are read.
    spark.conf.set("spark.sql.files.maxPartitionBytes", 128 << 20)
    postings = spark.read.schema(tasks.POSTINGS).parquet(folders["text_postings"]).count()
    written = spark.read.schema(tasks.TERMS).parquet(folders["text_terms"])
    (row,) = written.agg(F.count("*").alias("terms"), F.sum("df").alias("postings")).collect()
    if not row.terms:
        raise ValueError(
            f"{options.collection}: no term occurs in {options.index.min_df} documents; give a lower --min_df"
        )
    if row.postings != postings:
        raise RuntimeError(f"text_terms counts {row.postings} postings; text_postings has {postings}")
    return row.terms, postings


def parse(given: list[str] | None) -> argparse.Namespace:
    parser = arguments.parser("Index the documents of a collection.")
    usual = IndexOptions()
    parser.add_argument("--max_words", type=int, default=usual.max_words, help="words in the longest terms (3)")
    parser.add_argument("--min_df", type=int, default=usual.min_df, help="documents that a term must occur in (2)")
    parser.add_argument("--stop_words", default=usual.stop_words, choices=sorted(STOP_WORDS))
    parser.add_argument("--sublinear_tf", default="false", choices=_CHOICE, help="1 + ln(tf) instead of tf (false)")
    parser.add_argument("--smooth_idf", default="true", choices=_CHOICE, help="as if one document had all terms (true)")
    parser.add_argument("--norm", default=usual.norm, choices=NORMS, help="of the weights of a document (l2)")
    parser.add_argument("--top_terms", type=int, default=TOP_TERMS, help="top terms of a document (20)")
    options = parser.parse_args(given)
    try:
        options.index = IndexOptions(
            max_words=options.max_words,
            min_df=options.min_df,
            stop_words=options.stop_words,
            sublinear_tf=options.sublinear_tf == "true",
            smooth_idf=options.smooth_idf == "true",
            norm=options.norm,
        )
    except ValueError as error:
        parser.error(str(error))
    return options


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
