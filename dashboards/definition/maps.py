"""Areas and colours instead of lengths: each function is one visual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.definition.fields import Field, wells
from dashboards.definition.ordering import ascending, at_most, descending
from dashboards.definition.visuals import HIDDEN, Members, Visual, labels, sort, visual

# From pale to dark of one hue: reads the same for who does not tell colours apart, and on paper.
FEW_TO_MANY = ("#EAF1F8", "#0B4F8A")


def heat_map(
    name: str,
    *,
    title: str,
    rows: Field,
    columns: Field,
    value: Field,
    subtitle: str | None = None,
    row_order: Members | None = None,
    column_order: Members | None = None,
    limit: int = 50,
) -> Visual:
    """Show where two dimensions meet often, by the depth of a colour; beyond `limit`, the last ones are left out."""
    chart = {
        "FieldWells": {
            "HeatMapAggregatedFieldWells": {"Rows": [rows.well], "Columns": [columns.well], "Values": [value.well]}
        },
        "SortConfiguration": sort(
            HeatMapRowSort=row_order or ascending(rows),
            HeatMapColumnSort=column_order or ascending(columns),
            HeatMapRowItemsLimitConfiguration=at_most(limit, others=False),
            HeatMapColumnItemsLimitConfiguration=at_most(limit, others=False),
        ),
        "RowLabelOptions": labels(rows),
        "ColumnLabelOptions": labels(columns),
        "ColorScale": _scale(FEW_TO_MANY),
        "Legend": {"Visibility": "VISIBLE", "Position": "RIGHT"},
    }
    return visual("HeatMapVisual", name, title, subtitle, chart)


def tree_map(
    name: str,
    *,
    title: str,
    group: Field,
    size: Field,
    color: Field | None = None,
    subtitle: str | None = None,
    limit: int = 25,
) -> Visual:
    """Show parts by their area, and a second measure by the depth of a colour."""
    chart = {
        "FieldWells": {
            "TreeMapAggregatedFieldWells": {
                "Groups": [group.well],
                "Sizes": [size.well],
                "Colors": wells([color] if color else []),
            }
        },
        "SortConfiguration": sort(TreeMapSort=descending(size), TreeMapGroupItemsLimitConfiguration=at_most(limit)),
        "GroupLabelOptions": labels(group),
        "SizeLabelOptions": labels(size),
        "ColorLabelOptions": labels(*([color] if color else [])),
        **({"ColorScale": _scale(FEW_TO_MANY)} if color else {}),
        "DataLabels": {"Visibility": "VISIBLE"},
        "Legend": HIDDEN,
    }
    return visual("TreeMapVisual", name, title, subtitle, chart)


def points_on_map(
    name: str,
    *,
    title: str,
    latitude: Field,
    longitude: Field,
    value: Field,
    subtitle: str | None = None,
    color: Field | None = None,
) -> Visual:
    """Show places on a map, larger where the value is."""
    chart: dict[str, Any] = {
        "FieldWells": {
            "GeospatialMapAggregatedFieldWells": {
                "Geospatial": [latitude.well, longitude.well],
                "Values": [value.well],
                "Colors": wells([color] if color else []),
            }
        },
        "MapStyleOptions": {"BaseMapStyle": "LIGHT_GRAY"},
        "PointStyleOptions": {"SelectedPointStyle": "POINT"},
        "Legend": HIDDEN if color is None else {"Visibility": "VISIBLE", "Position": "BOTTOM"},
    }
    return visual("GeospatialMapVisual", name, title, subtitle, chart)


def _scale(colors: Sequence[str]) -> Members:
    return {"Colors": [{"Color": color} for color in colors], "ColorFillType": "GRADIENT"}
