from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import DataFrame, SparkSession

from contracts.loader import load
from glue_jobs.aggregate.orders import cohort_retention, daily_revenue
from tests.data.oracle import assert_same, curated, curated_orders, generated_orders, orders_source

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated_orders(tmp_path_factory.mktemp("orders"), 4_000, seed=11)


@pytest.fixture(scope="module")
def orders(spark: SparkSession, file: Path) -> DataFrame:
    return curated_orders(spark, file).cache()


@pytest.fixture
def source(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with orders_source(file) as connection:
        yield connection


def test_daily_revenue_equals_an_independent_computation_to_the_cent(
    orders: DataFrame, source: duckdb.DuckDBPyConnection
) -> None:
    expected = source.sql(
        """select order_date, count(*), count(distinct customer_id), sum(quantity)::bigint, sum(amount)
        from orders group by order_date"""
    ).fetchall()
    assert_same(daily_revenue(orders), expected)


def test_revenue_of_all_days_is_the_sum_of_all_orders(orders: DataFrame, source: duckdb.DuckDBPyConnection) -> None:
    total = daily_revenue(orders).selectExpr("sum(revenue)", "sum(orders)").collect()[0]
    assert tuple(total) == source.sql("select sum(amount), count(*) from orders").fetchall()[0]


def test_cohort_retention_equals_an_independent_computation(
    orders: DataFrame, source: duckdb.DuckDBPyConnection
) -> None:
    expected = source.sql(
        """with first as (select customer_id, min(order_date) as day from orders group by customer_id),
        size as (select strftime(day, '%Y-%m') as cohort, count(*) as members from first group by cohort)
        select strftime(day, '%Y-%m') as cohort, datediff('month', day, order_date)::int as months_since, members,
          count(distinct customer_id), count(*), sum(amount), count(distinct customer_id) / members
        from orders join first using (customer_id) join size on size.cohort = strftime(day, '%Y-%m')
        group by cohort, months_since, members, strftime(day, '%Y-%m')"""
    ).fetchall()
    assert_same(cohort_retention(orders), expected)


def test_every_cohort_is_complete_in_its_first_month(orders: DataFrame) -> None:
    first = cohort_retention(orders).where("months_since = 0")
    assert first.where("customers <> cohort_size or retention <> 1").count() == 0
    assert first.selectExpr("sum(cohort_size)").collect()[0][0] == orders.select("customer_id").distinct().count()


def test_months_between_purchases_are_counted_by_the_calendar_across_years(spark: SparkSession) -> None:
    rows = [("a", 1, "1997-12-31", 1, "1.00", "1997-12"), ("b", 1, "1998-02-01", 1, "2.50", "1998-02")]
    found = cohort_retention(curated(spark, "orders", rows)).select("months_since", "revenue").collect()
    assert {(row.months_since, row.revenue) for row in found} == {(0, Decimal("1.00")), (2, Decimal("2.50"))}


def test_revenue_beyond_the_range_of_one_amount_is_exact(spark: SparkSession) -> None:
    rows = [(str(number), 1, "1997-01-01", 1, "99999999.99", "1997-01") for number in range(3)]
    found = daily_revenue(curated(spark, "orders", rows)).collect()
    assert [tuple(row) for row in found] == [(date(1997, 1, 1), 3, 1, 3, Decimal("299999999.97"))]


@pytest.mark.parametrize("compute", [daily_revenue, cohort_retention])
def test_no_orders_give_an_empty_table_with_the_columns_of_the_contract(spark: SparkSession, compute) -> None:  # type: ignore[no-untyped-def]
    found = compute(curated(spark, "orders", []))
    assert found.dtypes == [(column.name, column.type) for column in load(compute.__name__).columns]
    assert found.count() == 0
