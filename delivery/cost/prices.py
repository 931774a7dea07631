"""List prices."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("prices.toml")
HOURS = 730  # of a month, as AWS counts in its calculator


@dataclass(frozen=True)
class Prices:
    """Dollars by service and item, for one region."""

    region: str
    checked: str
    services: dict[str, dict[str, Any]]

    def __call__(self, service: str, item: str) -> float:
        """Give the price of one unit.

        Raises
        ------
        KeyError
            There is no such price in the file.
        """
        try:
            return float(self.services[service][item])
        except KeyError:
            raise KeyError(f"{_FILE.name} must have a price [{service}] {item}") from None


def load(file: Path = _FILE) -> Prices:
    """Read the prices."""
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    return Prices(values.pop("region"), values.pop("checked"), values)
