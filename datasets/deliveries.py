"""Split the real orders into the deliveries of an imperfect supplier.

The lake must end with exactly CDNOW's purchases whatever the order and the mistakes of the deliveries, so every mistake
here is one that a later delivery or the quarantine makes good:

* first: all orders but the late ones; those of the restated days with an amount that is too high by 8 % tax
* late: the orders of two days of 1997-11, which arrive after everything else
* restated: the orders of the restated days again, with their true amount
* faulty: copies of orders that are known already, and orders that never were, each broken in one way
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from datasets.sources import Order

HEADER = Order._fields
LATE_DAYS = frozenset({date(1997, 11, 28), date(1997, 11, 29)})
RESTATED_DAYS = frozenset({date(1998, 6, 29), date(1998, 6, 30)})
WRONG_TAX = Decimal("1.08")
CENT = Decimal("0.01")
COPIES = 20

FAULTY = (
    ("faulty-01", "17", "1998-02-30", "1", "11.77"),  # a day that does not exist
    ("faulty-02", "17", "30.06.1998", "1", "11.77"),  # another date format
    ("faulty-03", "17", "1998-06-30", "one", "11.77"),  # a word for a number
    ("faulty-04", "17", "1998-06-30", "-1", "11.77"),  # below the minimum
    ("faulty-05", "17", "1998-06-30", "1", "-11.77"),
    ("faulty-06", "17", "1998-06-30", "1", "11.777"),  # more decimals than cents
    ("faulty-07", "17", "1998-06-30", "1", ""),  # required values that are missing
    ("faulty-08", "", "1998-06-30", "1", "11.77"),
    ("", "17", "1998-06-30", "1", "11.77"),
    ("faulty-10", "17", "1998-06-30", "1", "11.77", "gift"),  # a column too many
    ("faulty-11", "17", "1998-06-30"),  # two columns too few
    ("faulty-12", "99999999999", "1998-06-30", "1", "11.77"),  # no 32-bit integer
)


def first(orders: Iterable[Order]) -> list[Order]:
    """Everything but the late orders, with the wrong amounts of the restated days."""
    return [_taxed(order) for order in orders if order.order_date not in LATE_DAYS]


def late(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.order_date in LATE_DAYS]


def restated(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.order_date in RESTATED_DAYS]


def faulty(orders: Sequence[Order]) -> list[Sequence[object]]:
    """Give copies of known orders (outside the restated days), then rows that no contract accepts."""
    known = (order for order in orders if order.order_date not in RESTATED_DAYS | LATE_DAYS)
    return [order for order, _ in zip(known, range(COPIES), strict=False)] + list(FAULTY)


def _taxed(order: Order) -> Order:
    if order.order_date not in RESTATED_DAYS:
        return order
    return order._replace(amount=(order.amount * WRONG_TAX).quantize(CENT))
