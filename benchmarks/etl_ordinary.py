"""The orders job as a tutorial writes it: less than the lake's, for it keeps no reasons, no origin and no lineage."""

from __future__ import annotations

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812


def ordinary_spark(spark: SparkSession, raw: str, out: str) -> None:
    """Do it as tutorials do: infer the schema, cache, count at each step, sort globally, coalesce."""
    schema = spark.read.option("header", "true").option("inferSchema", "true").csv(raw).drop("ingest_date").schema
    schema = schema.add("_corrupt_record", "string")
    rows = spark.read.option("header", "true").schema(schema).csv(raw).cache()
    total = rows.count()
    typed = rows.select(
        "order_id",
        F.col("customer_id").cast("int").alias("customer_id"),
        F.to_date(F.col("order_date").cast("string")).alias("order_date"),
        F.col("quantity").cast("int").alias("quantity"),
        F.col("amount").cast("decimal(10,2)").alias("amount"),
        "_corrupt_record",
    )
    valid = (
        F.col("_corrupt_record").isNull()
        & F.col("order_id").isNotNull()
        & (F.col("customer_id") >= 1)
        & F.col("order_date").between("1990-01-01", "2099-12-31")
        & (F.col("quantity") >= 1)
        & (F.col("amount") >= 0)
    )
    good = typed.filter(valid).drop("_corrupt_record")
    bad = typed.filter(~F.coalesce(valid, F.lit(False)))
    newest = Window.partitionBy("order_id").orderBy("order_date")
    ranked = good.withColumn("place", F.row_number().over(newest)).cache()
    winners, doubles = ranked.filter("place = 1").drop("place"), ranked.filter("place > 1")
    quarantined = bad.count() + doubles.count()
    bad.unionByName(doubles.drop("place"), allowMissingColumns=True).coalesce(1).write.mode("overwrite").parquet(
        f"{out}/quarantine"
    )
    months = winners.withColumn("order_month", F.date_format("order_date", "yyyy-MM"))
    ordered = months.orderBy("order_month", "customer_id", "order_date").coalesce(4)
    ordered.write.mode("overwrite").option("compression", "zstd").partitionBy("order_month").parquet(f"{out}/curated")
    if spark.read.parquet(f"{out}/curated").count() + quarantined != total:
        raise RuntimeError("rows were lost")
