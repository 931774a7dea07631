"""The curate job as a whole: what readers find after it ran."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.data.curating import curate, curated, orders, put, quarantined

pytestmark = pytest.mark.spark

JANUARY = "a,1,1997-01-05,2,10.50"
FEBRUARY = "b,2,1997-02-06,1,7.00"


def test_rows_are_typed_partitioned_and_complete(lake):
    put(lake, "ingest_date=1998-07-01/orders.csv", orders(JANUARY, FEBRUARY))
    curate(lake)
    assert curated(lake) == [
        ("a", 1, dt.date(1997, 1, 5), 2, Decimal("10.50"), "1997-01"),
        ("b", 2, dt.date(1997, 2, 6), 1, Decimal("7.00"), "1997-02"),
    ]
    assert quarantined(lake) == []
