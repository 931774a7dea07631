"""The history of each customer's segment, as a slowly changing dimension of type 2."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

END_OF_TIME = date(9999, 12, 31)
ACTIVE_DAYS = 90
LAPSING_DAYS = 180
LOYAL_ORDERS = 4
# The ends of two months that are six apart lie at least 181 days apart: by then a silent customer is lost for good.
_MONTHS_UNTIL_LOST = 6

_SEGMENT = f"""
case when trunc(month_end, 'month') = first_month then 'new'
     when silent_days <= {ACTIVE_DAYS} and orders >= {LOYAL_ORDERS} then 'loyal'
     when silent_days <= {ACTIVE_DAYS} then 'active'
     when silent_days <= {LAPSING_DAYS} then 'lapsing'
     else 'lost' end
"""


def customer_history(orders: DataFrame, as_of: date | None = None) -> DataFrame:
    """One row per period in which a customer's segment stayed the same.

    Customers are assessed at the end of each month, from recency (days since the last order) and frequency (orders so
    far), after the RFM analysis of direct marketing (Hughes, Strategic Database Marketing, 1994). The result depends
    on the orders and `as_of` alone, so late orders restate history and running again changes nothing.

    Parameters
    ----------
    orders
        Curated orders: customer_id, order_date, amount.
    as_of
        Months that end after this day are not assessed yet. None means the day of the latest order.

    Returns
    -------
    DataFrame
        Rows of one customer neither overlap nor leave a gap: valid_from <= day < valid_to finds one row for each day
        from the first assessment on.
    """
    day = F.max(F.lit(as_of) if as_of else F.col("order_date"))
    last_month_end = orders.agg(F.last_day(F.add_months(F.date_add(day, 1), -1)).alias("last_month_end"))
    months = _active_months(orders).crossJoin(F.broadcast(last_month_end))
    return _periods(_assessments(months))


def _active_months(orders: DataFrame) -> DataFrame:
    """One row per customer and month with an order, with the totals until then and the month of the next order."""
    so_far = Window.partitionBy("customer_id").orderBy("month")
    return (
        orders.select("customer_id", "order_date", "amount", F.trunc("order_date", "month").alias("month"))
        .groupBy("customer_id", "month")
        .agg(
            F.count("*").alias("orders"),
            F.sum("amount").cast("decimal(20,2)").alias("revenue"),
            F.max("order_date").alias("last_order_date"),
        )
        .select(
            "customer_id",
            "month",
            F.sum("orders").over(so_far).alias("orders"),
            F.sum("revenue").over(so_far).cast("decimal(20,2)").alias("revenue"),
            "last_order_date",
            F.first("month").over(so_far).alias("first_month"),
            F.lead("month").over(so_far).alias("next_month"),
        )
    )


def _assessments(months: DataFrame) -> DataFrame:
    """Assess each customer at the end of each month in which the segment may have changed."""
    until = F.least(
        F.add_months("next_month", -1),
        F.add_months("month", _MONTHS_UNTIL_LOST),
        F.trunc("last_month_end", "month"),
    )
    return (
        months.where("last_day(month) <= last_month_end")
        .withColumn("month_end", F.explode(F.sequence("month", until, F.expr("interval 1 month"))))
        .withColumn("month_end", F.last_day("month_end"))
        .withColumn("silent_days", F.datediff("month_end", "last_order_date"))
        .select(
            "customer_id",
            "month_end",
            F.expr(_SEGMENT).alias("segment"),
            "orders",
            "revenue",
            "last_order_date",
        )
    )


def _periods(assessments: DataFrame) -> DataFrame:
    by_time = Window.partitionBy("customer_id").orderBy("month_end")
    changes = assessments.withColumn("before", F.lag("segment").over(by_time)).where(
        "before is null or before <> segment"
    )
    valid_to = F.lead("month_end").over(by_time)
    return changes.select(
        "customer_id",
        F.col("month_end").alias("valid_from"),
        F.coalesce(valid_to, F.lit(END_OF_TIME)).alias("valid_to"),
        valid_to.isNull().alias("is_current"),
        "segment",
        "orders",
        "revenue",
        "last_order_date",
    )
