"""Result values as the text that Athena writes into result files and pages."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any


def text(value: Any) -> str | None:  # noqa: PLR0911 (one for each type)
    """Return a value as Athena prints it; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, datetime.datetime):
        zone = " UTC" if value.tzinfo else ""
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}{zone}"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M:%S}.{value.microsecond // 1000:03d}"
    if isinstance(value, datetime.timedelta):
        return _interval(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex(" ")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_nested(key)}={_nested(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_nested(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def java_double(value: float) -> str:
    """Return a double as Java's `Double.toString` does: `1.0E10`, `0.001`, `Infinity`."""
    if value != value:  # noqa: PLR0124 (only NaN differs from itself)
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        # repr changes to an exponent only outside of this range.
        return repr(value)
    mantissa, _, exponent = f"{Decimal(repr(value)).normalize():E}".partition("E")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def _nested(value: Any) -> str:
    printed = text(value)
    return "null" if printed is None else printed


def _interval(value: datetime.timedelta) -> str:
    milliseconds = value // datetime.timedelta(milliseconds=1)
    sign, milliseconds = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    days, rest = divmod(milliseconds, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, thousandths = divmod(rest, 1000)
    return f"{sign}{days} {hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"
