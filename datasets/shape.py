"""The shape of CDNOW's purchases: the few numbers from which any number of similar orders can be drawn.

`shape.json` is fitted by `python -m datasets fit`, so the generator needs no download. Distributions are kept as tables
of equally likely values, which keeps what a formula would smooth away: the price points of a shop (11.77, 14.96, ...).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.sources import Order

FILE = Path(__file__).with_name("shape.json")
START = date(1997, 1, 1)
DAYS = 546
"""From 1997-01-01 to 1998-06-30."""
POINTS = 250
"""Equally likely values in a table."""
FREQUENCIES = (2, 3, 4, 6, 10, 20)
"""Who buys more often buys at shorter intervals: lower bounds of the classes of orders per customer."""
QUANTITIES = (1, 2, 3, 5)
"""The more CDs in an order, the less a CD costs: lower bounds of the classes of quantities."""

Table = tuple[int, ...]


@dataclass(frozen=True)
class Shape:
    """What the generator draws from.

    `first_day` and `orders_per_customer` are (value, count) pairs, `quantity` too; `gap_days` has a table of days
    between purchases for each of `FREQUENCIES`, `unit_cents` one of prices for each of `QUANTITIES`.
    """

    first_day: tuple[Table, ...]
    orders_per_customer: tuple[Table, ...]
    quantity: tuple[Table, ...]
    gap_days: tuple[Table, ...]
    unit_cents: tuple[Table, ...]


def load(file: Path = FILE) -> Shape:
    """Read the fitted shape."""
    return Shape(**{key: _tuples(value) for key, value in json.loads(file.read_text(encoding="utf-8")).items()})


def save(shape: Shape, file: Path = FILE) -> None:
    """Write a shape, one distribution a line."""
    lines = (f"  {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in asdict(shape).items())
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def fit(orders: Sequence[Order]) -> Shape:
    """Measure the shape of real orders."""
    customer = np.array([order.customer_id for order in orders])
    day = np.array([(order.order_date - START).days for order in orders])
    quantity = np.array([order.quantity for order in orders])
    cents = np.array([int(order.amount * 100) for order in orders])

    by_customer = np.lexsort((day, customer))
    customer, day, quantity, cents = customer[by_customer], day[by_customer], quantity[by_customer], cents[by_customer]
    _, first, per_customer = np.unique(customer, return_index=True, return_counts=True)
    repeat = np.flatnonzero(np.diff(customer, prepend=customer[0] - 1) == 0)
    frequency = np.repeat(per_customer, per_customer)[repeat]
    return Shape(
        first_day=_counts(day[first]),
        orders_per_customer=_counts(per_customer),
        quantity=_counts(quantity),
        gap_days=_tables(day[repeat] - day[repeat - 1], frequency, FREQUENCIES),
        unit_cents=_tables(np.rint(cents / quantity).astype(np.int64), quantity, QUANTITIES),
    )


def day_of(offset: int) -> date:
    """Give the calendar day of a day number."""
    return START + timedelta(days=offset)


def _counts(values: npt.NDArray[np.int64]) -> tuple[Table, ...]:
    return tuple((int(value), int(count)) for value, count in zip(*np.unique(values, return_counts=True), strict=True))


def _tables(values: npt.NDArray[np.int64], classes: npt.NDArray[np.int64], bounds: Sequence[int]) -> tuple[Table, ...]:
    likely = (np.arange(POINTS) + 0.5) / POINTS
    of = np.searchsorted(bounds, classes, side="right") - 1
    return tuple(
        tuple(int(value) for value in np.quantile(values[of == index], likely, method="inverted_cdf"))
        for index in range(len(bounds))
    )


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def pairs(counts: Sequence[Table]) -> Mapping[str, npt.NDArray[np.int64]]:
    """Split (value, count) pairs into arrays `value` and `count`."""
    array = np.array(counts, dtype=np.int64)
    return {"value": array[:, 0], "count": array[:, 1]}
