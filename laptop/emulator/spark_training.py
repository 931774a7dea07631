"""A Spark session that loads the classes which jobs load: text and Parquet, windows, joins, aggregates and sorts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession, Window, functions


def main(class_list: str) -> None:
    """Run the session with a JVM that leaves the names of its classes in a file."""
    options = f"-XX:DumpLoadedClassList={class_list} -Xshare:off"
    builder = SparkSession.builder.master("local[2]").config("spark.driver.extraJavaOptions", options)
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
    spark = builder.config("spark.sql.sources.partitionOverwriteMode", "dynamic").getOrCreate()
    with tempfile.TemporaryDirectory() as folder:
        work(spark, Path(folder))
    spark.stop()


def work(spark: SparkSession, folder: Path) -> None:
    (folder / "raw.csv").write_text(
        "key,day,amount\n" + "".join(f"{n % 7},2024-01-0{n % 3 + 1},{n}.5\n" for n in range(99))
    )
    raw = spark.read.csv(str(folder / "raw.csv"), header=True, schema="key string, day string, amount string")
    latest = Window.partitionBy("key").orderBy(functions.desc("amount"))
    typed = raw.select(
        "day",
        functions.col("key").cast("int").alias("key"),
        functions.to_date("day").alias("date"),
        functions.col("amount").cast("decimal(10,2)").alias("amount"),
        functions.sha2("amount", 256).alias("digest"),
        functions.input_file_name().alias("file"),
        functions.row_number().over(latest).alias("rank"),
    )
    sorted_rows = typed.repartitionByRange(2, "day").sortWithinPartitions("day", "key")
    sorted_rows.write.partitionBy("day").parquet(str(folder / "out"), compression="zstd", mode="overwrite")
    kept = spark.read.parquet(str(folder / "out")).cache()
    totals = kept.groupBy("day").agg(functions.sum("amount"), functions.count_distinct("key"))
    totals.join(kept, "day", "left_anti").unionByName(totals, allowMissingColumns=True).collect()
    kept.join(functions.broadcast(totals), "day").write.json(str(folder / "json"), compression="gzip")
    spark.read.text(str(folder / "json")).select(functions.from_json("value", "key int")).collect()


if __name__ == "__main__":
    main(sys.argv[1])
