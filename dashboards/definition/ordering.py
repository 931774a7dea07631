"""In which order things are shown, and how many of them."""

from __future__ import annotations

from typing import Any, Literal

from dashboards.definition.fields import Field, identifier

Direction = Literal["ASC", "DESC"]


def ascending(field: Field) -> dict[str, Any]:
    """Show the least first."""
    return _by(field, "ASC")


def descending(field: Field) -> dict[str, Any]:
    """Show the most first."""
    return _by(field, "DESC")


def ascending_by(data_set: str, column: str) -> dict[str, Any]:
    """Show the least first by a number that is not in the visual, one that is the same in all rows of a group."""
    return {
        "ColumnSort": {
            "SortBy": identifier(data_set, column),
            "Direction": "ASC",
            "AggregationFunction": {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "MIN"}},
        }
    }


def at_most(items: int, *, others: bool = True) -> dict[str, Any]:
    """Limit how many are shown; `others` adds one that stands for the rest."""
    return {"ItemsLimit": items, "OtherCategories": "INCLUDE" if others else "EXCLUDE"}


def _by(field: Field, direction: Direction) -> dict[str, Any]:
    return {"FieldSort": {"FieldId": field.id, "Direction": direction}}
