"""Looks into definitions, however deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def objects(node: object) -> Iterator[Json]:
    """Give every object in a piece of a definition."""
    rest = [node]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            yield part
            rest.extend(part.values())
        elif isinstance(part, list | tuple):
            rest.extend(part)
