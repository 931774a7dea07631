"""Checks a request against the model of its API, all of it: botocore itself checks types and minima only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

_TYPES = {"string": str, "structure": dict, "list": list, "integer": int, "boolean": bool, "map": dict}


def violations(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """Yield what in a request its model does not allow: names, types, enumerations, bounds, lengths and patterns.

    Parameters
    ----------
    shape
        The shape of the request or of a part of it, from botocore's service model.
    path
        Where the part is, as messages name it.
    """
    expected = _TYPES.get(shape.type_name)
    if expected and (not isinstance(value, expected) or (expected is int and isinstance(value, bool))):
        yield f"{path or 'request'} must be a {shape.type_name}; got {type(value).__name__}"
        return
    yield from _out_of_bounds(shape, value, path)
    if shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield from violations(shape.member, item, f"{path}[{number}]")


def _structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{_join(path, name)} is missing"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{_join(path, name)} is unknown"
        else:
            yield from violations(shape.members[name], item, _join(path, name))


def _out_of_bounds(shape: Any, value: Any, path: str) -> Iterator[str]:
    rules = shape.metadata
    size = value if isinstance(value, int) else len(value) if isinstance(value, str | list) else None
    if size is not None and size < rules.get("min", size):
        yield f"{path} must have at least {rules['min']}; got {size}"
    if size is not None and size > rules.get("max", size):
        yield f"{path} must have at most {rules['max']}; got {size}"
    if "enum" in rules and value not in rules["enum"]:
        yield f"{path} must be one of {rules['enum']}; got {value!r}"
    if "pattern" in rules and isinstance(value, str) and not _compiled(rules["pattern"]).fullmatch(value):
        yield f"{path} must match {rules['pattern']}; got {value!r}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    r"""Write a pattern of Java for Python, which has no `\p{L}`."""
    for java, python in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s")):
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
