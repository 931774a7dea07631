"""The SemanticModelConfiguration of a data set: what its tables and columns mean, and who may see them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from laptop.emulator.registry import Json


def tables(data_set: Json) -> list[Json]:
    return list((data_set.get("SemanticModelConfiguration") or {}).get("TableMap", {}).values())


def column_properties(data_set: Json) -> Iterator[tuple[str, list[Json]]]:
    """Yield names of columns with their ColumnProperties."""
    for table in tables(data_set):
        for metadata in (table.get("SemanticMetadata") or {}).get("ColumnMetadata") or []:
            for name in metadata.get("ColumnNames") or []:
                yield name, metadata["ColumnProperties"]
