"""The work of the orders job, done otherwise: read, check, set aside what is bad or double, write sorted partitions.

All of them write `curated/order_month=.../` (Parquet, zstd, sorted by customer and day) and `quarantine/` (JSON).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812

COLUMNS = ("order_id", "customer_id", "order_date", "quantity", "amount")


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
    bad.unionByName(doubles.drop("place"), allowMissingColumns=True).coalesce(1).write.mode("overwrite").json(
        f"{out}/quarantine"
    )
    months = winners.withColumn("order_month", F.date_format("order_date", "yyyy-MM"))
    ordered = months.orderBy("order_month", "customer_id", "order_date").coalesce(4)
    ordered.write.mode("overwrite").option("compression", "zstd").partitionBy("order_month").parquet(f"{out}/curated")
    if spark.read.parquet(f"{out}/curated").count() + quarantined != total:
        raise RuntimeError("rows were lost")


def in_duckdb(raw: Path, out: Path, threads: int) -> None:
    """Use DuckDB, with its CSV reader's table of rejected lines."""
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}; set preserve_insertion_order = false")
        columns = ", ".join(f"{name}: 'varchar'" for name in COLUMNS)
        connection.execute(
            f"""create table judged as
            with texts as (
              select * from read_csv('{raw}/*/*.csv', columns = {{{columns}}}, header = true, filename = true,
                auto_detect = false, null_padding = true, store_rejects = true)),
            typed as (
              select order_id, try_cast(customer_id as int) as customer_id, try_cast(order_date as date) as order_date,
                try_cast(quantity as int) as quantity, try_cast(amount as decimal(10,2)) as amount, filename
              from texts)
            select *, order_id is not null and customer_id >= 1 and quantity >= 1 and amount >= 0
              and order_date between date '1990-01-01' and date '2099-12-31' as good
            from typed"""
        )
        connection.execute(
            """create table ranked as select *,
            row_number() over (partition by order_id order by filename desc) as place from judged where good"""
        )
        (out / "curated").mkdir(parents=True)
        connection.execute(
            f"""copy (select order_id, customer_id, order_date, quantity, amount,
              strftime(order_date, '%Y-%m') as order_month
            from ranked where place = 1 order by order_month, customer_id, order_date)
            to '{out}/curated' (format parquet, compression zstd, partition_by (order_month), overwrite_or_ignore)"""
        )
        connection.execute(
            f"""copy (select to_json(r) as raw_record from ranked as r where place > 1
            union all select to_json(j) from judged as j where good is distinct from true
            union all select to_json(csv_line) from reject_errors) to '{out}/quarantine.json' (format json)"""
        )


def in_polars(raw: Path, out: Path) -> None:
    """Use polars; a sixth column catches lines that are too long."""
    texts = pl.scan_csv(
        f"{raw}/*/*.csv",
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys((*COLUMNS, "extra"), pl.String),
        include_file_paths="file",
        missing_columns="insert",
    )
    typed = texts.select(
        pl.col("order_id"),
        pl.col("customer_id").cast(pl.Int32, strict=False),
        pl.col("order_date").str.to_date("%Y-%m-%d", strict=False),
        pl.col("quantity").cast(pl.Int32, strict=False),
        pl.col("amount").cast(pl.Decimal(10, 2), strict=False),
        pl.col("extra"),
        pl.col("file"),
    )
    good = (
        pl.col("extra").is_null()
        & (pl.col("order_id") != "")
        & (pl.col("customer_id") >= 1)
        & (pl.col("quantity") >= 1)
        & (pl.col("amount") >= 0)
        & pl.col("order_date").is_not_null()
    ).fill_null(value=False)
    judged = typed.with_columns(good=good).collect()
    rows = judged.filter("good").drop("good", "extra")
    first = rows.select(pl.struct("order_id").is_first_distinct()).to_series()
    months = rows.filter(first).with_columns(order_month=pl.col("order_date").dt.strftime("%Y-%m"))
    ordered = months.drop("file").sort("order_month", "customer_id", "order_date")
    for (month,), part in ordered.partition_by("order_month", as_dict=True, include_key=False).items():
        folder = out / "curated" / f"order_month={month}"
        folder.mkdir(parents=True)
        part.write_parquet(folder / "part-0.parquet", compression="zstd")
    bad = judged.filter(~pl.col("good")).drop("good")
    pl.concat([bad, rows.filter(~first)], how="diagonal").write_ndjson(out / "quarantine.json")
