"""Orders with what is known of who ordered."""

from __future__ import annotations

from dashboards.data_sets import ORDERS
from dashboards.data_sets.columns import Tables, computed, read_sql
from dashboards.groups import AUTHORS
from dashboards.model import CalculatedColumn, DataSet, LookBack, Refresh

NAME = ORDERS.removeprefix("lake-")


def declare(tables: Tables) -> DataSet:
    """Make the data set."""
    return DataSet(
        name=NAME,
        title="Orders",
        description="One row per order, with the segment that the customer is in today.",
        products=("orders",),
        tables=("orders", "customer_history"),
        sql=read_sql(NAME),
        import_mode="SPICE",
        columns=(
            tables.column("orders.order_id", folder="Order"),
            tables.column("orders.customer_id", personal=True, folder="Customer"),
            tables.column("orders.order_date", folder="Order"),
            tables.column("orders.quantity", folder="Order"),
            tables.column("orders.amount", folder="Order"),
            computed(
                "segment",
                "STRING",
                "The customer's segment today: new, loyal, active, lapsing or lost; not assessed before a month's end",
                "customer_history.segment",
                "customer_history.customer_id",
                "customer_history.is_current",
                "orders.customer_id",
                folder="Customer",
            ),
            computed(
                "weekday_number",
                "INTEGER",
                "Day of the week of order_date, 1 for Monday: the order in which weekdays are shown",
                "orders.order_date",
                folder="Order",
            ),
        ),
        calculated=(
            CalculatedColumn(
                name="weekday",
                type="STRING",
                expression="ifelse({weekday_number} = 1, 'Monday', {weekday_number} = 2, 'Tuesday', "
                "{weekday_number} = 3, 'Wednesday', {weekday_number} = 4, 'Thursday', {weekday_number} = 5, 'Friday', "
                "{weekday_number} = 6, 'Saturday', 'Sunday')",
                description="Name of the day of the week of order_date",
                folder="Order",
            ),
            CalculatedColumn(
                name="size",
                type="STRING",
                expression="ifelse({quantity} = 1, '1 CD', {quantity} = 2, '2 CDs', {quantity} <= 5, '3 to 5 CDs', "
                "'6 CDs and more')",
                description="Orders by how much is in them",
                folder="Order",
            ),
        ),
        personal_readers=(AUTHORS,),
        look_back=LookBack(column="order_date", size=90, unit="DAY"),
        refreshes=(
            Refresh(id="orders-daily", kind="INCREMENTAL_REFRESH", interval="DAILY", time_of_day="05:00"),
            # Segments change for orders of any age.
            Refresh(id="orders-weekly", kind="FULL_REFRESH", interval="WEEKLY", time_of_day="06:00", day="SUNDAY"),
        ),
    )
