"""Requests against the service's own model, which botocore ships: members, lengths, ranges, enums, patterns. Pure.

SDKs check little of it before they send a request; the service checks all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session

from laptop.emulator.registry import ServiceError

_SHOWN = 5


def check(service: str, operation: str, request: Any, code: str = "ValidationException") -> None:
    """Refuse a request that the model of a service does not allow.

    Parameters
    ----------
    service, operation
        Names as in the SDK, e.g. `emr` and `RunJobFlow`.
    code
        The error code of the service.

    Raises
    ------
    ServiceError
        Names the members that are wrong, up to five of them.
    """
    found = problems(service, operation, request)
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise ServiceError(code, f"{count}: {'; '.join(found[:_SHOWN])}{more}")


def problems(service: str, operation: str, request: Any) -> list[str]:
    """Return what is wrong with a request, as the service words it."""
    return list(_structure(_input(service, operation), request, ""))


@cache
def _input(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def _check(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _list(shape, value, path)
    elif kind == "map":
        yield from _map(shape, value, path)
    elif kind == "string":
        yield from _string(shape, value, path)
    elif kind in {"integer", "long"}:
        yield from _integer(shape, value, path)


def _structure(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failure(path, value, "Member must be a structure")
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield _failure(_below(path, name), None, "Member must not be null")
    for name, member in value.items():
        if name not in shape.members:
            yield _failure(_below(path, name), member, f"Member must be one of [{', '.join(shape.members)}]")
        elif member is not None:
            yield from _check(shape.members[name], member, _below(path, name))


def _list(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _failure(path, value, "Member must be a list")
        return
    yield from _length(shape, value, path)
    for number, item in enumerate(value, 1):
        yield from _check(shape.member, item, f"{path}.{number}.member")


def _map(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failure(path, value, "Member must be a map")
        return
    yield from _length(shape, value, path)
    for key, item in value.items():
        yield from _check(shape.key, key, f"{path} key")
        yield from _check(shape.value, item, f"{path}.{key}")


def _string(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _failure(path, value, "Member must be a string")
        return
    yield from _length(shape, value, path)
    if shape.enum and value not in shape.enum:
        yield _failure(path, value, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = _compiled(shape.metadata.get("pattern"))
    if pattern and not pattern.fullmatch(value):
        wanted = shape.metadata["pattern"]
        yield _failure(path, value, f"Member must satisfy regular expression pattern: {wanted}")


# How Java writes what Python's re writes otherwise: all beyond 16 bits, a hyphen after a class, the end of a text.
_JAVA = (
    ("\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\U00010000-\\U0010FFFF"),
    ("[\\w- ", "[\\w\\- "),
    ("\\z", "\\Z"),
)


@cache
def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """Return a pattern of a model; None without one that can be checked."""
    # Classes of Unicode properties, in tags and names of groups, are not known to Python's re.
    if not pattern or "\\p{" in pattern.replace("\\P{", "\\p{"):
        return None
    for java, python in _JAVA:
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _integer(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _failure(path, value, "Member must be an integer")
        return
    if value < shape.metadata.get("min", value):
        yield _failure(path, value, f"Member must have value greater than or equal to {shape.metadata['min']}")
    if value > shape.metadata.get("max", value):
        yield _failure(path, value, f"Member must have value less than or equal to {shape.metadata['max']}")


def _length(shape: Any, value: Any, path: str) -> Iterator[str]:
    if len(value) < shape.metadata.get("min", 0):
        yield _failure(path, value, f"Member must have length greater than or equal to {shape.metadata['min']}")
    if len(value) > shape.metadata.get("max", len(value)):
        yield _failure(path, value, f"Member must have length less than or equal to {shape.metadata['max']}")


def _below(path: str, name: str) -> str:
    first = name[:1].lower() + name[1:]
    return f"{path}.{first}" if path else first


def _failure(path: str, value: Any, constraint: str) -> str:
    shown = "null" if value is None else repr(value)
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"
