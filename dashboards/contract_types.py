"""Which type of QuickSight a type of the contracts is."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.model import ColumnType

# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
_TYPES: Mapping[str, ColumnType] = {
    "string": "STRING",
    "boolean": "BOOLEAN",
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "INTEGER"),
    **dict.fromkeys(("float", "double", "decimal"), "DECIMAL"),
    **dict.fromkeys(("date", "timestamp"), "DATETIME"),
}


def column_type(name: str) -> ColumnType | None:
    """Give the type of QuickSight; None for lists, of which SQL has to make rows or a number."""
    return _TYPES.get(name.partition("(")[0])
