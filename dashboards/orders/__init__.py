"""Orders and revenue: how business goes, who buys, and who comes back."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.data_sets import COHORT_RETENTION, CUSTOMERS, ORDERS
from dashboards.definition.document import calculated, document
from dashboards.definition.filter_controls import slider
from dashboards.definition.filters import at_least, between, chosen, on_sheets, on_visuals, within
from dashboards.definition.used import data_sets_of
from dashboards.groups import MANAGERS, RETENTION
from dashboards.model import Dashboard, DataSet
from dashboards.orders import customers, retention, revenue
from dashboards.orders.choices import COHORT_SIZE, SEGMENT, SINCE, UNTIL


def declare(data_sets: Sequence[DataSet]) -> Dashboard:
    """Make the dashboard."""
    # In the first month everybody bought: beside it, all other shares would look the same.
    later = within(
        "months-after-the-first",
        COHORT_RETENTION,
        "months_since",
        1,
        24,
        scope=on_visuals("retention", "retention-by-cohort", "retention-by-age"),
    )
    # A few customers order so often that beside them all others are one point.
    usual = within("usual-customers", CUSTOMERS, "orders", 1, 30, scope=on_visuals("customers", "value-by-frequency"))
    definition = document(
        parameters=[SINCE, UNTIL, SEGMENT, COHORT_SIZE],
        filters=[
            between("orders-in-range", ORDERS, "order_date", SINCE, UNTIL),
            chosen("orders-of-segments", ORDERS, "segment", SEGMENT),
            chosen("customers-of-segments", CUSTOMERS, "segment", SEGMENT),
            at_least("cohorts-of-size", COHORT_RETENTION, "cohort_size", COHORT_SIZE, scope=on_sheets("retention")),
            usual,
            later,
        ],
        calculations=[
            calculated(ORDERS, "average_order", "sum({amount}) / count({order_id})"),
            calculated(CUSTOMERS, "revenue_per_order", "sum({revenue}) / sum({orders})"),
            calculated(COHORT_RETENTION, "share_of_cohort", "sum({customers}) / sum({cohort_size})"),
        ],
        sheets=[
            revenue.make(),
            customers.make(slider(usual, "Orders of a customer in the scatter", least=1, most=250, step=1)),
            retention.make(slider(later, "Months later", least=1, most=24, step=1)),
        ],
    )
    return Dashboard(
        name="orders",
        title="Orders and revenue",
        description="How much was sold, to whom, and who comes back. CDNOW, January 1997 to June 1998.",
        data_sets=data_sets_of(definition, data_sets),
        definition=definition,
        readers=(MANAGERS, RETENTION),
    )
