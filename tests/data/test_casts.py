"""What each type takes for one of its values, one query for all, computed without a job."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from lake_common.contract import Column, Source
from pyspark.sql import SparkSession

from glue_jobs.curate import job
from glue_jobs.curate.casts import cast
from glue_jobs.curate.frames import literal

pytestmark = pytest.mark.spark

CSV = Source(format="csv")
BY_DAY = dataclasses.replace(CSV, date_format="dd/MM/yyyy", timestamp_format="yyyy-MM-dd'T'HH:mm")
# Python would turn a timestamp into the time of this machine, so it is compared as text.
NOON, DAY = "2024-01-31 12:00:00", dt.date(2024, 1, 31)

# Type, how the file writes, text, value.
CASES: list[tuple[str, Source, str, Any]] = [
    ("int", CSV, "3.0", 3),
    ("int", CSV, "3.5", None),
    ("decimal(10,2)", CSV, "1.50", Decimal("1.50")),
    ("decimal(10,2)", CSV, "1.005", None),
    ("double", CSV, "-1.5e3", -1500.0),
    *(("double", CSV, text, None) for text in ("NaN", "Infinity", "12d", "1.5F", "0x1p3")),
    ("date", CSV, "2024-01-31", DAY),
    *(("date", CSV, text, None) for text in ("2024", "2024-01   ", "2024-1-3 9", "2024-1-3T9", "2024-01-3T")),
    ("date", BY_DAY, "31/01/2024", DAY),
    *(("date", BY_DAY, text, None) for text in ("31/1/2024", "31/01/2024x", "2024-01-31")),
    *(("timestamp", CSV, text, NOON) for text in ("2024-01-31T12:00:00Z", "2024-01-31 13:00:00+01:00")),
    *(("timestamp", CSV, text, None) for text in ("12:30:45.123", "T12:30:45.1", "12:30:45-01:00", "2024-01")),
    ("timestamp", BY_DAY, "2024-01-31T12:00", NOON),
]


@pytest.fixture(scope="module")
def values(spark: SparkSession) -> list[Any]:
    for key, value in job.SETTINGS.items():
        spark.conf.set(key, value)
    typed = (
        cast(Column(name="x", type=kind, description=""), literal(text), source) for kind, source, text, _ in CASES
    )
    query = spark.sql("SELECT " + ", ".join(f"{value} AS c{number}" for number, value in enumerate(typed)))
    shown = [f"CAST({name} AS string)" if kind == "timestamp" else name for name, kind in query.dtypes]
    return list(query.selectExpr(*shown).first() or ())


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{kind}:{text}" for kind, _, text, _ in CASES])
def test_a_text_is_a_value_of_a_type_only_if_nothing_of_it_is_bent_or_cut(values: list[Any], number: int) -> None:
    assert values[number] == CASES[number][3]
