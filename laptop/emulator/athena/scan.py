"""Bytes that a query scans, as Athena bills them: a pure function over the metadata of the files.

Columnar files count the compressed chunks of the columns that the query uses, in the row groups that statistics do
not rule out, and their footers. Text files count whole, as they are stored. Athena bills at least 10 MB a query:
https://docs.aws.amazon.com/athena/latest/ug/performance-tuning.html and https://aws.amazon.com/athena/pricing/
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

MINIMUM_BILLED_BYTES = 10 * 1000**2
_FOOTER_TAIL = 8


@dataclass(frozen=True)
class Condition:
    """What a row must satisfy in one column: `operator` is =, <, <=, >, >=, in or null, the values are constants."""

    column: str
    operator: str
    values: tuple[Any, ...]


def billed_bytes(scanned: int) -> int:
    """Return what Athena charges for; a query that reads nothing is free."""
    return max(scanned, MINIMUM_BILLED_BYTES) if scanned else 0


def parquet_bytes(metadata: Any, columns: Collection[str], conditions: Sequence[Condition] = ()) -> int:
    """Return the bytes that a query reads of a Parquet file.

    Parameters
    ----------
    metadata
        The footer, a `pyarrow.parquet.FileMetaData`.
    columns
        Names of the top-level columns that the query uses, in lower case.
    conditions
        Conditions that all hold for every row of the result; they rule out row groups by their statistics.
    """
    used = {index for index in range(metadata.num_columns) if _top_level(metadata, index) in columns}
    total = int(metadata.serialized_size) + _FOOTER_TAIL
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if all(_may_match(metadata, group, condition) for condition in conditions):
            total += sum(group.column(index).total_compressed_size for index in used)
    return total


def _top_level(metadata: Any, index: int) -> str:
    return str(metadata.schema.column(index).path).partition(".")[0].lower()


def _may_match(metadata: Any, group: Any, condition: Condition) -> bool:
    for index in range(group.num_columns):
        chunk = group.column(index)
        if chunk.path_in_schema.lower() == condition.column and chunk.statistics is not None:
            return _overlaps(chunk.statistics, condition, group.num_rows)
    return True


def _overlaps(statistics: Any, condition: Condition, rows: int) -> bool:
    if condition.operator == "null":
        return not (statistics.has_null_count and statistics.null_count == 0)
    if statistics.has_null_count and statistics.null_count == rows:
        return False
    if not statistics.has_min_max:
        return True
    low, high = statistics.min, statistics.max
    values = [comparable(value, low) for value in condition.values]
    if None in values:
        return True
    first = values[0]
    checks: dict[str, Callable[[], bool]] = {
        "=": lambda: low <= first <= high,
        "in": lambda: any(low <= value <= high for value in values),
        "<": lambda: low < first,
        "<=": lambda: low <= first,
        ">": lambda: high > first,
        ">=": lambda: high >= first,
    }
    return bool(checks[condition.operator]())


def comparable(value: Any, sample: Any) -> Any | None:  # noqa: PLR0911 (one for each type)
    """Return a constant in the type of a statistic; None if they cannot be compared."""
    try:
        if isinstance(sample, bool):
            return value if isinstance(value, bool) else None
        if isinstance(sample, int | float | Decimal):
            return Decimal(str(value)) if not isinstance(value, str | dt.date) else None
        if isinstance(sample, dt.datetime):
            moment = dt.datetime.fromisoformat(str(value))
            return moment.replace(tzinfo=sample.tzinfo)
        if isinstance(sample, dt.date):
            return dt.date.fromisoformat(str(value)[:10]) if len(str(value)) == 10 else None
        if isinstance(sample, str):
            return value if isinstance(value, str) else None
    except (ValueError, InvalidOperation):
        return None
    return None
