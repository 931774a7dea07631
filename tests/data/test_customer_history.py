from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.aggregate.customers import END_OF_TIME, customer_history
from tests.data.oracle import assert_same, curated, curated_orders, generated_orders, orders_source

pytestmark = pytest.mark.spark

# The rules again, in another language and by another road: every customer at every month's end, no short cut.
EVERY_MONTH_END = """
with ends as (
  select last_day(month)::date as month_end
  from (select unnest(generate_series(date '1997-01-01', date '1998-06-01', interval 1 month)) as month)),
so_far as (
  select customer_id, month_end, count(*) as orders, sum(amount)::decimal(20,2) as revenue,
    min(order_date) as first_order_date, max(order_date) as last_order_date
  from ends join orders on order_date <= month_end group by customer_id, month_end),
assessed as (
  select *, case
    when date_trunc('month', first_order_date) = date_trunc('month', month_end) then 'new'
    when month_end - last_order_date <= 90 then if(orders >= 4, 'loyal', 'active')
    when month_end - last_order_date <= 180 then 'lapsing' else 'lost' end as segment
  from so_far),
changed as (
  select * from assessed
  qualify segment is distinct from lag(segment) over (partition by customer_id order by month_end))
select customer_id, month_end,
  coalesce(lead(month_end) over (partition by customer_id order by month_end), date '9999-12-31') as valid_to,
  lead(month_end) over (partition by customer_id order by month_end) is null as is_current,
  segment, orders, revenue, last_order_date
from changed
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated_orders(tmp_path_factory.mktemp("orders"), 4_000, seed=12)


@pytest.fixture(scope="module")
def orders(spark: SparkSession, file: Path) -> DataFrame:
    return curated_orders(spark, file).cache()


@pytest.fixture(scope="module")
def history(orders: DataFrame) -> DataFrame:
    return customer_history(orders, date(1998, 6, 30)).cache()


def test_history_equals_an_assessment_of_every_customer_at_every_months_end(history: DataFrame, file: Path) -> None:
    with orders_source(file) as source:
        assert_same(history, source.sql(EVERY_MONTH_END).fetchall())


def test_every_segment_occurs_in_the_generated_orders(history: DataFrame) -> None:
    segments = {row.segment for row in history.select("segment").distinct().collect()}
    assert segments == {"new", "loyal", "active", "lapsing", "lost"}


def test_each_customer_has_one_row_on_each_day(history: DataFrame, orders: DataFrame) -> None:
    customers = orders.select("customer_id").distinct().count()
    for day in (date(1998, 6, 30), date(2020, 2, 29)):
        valid = history.where(f"valid_from <= date'{day}' and date'{day}' < valid_to")
        assert valid.count() == valid.select("customer_id").distinct().count() == customers


def test_exactly_the_open_rows_are_current(history: DataFrame) -> None:
    assert history.where(f"is_current <> (valid_to = date'{END_OF_TIME}')").count() == 0


def segments(spark: SparkSession, days: list[str], as_of: date | None = None) -> list[tuple[str, str]]:
    rows = [(f"o{number}", 7, day, 1, "1.00", day[:7]) for number, day in enumerate(days)]
    found = customer_history(curated(spark, "orders", rows), as_of).orderBy("valid_from").collect()
    return [(str(row.valid_from), row.segment) for row in found]


def test_a_silent_customer_lapses_after_90_days_and_is_lost_after_180(spark: SparkSession) -> None:
    assert segments(spark, ["1997-01-30"], date(1998, 6, 30)) == [
        ("1997-01-31", "new"),
        ("1997-02-28", "active"),
        ("1997-05-31", "lapsing"),
        ("1997-07-31", "lost"),
    ]


def test_a_late_order_restates_the_history_of_its_customer(spark: SparkSession) -> None:
    known = ["1997-01-05", "1997-12-24"]
    before = segments(spark, known, date(1997, 12, 31))
    assert before == [
        ("1997-01-31", "new"),
        ("1997-02-28", "active"),
        ("1997-04-30", "lapsing"),
        ("1997-07-31", "lost"),
        ("1997-12-31", "active"),
    ]
    assert segments(spark, [*known, "1997-06-15"], date(1997, 12, 31)) == [
        ("1997-01-31", "new"),
        ("1997-02-28", "active"),
        ("1997-04-30", "lapsing"),
        ("1997-06-30", "active"),
        ("1997-09-30", "lapsing"),
        ("1997-12-31", "active"),
    ]


def test_a_fourth_order_makes_a_customer_loyal_while_orders_are_recent(spark: SparkSession) -> None:
    days = ["1997-01-01", "1997-01-02", "1997-01-03", "1997-02-01"]
    assert segments(spark, days, date(1997, 6, 30)) == [
        ("1997-01-31", "new"),
        ("1997-02-28", "loyal"),
        ("1997-05-31", "lapsing"),
    ]


def test_a_month_that_has_not_ended_is_not_assessed(spark: SparkSession) -> None:
    days = ["1997-01-31", "1997-02-27"]
    assert segments(spark, days) == segments(spark, days, date(1997, 2, 27)) == [("1997-01-31", "new")]
    assert segments(spark, [*days, "1997-02-28"])[-1] == ("1997-02-28", "active")


def test_history_does_not_depend_on_the_order_or_the_partitions_of_the_rows(
    orders: DataFrame, history: DataFrame
) -> None:
    shuffled = customer_history(orders.repartition(7, "amount"), date(1998, 6, 30))
    assert_same(shuffled, [tuple(row) for row in history.collect()])


def test_no_orders_give_no_history(spark: SparkSession) -> None:
    assert segments(spark, []) == []
