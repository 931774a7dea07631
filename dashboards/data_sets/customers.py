"""Customers as they stand today, without saying who they are."""

from __future__ import annotations

from dashboards.data_sets import CUSTOMERS
from dashboards.data_sets.columns import Tables, computed, read_sql
from dashboards.model import CalculatedColumn, DataSet, Refresh

NAME = CUSTOMERS.removeprefix("lake-")


def declare(tables: Tables) -> DataSet:
    """Make the data set."""
    return DataSet(
        name=NAME,
        title="Customers",
        description="One row per customer, as of the last month's end. Holds no identifier.",
        products=("orders",),
        tables=("customer_history",),
        sql=read_sql(NAME),
        import_mode="SPICE",
        columns=(
            # A row is a customer's latest one: is_current decides which rows there are.
            computed(
                "segment",
                "STRING",
                "Segment today: new, loyal, active, lapsing or lost",
                "customer_history.segment",
                "customer_history.is_current",
            ),
            *tables.columns("customer_history", "orders", "revenue", "last_order_date"),
        ),
        calculated=(
            CalculatedColumn(
                name="habit",
                type="STRING",
                expression="ifelse({orders} = 1, 'bought once', {orders} <= 3, 'bought 2 or 3 times', "
                "{orders} <= 9, 'bought 4 to 9 times', 'bought 10 times and more')",
                description="Customers by how often they bought",
            ),
        ),
        refreshes=(Refresh(id="customers-daily", kind="FULL_REFRESH", interval="DAILY", time_of_day="05:15"),),
    )
