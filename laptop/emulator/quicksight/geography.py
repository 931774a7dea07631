"""Geographic roles of columns, and the types that they need. Pure.

"Longitude and latitude are numeric. All other geospatial categories are strings." ("Supported data types and values")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from laptop.emulator.quicksight import semantic_model
from laptop.emulator.quicksight.typed_sql import NUMBERS, STRING
from laptop.emulator.registry import Json

_NUMERIC_ROLES = frozenset({"LATITUDE", "LONGITUDE"})


def problems(data_set: Json, types: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the geographic roles of a data set.

    Parameters
    ----------
    types
        Types of its columns.
    """
    for name, properties in semantic_model.column_properties(data_set):
        roles = [each["SemanticType"]["GeographicalRole"] for each in properties if "SemanticType" in each]
        yield from _of_column(name, types[name], roles)


def _of_column(name: str, kind: str, roles: list[str]) -> Iterator[str]:
    for role in roles:
        allowed = NUMBERS if role in _NUMERIC_ROLES else {STRING}
        if kind not in allowed:
            wanted = " or ".join(sorted(allowed))
            yield f"a column of the role {role} must be of type {wanted}; got {name} of type {kind}"
