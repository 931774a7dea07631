"""Areas and colours instead of lengths: each function is one visual."""

from __future__ import annotations

from dashboards.definition.fields import Field
from dashboards.definition.ordering import ascending, at_most, descending
from dashboards.definition.visuals import HIDDEN, Members, Visual, labels, sort, visual
from dashboards.theme import FEW_TO_MANY

_SCALE: Members = {"Colors": [{"Color": color} for color in FEW_TO_MANY], "ColorFillType": "GRADIENT"}


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
        "ColorScale": _SCALE,
        "Legend": {"Visibility": "VISIBLE", "Position": "RIGHT"},
    }
    return visual("HeatMapVisual", name, title, subtitle, chart)


def tree_map(
    name: str,
    *,
    title: str,
    group: Field,
    size: Field,
    color: Field,
    subtitle: str | None = None,
) -> Visual:
    """Show parts by their area, and a second measure by the depth of a colour; the largest 25, the others together."""
    chart = {
        "FieldWells": {
            "TreeMapAggregatedFieldWells": {
                "Groups": [group.well],
                "Sizes": [size.well],
                "Colors": [color.well],
            }
        },
        "SortConfiguration": sort(TreeMapSort=descending(size), TreeMapGroupItemsLimitConfiguration=at_most(25)),
        "GroupLabelOptions": labels(group),
        "SizeLabelOptions": labels(size),
        "ColorLabelOptions": labels(color),
        "ColorScale": _SCALE,
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
) -> Visual:
    """Show places on a map, larger where the value is."""
    chart = {
        "FieldWells": {
            "GeospatialMapAggregatedFieldWells": {
                "Geospatial": [latitude.well, longitude.well],
                "Values": [value.well],
                "Colors": [],
            }
        },
        "MapStyleOptions": {"BaseMapStyle": "LIGHT_GRAY"},
        "PointStyleOptions": {"SelectedPointStyle": "POINT"},
        "Legend": HIDDEN,
    }
    return visual("GeospatialMapVisual", name, title, subtitle, chart)
