"""Geographic roles of columns, and the types that they need. Pure.

"Longitude and latitude are numeric. All other geospatial categories are strings." ("Supported data types and values")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from laptop.emulator.registry import Json

_NUMERIC_ROLES = frozenset({"LATITUDE", "LONGITUDE"})
_NUMBERS = frozenset({"INTEGER", "DECIMAL"})


def problems(data_set: Json, types: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the geographic roles of a data set.

    Parameters
    ----------
    types
        Types of its columns.
    """
    for table in (data_set.get("SemanticModelConfiguration") or {}).get("TableMap", {}).values():
        for metadata in (table.get("SemanticMetadata") or {}).get("ColumnMetadata") or []:
            meanings = [each["SemanticType"] for each in metadata["ColumnProperties"] if "SemanticType" in each]
            for name in metadata.get("ColumnNames") or []:
                yield from _of_column(name, types[name], [meaning["GeographicalRole"] for meaning in meanings])


def _of_column(name: str, kind: str, roles: list[str]) -> Iterator[str]:
    for role in roles:
        allowed = _NUMBERS if role in _NUMERIC_ROLES else {"STRING"}
        if kind not in allowed:
            wanted = " or ".join(sorted(allowed))
            yield f"a column of the role {role} must be of type {wanted}; got {name} of type {kind}"
