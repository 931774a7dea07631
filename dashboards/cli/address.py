"""The address of an embedded dashboard, from the function that gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dashboards.cli.place import Place
from dashboards.errors import DashboardError


def run(place: Place, request: Mapping[str, Any]) -> int:
    """Print the address alone, so that other commands can take it."""
    print(ask(place, request)["url"])
    return 0


def ask(place: Place, request: Mapping[str, Any]) -> dict[str, str]:
    """Return the function's answer.

    Raises
    ------
    DashboardError
        If it refused; the message is the function's.
    """
    name = place.outputs["DashboardUrlFunctionName"]
    answer = place.functions.invoke(FunctionName=name, Payload=json.dumps(dict(request)).encode())
    found: dict[str, str] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise DashboardError(f"{name} refused: {found.get('errorMessage', found)}")
    return found
