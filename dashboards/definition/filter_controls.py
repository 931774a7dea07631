"""Controls by which readers set a filter itself, on the one sheet where it works."""

from __future__ import annotations

from typing import Any

from dashboards.definition.filters import FilterGroup


def dropdown(group: FilterGroup, title: str) -> dict[str, Any]:
    """Give a control by which people choose values of a filter."""
    return _control("Dropdown", group, title, Type="MULTI_SELECT")


def text_field(group: FilterGroup, title: str) -> dict[str, Any]:
    """Give a control in which people write what a filter searches."""
    return _control("TextField", group, title)


def relative_date(group: FilterGroup, title: str) -> dict[str, Any]:
    """Give a control by which people choose how far a filter looks back."""
    return _control("RelativeDateTime", group, title)


def slider(group: FilterGroup, title: str, *, least: float, most: float, step: float) -> dict[str, Any]:
    """Give a control by which people choose the range of a filter."""
    return _control("Slider", group, title, Type="RANGE", MinimumValue=least, MaximumValue=most, StepSize=step)


def _control(kind: str, group: FilterGroup, title: str, **members: Any) -> dict[str, Any]:
    (only,) = group["Filters"]
    (body,) = only.values()
    common = {"FilterControlId": f"{body['FilterId']}-control", "Title": title, "SourceFilterId": body["FilterId"]}
    return {kind: common | members}
