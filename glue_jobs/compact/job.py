"""Glue job: compact the small files of one table.

It must not run while another job writes the same table; if that happens all the same, the partition's other writer
wins and the compaction of that partition is dropped.
"""

from __future__ import annotations

import argparse
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import PurePosixPath

from lake_common.contract import Contract, packaged
from lake_common.hadoop_files import HadoopFiles
from lake_common.parquet import write_options
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.compact.plan import MIB, SMALL_BYTES, TARGET_BYTES, Rewrite, plan
from glue_jobs.compact.rewrite import arrange, fingerprint
from glue_jobs.compact.swap import JOURNAL, Journal, Workspace, commit, recover

logger = logging.getLogger("compact")
# Partitions are independent, and most are too small to keep a cluster busy.
_PARALLEL_PARTITIONS = 4


def main(arguments: list[str] | None = None) -> None:
    options = _parse(arguments)
    spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    compacted = compact(
        spark,
        packaged(options.table),
        f"s3://{options.bucket}",
        small_bytes=options.small_mib * MIB,
        target_bytes=options.target_mib * MIB,
    )
    logger.info("%s: compacted %d partitions", options.table, compacted)


def compact(spark: SparkSession, contract: Contract, root: str, *, small_bytes: int, target_bytes: int) -> int:
    """Finish what an earlier run left, then compact what is due.

    Returns
    -------
    int
        Number of partitions that were compacted, those of an earlier run included.
    """
    files, workspaces = HadoopFiles(spark), f"{root}/_compaction/{contract.name}"
    finished = sum(recover(files, Workspace(folder)) for folder in _committed(files, workspaces))
    # What an earlier run prepared but did not commit.
    files.delete(workspaces)
    due = plan(files.list(f"{root}/{contract.name}"), small_bytes=small_bytes, target_bytes=target_bytes)
    with ThreadPoolExecutor(_PARALLEL_PARTITIONS) as pool:
        return finished + sum(pool.map(partial(_compact_partition, spark, files, contract, root), due))


def _compact_partition(
    spark: SparkSession, files: HadoopFiles, contract: Contract, root: str, rewrite: Rewrite
) -> bool:
    folder = f"{root}/{contract.name}/{rewrite.partition}".rstrip("/")
    workspace = Workspace(f"{root}/_compaction/{contract.name}/{rewrite.partition}".rstrip("/"))
    rows = _read(spark, contract, [f"{folder}/{name}" for name in rewrite.names])
    arranged = arrange(rows, contract, rewrite.target_files)
    arranged.write.mode("overwrite").options(**write_options(contract)).parquet(workspace.data)
    new = {file.name: file.size for file in files.list(workspace.data) if file.name.endswith(".parquet")}
    written = _read(spark, contract, [f"{workspace.data}/{name}" for name in new])
    expected, got = fingerprint(rows), fingerprint(written)
    if got != expected:
        raise RuntimeError(f"{folder}: compacted files must hold {expected}; got {got}")
    old = dict(zip(rewrite.names, (file.size for file in rewrite.files), strict=True))
    commit(files, workspace, Journal(folder, old, new))
    return recover(files, workspace)


def _committed(files: HadoopFiles, workspaces: str) -> list[str]:
    journals = [file.name for file in files.list(workspaces) if PurePosixPath(file.name).name == JOURNAL]
    return [f"{workspaces}/{name}".removesuffix(f"/{JOURNAL}") for name in journals]


def _read(spark: SparkSession, contract: Contract, files: list[str]) -> DataFrame:
    columns = ", ".join(f"{column.name} {column.type}" for column in contract.data_columns)
    return spark.read.schema(columns).parquet(*files)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compact the small files of one table.", allow_abbrev=False)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--run_id", required=True)
    parser.add_argument("--small_mib", type=int, default=SMALL_BYTES // MIB, help="a file below this size is small")
    parser.add_argument("--target_mib", type=int, default=TARGET_BYTES // MIB, help="largest size of a compacted file")
    # Glue adds arguments of its own.
    return parser.parse_known_args(arguments)[0]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
