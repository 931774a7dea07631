"""Aggregates of the orders."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812


def daily_revenue(orders: DataFrame) -> DataFrame:
    """Orders, customers, quantity and revenue of each day with a sale.

    Parameters
    ----------
    orders
        Curated orders: customer_id, order_date, quantity, amount.

    Returns
    -------
    DataFrame
        One row per order_date.
    """
    return (
        orders.select("order_date", "customer_id", "quantity", "amount")
        .groupBy("order_date")
        .agg(
            F.count("*").alias("orders"),
            F.countDistinct("customer_id").alias("customers"),
            F.sum("quantity").alias("quantity"),
            _revenue(),
        )
        .select("order_date", "orders", "customers", "quantity", "revenue")
    )


def cohort_retention(orders: DataFrame) -> DataFrame:
    """How many customers of each month of first purchase bought in each later month, and for how much.

    Parameters
    ----------
    orders
        Curated orders: customer_id, order_date, amount. All of them: the first purchase of a customer decides.

    Returns
    -------
    DataFrame
        One row per cohort_month and months_since in which a customer of the cohort bought.
    """
    monthly = (
        orders.select("customer_id", F.trunc("order_date", "month").alias("month"), "amount")
        .groupBy("customer_id", "month")
        .agg(F.count("*").alias("orders"), _revenue())
    )
    first = monthly.groupBy("customer_id").agg(F.min("month").alias("cohort"))
    return (
        monthly.join(first, on="customer_id", how="inner")
        .groupBy("cohort", "month")
        .agg(
            F.count("*").alias("customers"),
            F.sum("orders").alias("orders"),
            F.sum("revenue").cast("decimal(20,2)").alias("revenue"),
        )
        .withColumn("cohort_size", F.expr("max(if(month = cohort, customers, null)) over (partition by cohort)"))
        .select(
            F.date_format("cohort", "yyyy-MM").alias("cohort_month"),
            F.months_between("month", "cohort").cast("int").alias("months_since"),
            "cohort_size",
            "customers",
            "orders",
            "revenue",
            (F.col("customers") / F.col("cohort_size")).alias("retention"),
        )
    )


def _revenue() -> Column:
    return F.sum("amount").cast("decimal(20,2)").alias("revenue")
