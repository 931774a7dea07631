"""Finds the operation of a REST request by the model of its service, so that REST services register operations too.

Only JSON: the members of the path, the query and the body become one request, as the SDK's caller wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import botocore.exceptions
import botocore.session


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    # Name on the wire, member and type of what stands in the query and in the path.
    query: tuple[tuple[str, str, str], ...]
    path: tuple[tuple[str, str, str], ...]


def resolve(service: str, method: str, path: str, query: Mapping[str, Any], body: bytes) -> tuple[str, bytes] | None:
    """Return the operation and the request as a JSON text, or None if the service has no such route.

    Parameters
    ----------
    query
        Values of the query by name, each alone or as a list.
    """
    for route in _routes(service):
        match = route.pattern.fullmatch(path) if route.method == method else None
        if match:
            request = json.loads(body or b"{}")
            request |= {member: _typed(unquote(match[name]), kind) for name, member, kind in route.path}
            for wire, member, kind in route.query:
                if wire in query:
                    request[member] = _typed(query[wire], kind)
            return route.operation, json.dumps(request).encode()
    return None


def _typed(value: Any, kind: str) -> Any:
    values = value if isinstance(value, list) else [value]
    if kind == "list":
        return values
    if kind in {"integer", "long"}:
        return int(values[0])
    return str(values[0]).lower() == "true" if kind == "boolean" else values[0]


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    try:
        model = botocore.session.get_session().get_service_model(service)
    except botocore.exceptions.UnknownServiceError:
        return ()
    if model.protocol != "rest-json":
        return ()
    routes = [_route(model.operation_model(name)) for name in model.operation_names]
    # The longest path first: a parameter at the end may hold slashes.
    return tuple(sorted(routes, key=lambda route: -route.pattern.pattern.count("/")))


def _route(operation: Any) -> _Route:
    uri = operation.http["requestUri"].partition("?")[0]
    members = operation.input_shape.members if operation.input_shape else {}
    places: dict[str, list[tuple[str, str, str]]] = {"uri": [], "querystring": []}
    for member, shape in members.items():
        place = shape.serialization.get("location")
        if place in places:
            places[place].append((shape.serialization["name"], member, shape.type_name))
    pattern = re.escape(uri)
    for wire, _, _ in places["uri"]:
        last = uri.endswith((f"{{{wire}}}", f"{{{wire}+}}"))
        # The path comes decoded: an ARN has slashes of its own.
        group = f"(?P<{wire}>{'.+' if last or wire.lower().endswith('arn') else '[^/]+'})"
        for placeholder in (f"{{{wire}}}", f"{{{wire}+}}"):
            pattern = pattern.replace(re.escape(placeholder), group)
    return _Route(
        operation.name,
        operation.http["method"],
        re.compile(pattern + "/?"),
        tuple(places["querystring"]),
        tuple(places["uri"]),
    )
