"""The address of an embedded dashboard, from the function that gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.cli.place import Place


def run(place: Place, request: Mapping[str, Any]) -> int:
    """Print the address alone, so that other commands can take it."""
    print(ask(place, request))
    return 0


def ask(place: Place, request: Mapping[str, Any]) -> str:
    """Return the address."""
    return str(place.invoke("DashboardUrlFunctionName", request)["url"])
