from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import SparkSession

from contracts.loader import load
from glue_jobs.compact.job import compact
from glue_jobs.compact.plan import MIB
from glue_jobs.compact.rewrite import arrange, fingerprint
from tests.data.conftest import Lake, spark_settings
from tests.data.oracle import curated

pytestmark = pytest.mark.spark

ROWS = [
    (f"o{number:03d}", number * 37 % 50, f"1997-0{1 + number % 2}-{1 + number % 28:02d}", 1, f"{number}.25", month)
    for number in range(120)
    for month in [f"1997-0{1 + number % 2}"]
]
TABLE = load("orders")


@pytest.fixture
def fragmented(spark: SparkSession, lake: Lake) -> Lake:
    """Each month in six files, and a row that occurs twice: compaction does not judge rows."""
    rows = curated(spark, "orders", [*ROWS, ROWS[0]])
    rows.repartition(6, "order_id").write.partitionBy("order_month").parquet(f"s3://{lake.curated}/orders")
    return lake


def run(spark: SparkSession, lake: Lake, target_bytes: int = 512 * MIB) -> int:
    return compact(spark, TABLE, f"s3://{lake.curated}", small_bytes=128 * MIB, target_bytes=target_bytes)


def rows_of(spark: SparkSession, lake: Lake) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in spark.read.parquet(f"s3://{lake.curated}/orders").collect())


def files_of(lake: Lake) -> dict[str, int]:
    months = sorted((lake.folder("curated") / "orders").glob("order_month=*"))
    return {month.name: len([file for file in month.iterdir() if not file.name.startswith(".")]) for month in months}


def test_small_files_become_one_per_partition_with_the_same_rows(spark: SparkSession, fragmented: Lake) -> None:
    before = rows_of(spark, fragmented)
    assert min(files_of(fragmented).values()) > 1
    assert run(spark, fragmented) == 2
    assert files_of(fragmented) == {"order_month=1997-01": 1, "order_month=1997-02": 1}
    assert rows_of(spark, fragmented) == before


def test_compacting_again_does_nothing_and_leaves_no_trace(spark: SparkSession, fragmented: Lake) -> None:
    run(spark, fragmented)
    assert run(spark, fragmented) == 0
    assert [path for path in (fragmented.folder("curated") / "_compaction").rglob("*") if path.is_file()] == []


def test_compacted_files_are_sorted_as_curation_sorts_them(spark: SparkSession, fragmented: Lake) -> None:
    run(spark, fragmented)
    (file,) = (fragmented.folder("curated") / "orders" / "order_month=1997-01").glob("*.parquet")
    found = [(row.customer_id, row.order_date) for row in spark.read.parquet(f"file://{file}").collect()]
    assert found == sorted(found)


def test_a_partition_larger_than_a_file_may_be_becomes_several_ranges(spark: SparkSession, fragmented: Lake) -> None:
    before = rows_of(spark, fragmented)
    size = sum(f.stat().st_size for f in (fragmented.folder("curated") / "orders/order_month=1997-01").iterdir())
    run(spark, fragmented, target_bytes=size // 2 + 1)
    assert files_of(fragmented)["order_month=1997-01"] == 2
    assert rows_of(spark, fragmented) == before
    files = (fragmented.folder("curated") / "orders" / "order_month=1997-01").glob("*.parquet")
    ranges = sorted(
        tuple(spark.read.parquet(f"file://{file}").selectExpr("min(customer_id)", "max(customer_id)").collect()[0])
        for file in files
    )
    assert ranges[0][1] <= ranges[1][0]


def test_a_table_without_partitions_is_compacted_as_a_whole(spark: SparkSession, lake: Lake) -> None:
    rows = curated(spark, "airlines", [(f"{number:02d}", "Ünïted" if number else None) for number in range(20)])
    rows.repartition(4).write.parquet(f"s3://{lake.curated}/airlines")
    assert compact(spark, load("airlines"), f"s3://{lake.curated}", small_bytes=MIB, target_bytes=MIB) == 1
    assert len(list((lake.folder("curated") / "airlines").glob("*.parquet"))) == 1
    assert fingerprint(spark.read.parquet(f"s3://{lake.curated}/airlines")) == fingerprint(rows)


KILLED_JOB = """
import os, signal, sys
from lake_common import contract
from lake_common.hadoop_files import HadoopFiles
from pathlib import Path
from pyspark.sql import SparkSession
from glue_jobs.compact import job

delete = HadoopFiles.delete
def kill_after_the_first_old_file(files, uri):
    delete(files, uri)
    if "/orders/order_month=" in uri and uri.endswith(".parquet"):
        os.killpg(0, signal.SIGKILL)
HadoopFiles.delete = kill_after_the_first_old_file
contract.PACKAGED = Path(sys.argv[1])
builder = SparkSession.builder
for pair in sys.argv[3:]:
    builder = builder.config(*pair.split("=", 1))
builder.getOrCreate()
job.main(["--bucket", sys.argv[2], "--table", "orders", "--run_id", "r1"])
"""


def test_a_job_killed_amid_the_exchange_fails_readers_and_is_completed_by_the_next(
    spark: SparkSession, fragmented: Lake, packaged_contracts: Path
) -> None:
    before = rows_of(spark, fragmented)
    mount = f"spark.hadoop.fs.viewfs.mounttable.{fragmented.curated}.linkFallback"
    settings = spark_settings() | {mount: f"rawlocal://{fragmented.folder('curated')}"}
    # The driver and its JVM share a process group, which ends as a whole, as a lost machine does.
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_JOB, str(packaged_contracts), fragmented.curated]
        + [f"{key}={value}" for key, value in settings.items()],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
        check=False,
        timeout=180,
    )
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(Py4JJavaError, match="is not a Parquet file"):
        rows_of(spark, fragmented)
    assert run(spark, fragmented) == 2
    assert rows_of(spark, fragmented) == before
    assert files_of(fragmented) == {"order_month=1997-01": 1, "order_month=1997-02": 1}


def test_fingerprint_tells_a_doubled_row_a_lost_row_and_a_moved_null(spark: SparkSession) -> None:
    rows = [("a", 1, "1997-01-01", 1, "1.00", "1997-01"), ("b", 2, "1997-01-01", 1, "1.00", "1997-01")]
    orders = curated(spark, "orders", rows)
    assert fingerprint(orders) == fingerprint(orders.orderBy("order_id", ascending=False))
    assert len({fingerprint(frame) for frame in (orders, orders.union(orders), orders.limit(1), orders.limit(0))}) == 4
    left, right = (spark.createDataFrame([pair], "a string, b string") for pair in (("x", None), (None, "x")))
    assert fingerprint(left) != fingerprint(right)


def test_rows_without_an_order_are_spread_over_the_files(spark: SparkSession) -> None:
    rows = spark.range(100).selectExpr("cast(id as string) run_id")
    assert arrange(rows, load("pipeline_runs"), 3).rdd.getNumPartitions() == 3
