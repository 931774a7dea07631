"""How numbers and times are written.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NumericFormatConfiguration.html
"""

from __future__ import annotations

from typing import Any

Format = dict[str, Any]


def whole() -> Format:
    """Write a number without decimals, its thousands apart."""
    return number(0)


def number(decimals: int, suffix: str | None = None) -> Format:
    """Write a number with some decimals, its thousands apart, and perhaps with a unit behind it."""
    return {"NumberDisplayFormatConfiguration": _digits(decimals) | ({"Suffix": suffix} if suffix else {})}


def dollars(decimals: int = 0) -> Format:
    """Write an amount of US dollars."""
    return {"CurrencyDisplayFormatConfiguration": {"Symbol": "USD"} | _digits(decimals)}


def percent(decimals: int = 0) -> Format:
    """Write a share of 1 as a percentage."""
    return {"PercentageDisplayFormatConfiguration": _digits(decimals)}


def _digits(decimals: int) -> Format:
    return {
        "DecimalPlacesConfiguration": {"DecimalPlaces": decimals},
        "SeparatorConfiguration": {"ThousandsSeparator": {"Symbol": "COMMA", "Visibility": "VISIBLE"}},
    }
