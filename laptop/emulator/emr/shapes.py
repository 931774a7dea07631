"""Checks a request against the API's own model: enumerations, and the bounds of numbers and texts. Pure.

SDKs check names and types of members before they send a request, but not these.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session

from laptop.emulator.registry import Json, ServiceError


def check(service: str, operation: str, request: Json, code: str = "ValidationException") -> None:
    """Refuse a request that the model of the service does not allow.

    Parameters
    ----------
    service, operation
        Names as in the SDK, e.g. `emr` and `RunJobFlow`.
    code
        The error code of the service.

    Raises
    ------
    ServiceError
        Names the member, what it got and what it must be.
    """
    problem = next(problems(_input(service, operation), request, ""), None)
    if problem:
        raise ServiceError(code, problem)


@cache
def _input(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Yield what the shape does not allow."""
    if shape.type_name == "structure":
        yield from _of_structure(shape, value, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield from problems(shape.member, item, f"{path}[{number}]")
    elif shape.type_name == "string" and getattr(shape, "enum", None):
        if value not in shape.enum:
            yield f"{path} must be one of {', '.join(shape.enum)}; got {value!r}"
    elif shape.type_name in {"integer", "long"}:
        yield from _of_number(shape, value, path)


def _of_structure(shape: Any, value: Json, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path or 'the request'} must have {name}"
    for name, item in value.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in shape.members:
            yield f"{where} must be a member of the API; got an unknown name"
        elif item is not None:
            yield from problems(shape.members[name], item, where)


def _of_number(shape: Any, value: int, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield f"{path} must be at least {least}; got {value}"
    if most is not None and value > most:
        yield f"{path} must be at most {most}; got {value}"
