"""Compares the properties of a template with what the service's API reads back. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# A leaf is a value and the name that it stands under; lists and nesting are not part of it, since the APIs of AWS
# nest and rename differently from CloudFormation. A dropped property has no leaf, whatever the nesting.
Leaf = tuple[str, str]


def missing(template: Any, described: Any, aliases: Mapping[str, str | tuple[str, ...]] | None = None) -> list[str]:
    """Return the paths of the template's values that the description lacks.

    Parameters
    ----------
    template
        Properties of a resource, resolved.
    described
        Anything made of what the service's API answers about the resource.
    aliases
        Names that the API gives to a property of another name in CloudFormation.
    """
    found = {leaf for _, leaf in _leaves(described, "")}
    names = {_name(key): (value,) if isinstance(value, str) else value for key, value in (aliases or {}).items()}
    lacking = []
    for path, (name, value) in _leaves(template, ""):
        accepted = (name, *(_name(alias) for alias in names.get(name, ())))
        if not any((candidate, value) in found for candidate in accepted):
            lacking.append(f"{path}={value}")
    return lacking


def _leaves(document: Any, path: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(document, Mapping):
        yield from _of_mapping(document, path)
    elif isinstance(document, list | tuple | set | frozenset):
        for item in document:
            yield from _leaves(item, path)
    elif document is not None:
        yield from _of_scalar(document, path)


def _of_mapping(document: Mapping[str, Any], path: str) -> Iterator[tuple[str, Leaf]]:
    # KMS says TagKey and TagValue.
    pair = {_name(str(key)).removeprefix("tag"): value for key, value in document.items()}
    if pair.keys() == {"key", "value"}:  # a tag or a dimension, which other APIs give as a map
        yield f"{path}.{pair['key']}", (_name(str(pair["key"])), _value(pair["value"]))
        return
    for key, value in document.items():
        yield from _leaves(value, f"{path}.{key}" if path else str(key))


def _of_scalar(value: Any, path: str) -> Iterator[tuple[str, Leaf]]:
    parsed = _json(value)
    if parsed is not None:
        yield from _leaves(parsed, path)
        return
    yield path, (_name(path.rpartition(".")[2]), _value(value))


def _json(value: Any) -> Any | None:
    """Return the document that a string holds, as policies and definitions do, or None."""
    if not (isinstance(value, str) and value.lstrip()[:1] in ("{", "[")):
        return None
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict | list) else None


def _name(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _value(value: Any) -> str:
    text = str(value).strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    try:
        return f"{float(text):g}" if len(text) < 16 else text
    except ValueError:
        return text
