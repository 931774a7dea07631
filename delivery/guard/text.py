"""Writes values of templates as text that a person can read and a set can hold."""

from __future__ import annotations

import json
from typing import Any


def text(value: Any) -> str:
    """Write a value; references become `${LogicalId.Attribute}`, joined text is joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1:
        (function, argument), *_ = value.items()
        written = _intrinsic(function, argument)
        if written is not None:
            return written
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _intrinsic(function: str, argument: Any) -> str | None:
    match function:
        case "Ref":
            return f"${{{argument}}}"
        case "Fn::GetAtt":
            return f"${{{argument if isinstance(argument, str) else '.'.join(argument)}}}"
        case "Fn::ImportValue":
            return f"${{{text(argument)}}}"
        case "Fn::Join":
            separator, parts = argument
            return str(separator).join(text(part) for part in parts)
        case "Fn::Sub":
            return argument if isinstance(argument, str) else text(argument[0])
    return None


def _plain(value: Any) -> Any:
    """Write the references inside of lists and mappings."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and _intrinsic(*next(iter(value.items()))) is not None:
            return text(value)
        return {key: _plain(item) for key, item in value.items()}
    return value
