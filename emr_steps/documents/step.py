"""EMR step: the files of a collection to the table `documents`, and to the quarantine what is no document.

The inputs are read once, into a staged table. The staged rows are counted, and only if every input became a document or
a quarantined one are they published. So a run may be killed and repeated at any point.
"""

from __future__ import annotations

import argparse
import json
import logging
from functools import reduce

from lake_common.contract import packaged
from lake_common.hadoop_files import HadoopFiles
from lake_common.parquet import write_options
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from emr_steps import arguments
from emr_steps.documents import inputs, rows
from emr_steps.documents.publish import publish

TABLE = "documents"
SETTINGS = {"spark.sql.session.timeZone": "UTC"} | inputs.SETTINGS
# Of the files of the collection; a file of the table has about as many bytes of text, and half of that compressed.
BYTES_PER_FILE = 128 << 20
# Documents are spread by their names, which are uniform, so that a file holds a range of them and a search for some
# opens few row groups.
_RANGES = 1 << 16

logger = logging.getLogger(TABLE)


def main(given: list[str] | None = None) -> None:
    options = parse(given)
    builder = SparkSession.builder
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    facts = run(spark, options)
    logger.info("%s", json.dumps(facts))


def run(spark: SparkSession, options: argparse.Namespace) -> dict[str, int]:
    """Rebuild one collection.

    Returns
    -------
    dict
        How many `inputs` there were, and what became of them: `documents`, `quarantined`, `skipped` (pages of a dump
        that are no articles); and the `bytes` of the files.

    Raises
    ------
    ValueError
        If the collection has no files, or no document at all; readers keep the collection as it was.
    RuntimeError
        If an input was lost, or two documents have one name: a fault of this step.
    """
    collection, files = options.collection, HadoopFiles(spark)
    source = options.source.rstrip("/") or f"s3://{options.raw_bucket}/documents/collection={collection}"
    staging = f"s3://{options.curated_bucket}/_staging/{TABLE}/{collection}"
    found = inputs.find(spark, source, options.format, options.max_document_mib << 20)
    _stage(spark, found, source, options, staging)
    staged = spark.read.schema(rows.SCHEMA).parquet(staging)
    facts = _count(found, staged)
    _quarantine(spark, found, staged, options)
    if not facts["documents"]:
        raise ValueError(f"{collection}: none of the {facts['inputs']} inputs is a document; see the table quarantine")
    table = f"s3://{options.curated_bucket}/{TABLE}/collection={collection}"
    publish(files, f"{staging}/outcome={rows.GOOD}", table, options.run_id, facts)
    files.delete(staging)
    return facts


def _stage(spark: SparkSession, found: inputs.Inputs, source: str, options: argparse.Namespace, staged: str) -> None:
    """Read every input once and write its row, in the partition of what became of it."""
    writing = write_options(packaged(TABLE))
    limit = options.max_document_mib << 20
    parts = max(1, -(-found.total_bytes // BYTES_PER_FILE))
    frames = []
    if found.count:
        frames.append(found.files.mapInArrow(rows.from_files(options.collection, limit), rows.SCHEMA))
    if found.dumps:
        pages = inputs.pages(spark, source, found.dumps)
        frames.append(pages.mapInArrow(rows.from_pages(options.collection, limit), rows.SCHEMA))
    read = reduce(DataFrame.union, frames) if frames else spark.createDataFrame([], rows.SCHEMA)
    place = F.floor(F.conv(F.substring("doc_id", 1, 4), 16, 10).cast("int") * parts / _RANGES)
    placed = read.repartition(parts, place).sortWithinPartitions("outcome", "doc_id")
    placed.write.mode("overwrite").options(**writing).partitionBy("outcome").parquet(staged)


def _count(found: inputs.Inputs, staged: DataFrame) -> dict[str, int]:
    """Count what was staged and check that nothing was lost.

    Raises
    ------
    RuntimeError
        If it was.
    """
    grouped = staged.groupBy("outcome", F.col("kind").eqNullSafe(rows.WIKI).alias("page"))
    counted = grouped.agg(F.count("*").alias("rows"), F.countDistinct("doc_id").alias("names")).collect()
    files = sum(row.rows for row in counted if not row.page)
    if files != found.count:
        raise RuntimeError(f"{found.count} files must become as many rows; got {files}")
    of = {outcome: [row for row in counted if row.outcome == outcome] for outcome in rows.OUTCOMES}
    totals = {outcome: sum(row.rows for row in group) for outcome, group in of.items()}
    for row in of[rows.GOOD]:
        if row.rows != row.names:
            raise RuntimeError(
                f"documents must have names of their own; got {row.rows} documents and {row.names} names"
            )
    return {
        "inputs": sum(totals.values()) + len(found.refused),
        "documents": totals[rows.GOOD],
        "quarantined": totals[rows.REFUSED] + len(found.refused),
        "skipped": totals[rows.SKIPPED],
        "bytes": found.total_bytes,
    }


def _quarantine(spark: SparkSession, found: inputs.Inputs, staged: DataFrame, options: argparse.Namespace) -> None:
    """Replace the collection's part of the quarantine."""
    folder = f"s3://{options.failures_bucket}/quarantine/source_table={TABLE}/scope=collection-{options.collection}"
    unread = spark.createDataFrame(list(found.refused), "path string, bytes bigint, reason string")
    refused = staged.filter(F.col("outcome") == rows.REFUSED).select("path", "bytes", "reason").union(unread)
    report = refused.select(
        F.concat(F.lit(f"documents/collection={options.collection}/"), "path").alias("source_file"),
        F.lit(None).cast("date").alias("ingest_date"),
        F.array("reason").alias("reasons"),
        F.to_json(F.struct("path", "bytes")).alias("raw_record"),
        F.lit(packaged(TABLE).version).alias("contract_version"),
    )
    report.coalesce(1).sortWithinPartitions("source_file").write.mode("overwrite").option(
        "compression", "zstd"
    ).parquet(folder)


def parse(given: list[str] | None) -> argparse.Namespace:
    """Read the command line; what is unknown or wrong ends the step with a message."""
    parser = arguments.parser("Make documents of the files of a collection.")
    parser.add_argument("--source", default="", help="read from here instead, for example hdfs:///corpus")
    parser.add_argument("--format", default=inputs.AUTO, choices=inputs.MODES, help="what the files are (auto)")
    parser.add_argument("--max_document_mib", type=int, default=16, help="larger files are quarantined (16)")
    return parser.parse_args(given)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
