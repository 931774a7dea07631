from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from contracts.loader import load, load_contracts
from glue_jobs.aggregate import job
from glue_jobs.aggregate.gate import check
from glue_jobs.aggregate.orders import daily_revenue
from glue_jobs.aggregate.transforms import AGGREGATES, Aggregate, conform
from tests.data.conftest import Lake
from tests.data.oracle import curated

pytestmark = pytest.mark.spark

ORDERS = [
    ("a", 1, "1997-01-05", 2, "10.10", "1997-01"),
    ("b", 2, "1997-01-05", 1, "0.90", "1997-01"),
    ("c", 1, "1997-03-01", 1, "5.00", "1997-03"),
]


def put_orders(spark: SparkSession, lake: Lake, rows: list[tuple[str, int, str, int, str, str]]) -> None:
    frame = curated(spark, "orders", rows)
    frame.write.mode("overwrite").partitionBy("order_month").parquet(f"s3://{lake.curated}/orders")


def run(lake: Lake, tables: str) -> None:
    job.main(
        f"--curated_bucket {lake.curated} --analytics_bucket {lake.analytics} --tables {tables} --run_id r1 "
        "--JOB_NAME added-by-glue".split()
    )


def revenue(spark: SparkSession, lake: Lake) -> list[tuple[date, Decimal]]:
    rows = spark.read.parquet(f"s3://{lake.analytics}/daily_revenue").orderBy("order_date").collect()
    return [(row.order_date, row.revenue) for row in rows]


def objects(lake: Lake) -> list[str]:
    folder = lake.folder("analytics")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_every_analytics_contract_has_a_function_and_every_function_a_contract() -> None:
    # Written by the pipeline itself, by steps of EMR, and by a function.
    others = {"system", "text", "operations"}
    contracts = {item.name for item in load_contracts() if item.zone == "analytics" and item.product not in others}
    assert contracts == set(AGGREGATES)


def test_functions_read_curated_tables_of_their_own_product_only() -> None:
    for name, aggregate in AGGREGATES.items():
        assert {load(table).product for table in aggregate.inputs} == {load(name).product}


def test_each_table_is_one_object_with_a_fixed_key(spark: SparkSession, lake: Lake) -> None:
    put_orders(spark, lake, ORDERS)
    run(lake, "daily_revenue,cohort_retention,customer_history")
    assert objects(lake) == [
        "cohort_retention/cohort_retention.parquet",
        "customer_history/customer_history.parquet",
        "daily_revenue/daily_revenue.parquet",
    ]
    assert revenue(spark, lake) == [(date(1997, 1, 5), Decimal("11.00")), (date(1997, 3, 1), Decimal("5.00"))]


def test_running_twice_changes_nothing_and_a_late_order_only_what_it_concerns(spark: SparkSession, lake: Lake) -> None:
    put_orders(spark, lake, ORDERS)
    run(lake, "daily_revenue")
    once = revenue(spark, lake)
    run(lake, "daily_revenue")
    assert revenue(spark, lake) == once
    put_orders(spark, lake, [*ORDERS, ("late", 3, "1997-01-06", 1, "1.00", "1997-01")])
    run(lake, "daily_revenue")
    assert revenue(spark, lake) == sorted([*once, (date(1997, 1, 6), Decimal("1.00"))])


def test_before_the_first_order_a_table_is_empty_and_typed(spark: SparkSession, lake: Lake) -> None:
    run(lake, "daily_revenue")
    found = spark.read.parquet(f"s3://{lake.analytics}/daily_revenue")
    assert found.dtypes == [(column.name, column.type) for column in load("daily_revenue").columns]
    assert found.count() == 0


def test_fails_on_rows_that_break_the_contract_and_readers_keep_the_table(
    spark: SparkSession, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_orders(spark, lake, ORDERS)
    run(lake, "daily_revenue")
    before = revenue(spark, lake)

    def doubled(orders: DataFrame) -> DataFrame:
        return daily_revenue(orders).union(daily_revenue(orders))

    monkeypatch.setitem(AGGREGATES, "daily_revenue", Aggregate(("orders",), doubled))
    with pytest.raises(ValueError, match=r"\('order_date',\) must be unique; got 4 rows and 2 keys"):
        run(lake, "daily_revenue")
    assert revenue(spark, lake) == before


def test_fails_on_a_null_in_a_required_column(spark: SparkSession) -> None:
    rows = curated(spark, "daily_revenue", [("1997-01-01", 1, None, 1, "1.00")])
    with pytest.raises(ValueError, match="daily_revenue: required columns must hold values; got 1 rows with a null"):
        check(rows, load("daily_revenue"))


def test_fails_if_a_function_returns_another_type_than_the_contract_says(spark: SparkSession) -> None:
    rows = curated(spark, "daily_revenue", []).withColumnRenamed("orders", "purchases")
    with pytest.raises(ValueError, match=r"daily_revenue must have columns .*'orders': 'bigint'.*; got .*'purchases'"):
        conform(rows, load("daily_revenue"))


def test_fails_on_an_unknown_table_and_names_the_known_ones(spark: SparkSession, lake: Lake) -> None:
    with pytest.raises(ValueError, match=r"must name aggregates out of .*'daily_revenue'.*; got 'revenue'"):
        run(lake, "revenue")


def test_files_are_sorted_as_the_contract_says(spark: SparkSession, lake: Lake) -> None:
    put_orders(spark, lake, ORDERS)
    run(lake, "customer_history")
    file = Path(lake.folder("analytics") / "customer_history/customer_history.parquet")
    rows = [(row.customer_id, row.valid_from) for row in spark.read.parquet(f"file://{file}").collect()]
    assert rows == sorted(rows)
    assert len(rows) > 2
