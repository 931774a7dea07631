"""Which data sets a definition names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dashboards.model import DataSet, Definition

_KEY = "DataSetIdentifier"


def data_sets_of(definition: Definition, data_sets: Sequence[DataSet]) -> tuple[DataSet, ...]:
    """Give the data sets that a definition names, in the order in which they are declared.

    An identifier that no data set has is left to the check, which says where it is.
    """
    named = set(_named(definition))
    return tuple(data_set for data_set in data_sets if data_set.id in named)


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if _KEY in value:
            yield value[_KEY]
        for member in value.values():
            yield from _named(member)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
