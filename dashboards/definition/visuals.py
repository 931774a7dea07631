"""What all visuals have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.definition.fields import Field

Visual = dict[str, Any]
Members = dict[str, Any]

HIDDEN = {"Visibility": "HIDDEN"}


def visual(kind: str, name: str, title: str, subtitle: str | None, chart: Members, **members: Any) -> Visual:
    """Make a visual of a kind of the API; its name is its id."""
    return {kind: headed(name, title, subtitle) | {"ChartConfiguration": chart} | members}


def headed(name: str, title: str, subtitle: str | None = None) -> Members:
    """Give the id of a visual, and what stands above it."""
    return {
        "VisualId": name,
        "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": title}},
        "Subtitle": {"Visibility": "VISIBLE", "FormatText": {"PlainText": subtitle}} if subtitle else HIDDEN,
    }


def id_of(union: dict[str, Any], member: str = "VisualId") -> str:
    """Give the id of a visual, or of a control by the member that holds it."""
    (body,) = union.values()
    return str(body[member])


def labels(*fields: Field) -> Members:
    """Write what fields are called along an axis."""
    named = [
        {"CustomLabel": field.label, "ApplyTo": {"FieldId": field.id, "Column": field.column}}
        for field in fields
        if field.label
    ]
    return {"AxisLabelOptions": named} if named else {}


def options(fields: Sequence[Field]) -> Members:
    """Write what fields are called at the head of their columns."""
    named = [{"FieldId": field.id, "CustomLabel": field.label} for field in fields if field.label]
    return {"SelectedFieldOptions": named}


def sort(**parts: Any) -> Members:
    """Give a sort configuration of the parts that are there; a single sort is a list of one."""
    return {
        key: [value] if key.endswith("Sort") and isinstance(value, dict) else value
        for key, value in parts.items()
        if value is not None
    }


def filtering(name: str) -> Members:
    """Let a click on a data point filter the rest of the sheet by it."""
    return {
        "Actions": [
            {
                "CustomActionId": f"{name}-filter",
                "Name": "Filter this sheet",
                "Trigger": "DATA_POINT_CLICK",
                "ActionOperations": [
                    {
                        "FilterOperation": {
                            "SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"},
                            "TargetVisualsConfiguration": {
                                "SameSheetTargetVisualConfiguration": {"TargetVisualOptions": "ALL_VISUALS"}
                            },
                        }
                    }
                ],
            }
        ]
    }
