"""Rows as files of the page: small, and quick to read for a browser. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from laptop.preview.snapshot import Json, Rows

# A column with fewer different values than this share of its rows is written as a dictionary and codes.
_REPEATED = 0.5


def milliseconds(text: str | None) -> int | None:
    """Turn an ISO date or date-time into milliseconds since 1970; one without a zone is UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def encode(rows: Rows) -> Json:
    """Write rows column by column, dates as milliseconds."""
    columns = {name: _column(kind, rows.values[name]) for name, kind in rows.types.items()}
    return {"count": rows.count, "hidden": list(rows.hidden), "columns": columns, "error": rows.error}


def _column(kind: str, values: Sequence[Any]) -> Json:
    if kind == "DECIMAL":
        # JSON has no word for infinity and for what is no number, and no chart has a place for them.
        values = [None if value is None or not math.isfinite(value) else value for value in values]
    codes: dict[Any, int] = {}
    coded = [-1 if value is None else codes.setdefault(value, len(codes)) for value in values]
    convert = milliseconds if kind == "DATETIME" else _same
    if len(codes) < _REPEATED * len(values):
        return {"type": kind, "dictionary": [convert(value) for value in codes], "codes": coded}
    return {"type": kind, "values": [convert(value) for value in values]}


def _same(value: Any) -> Any:
    return value
