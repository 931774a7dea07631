"""Glue job: raw files to curated tables, as their contracts say."""

from __future__ import annotations

import argparse
import datetime as dt
import logging

from lake_common.contract import Contract, packaged
from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import SparkSession

from glue_jobs.curate import report
from glue_jobs.curate.table import Outcome, Places, TableCurator

SETTINGS = {
    # The lake's times are UTC; a timestamp's day, month and year depend on it.
    "spark.sql.session.timeZone": "UTC",
    # Else Spark 3 ends the job at a date that Spark 2 would have read otherwise, such as 1/2/2024 for dd/MM/yyyy.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # Spark's default, INT96, has no statistics, so no reader could skip anything by time.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Java compiles no method of more bytes than that; Spark's own limit lets such methods run interpreted.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # Rows are kept for one run only; to compress them costs more than to read the files again.
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
}

logger = logging.getLogger("curate")


class QualityGateError(RuntimeError):
    """Too many rows of new files break the contract; the curated table was not touched."""


def main(arguments: list[str] | None = None) -> None:
    options = _parse(arguments)
    builder = SparkSession.builder
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    refused = []
    for table in options.tables.split(","):
        contract = packaged(table)
        outcome = curate(spark, contract, options)
        if outcome.status == "refused":
            refused.append(_refusal(contract, outcome))
    if refused:
        raise QualityGateError("; ".join(refused))


def curate(spark: SparkSession, contract: Contract, options: argparse.Namespace) -> Outcome:
    """Curate one table and write the report of it."""
    started = dt.datetime.now(dt.UTC)
    table = contract.name
    places = Places(
        raw=f"s3://{options.raw_bucket}/{table}",
        curated=f"s3://{options.curated_bucket}/{table}",
        quarantine=f"s3://{options.failures_bucket}/quarantine/source_table={table}",
        lineage=f"s3://{options.curated_bucket}/_lineage/{table}",
    )
    outcome = TableCurator(spark, contract, places).run(accept_deleted=options.accept_deleted == "true")
    row = _report(options.run_id, contract, outcome, started, dt.datetime.now(dt.UTC))
    report.write(row, HadoopFiles(spark), f"s3://{options.analytics_bucket}/pipeline_runs")
    logger.info("%s", row)
    return outcome


def _report(
    run_id: str, contract: Contract, outcome: Outcome, started: dt.datetime, finished: dt.datetime
) -> report.Report:
    fresh = outcome.fresh
    records = fresh.records if fresh else ()
    return report.Report(
        run_id=run_id,
        source_table=contract.name,
        status=outcome.status,
        started_at=started,
        finished_at=finished,
        contract_version=contract.version,
        files_new=len(records),
        files_refused=len(fresh.refused) if fresh else 0,
        rows_new=sum(record.rows for record in records),
        rows_invalid=sum(record.invalid for record in records),
        rows_duplicate=outcome.losers["duplicate"],
        rows_superseded=outcome.losers["superseded"],
        rows_written=outcome.written.total(),
        rows_raw=outcome.rows_raw,
        partitions_rebuilt=len(outcome.written),
        added_columns=fresh.added_columns if fresh else (),
        widened_columns=fresh.widened_columns if fresh else (),
    )


def _refusal(contract: Contract, outcome: Outcome) -> str:
    share = outcome.fresh.invalid_share if outcome.fresh else 0.0
    return (
        f"{contract.name}: {share:.2%} of the new rows break the contract, more than quarantineLimit "
        f"{contract.quarantine_limit:.2%}; see the table quarantine. Curated data was not touched."
    )


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Curate raw files.", allow_abbrev=False)
    for bucket in ("raw", "curated", "failures", "analytics"):
        parser.add_argument(f"--{bucket}_bucket", required=True)
    parser.add_argument("--tables", required=True, help="comma-separated")
    parser.add_argument("--run_id", required=True)
    parser.add_argument(
        "--accept_deleted", choices=["true", "false"], default="false", help="let rows of deleted raw files go"
    )
    # Glue adds arguments of its own.
    return parser.parse_known_args(arguments)[0]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
