"""Charts: each function is one visual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from dashboards.definition.fields import Field, wells
from dashboards.definition.ordering import ascending, at_most, descending
from dashboards.definition.visuals import Members, Visual, filtering, labels, sort, visual

HIDDEN = {"Visibility": "HIDDEN"}
# From pale to dark of one hue: reads the same for who does not tell colours apart, and on paper.
FEW_TO_MANY = ("#EAF1F8", "#0B4F8A")


def bar(
    name: str,
    *,
    title: str,
    category: Field,
    values: Sequence[Field],
    subtitle: str | None = None,
    color: Field | None = None,
    order: Members | None = None,
    limit: int | None = None,
    others: bool = False,
    horizontal: bool = False,
    arrangement: Literal["CLUSTERED", "STACKED", "STACKED_PERCENT"] = "CLUSTERED",
    filters_sheet: bool = False,
) -> Visual:
    """Compare groups by the length of bars; the longest first, unless an order is given.

    Parameters
    ----------
    limit
        How many bars; with `others`, one more stands for the rest.
    """
    chart = {
        "FieldWells": {
            "BarChartAggregatedFieldWells": {
                "Category": [category.well],
                "Values": wells(values),
                "Colors": wells([color] if color else []),
            }
        },
        "SortConfiguration": sort(
            CategorySort=order or descending(values[0]),
            CategoryItemsLimit=at_most(limit, others=others) if limit else None,
        ),
        "Orientation": "HORIZONTAL" if horizontal else "VERTICAL",
        "BarsArrangement": arrangement,
        "CategoryLabelOptions": labels(category),
        "ValueLabelOptions": labels(*values),
        "Legend": {"Visibility": "VISIBLE", "Position": "BOTTOM"} if color or len(values) > 1 else HIDDEN,
        "DataLabels": {"Visibility": "VISIBLE", "Overlap": "DISABLE_OVERLAP"} if not color else HIDDEN,
    }
    return visual("BarChartVisual", name, title, subtitle, chart, **(filtering(name) if filters_sheet else {}))


def line(
    name: str,
    *,
    title: str,
    time: Field,
    values: Sequence[Field],
    subtitle: str | None = None,
    color: Field | None = None,
    limit: int | None = None,
    forecast_periods: int | None = None,
    kind: Literal["LINE", "AREA", "STACKED_AREA"] = "LINE",
) -> Visual:
    """Show how values go on in time, and perhaps how they may go on from here.

    Parameters
    ----------
    forecast_periods
        How many periods of `time` to look ahead; 90 of 100 futures should lie in the band. Works without `color` only.

    Raises
    ------
    ValueError
        If a forecast of several lines is asked for.
    """
    if forecast_periods and color:
        raise ValueError(f"line {name}: a forecast is of one line; got color {color.column['ColumnName']}")
    chart: Members = {
        "FieldWells": {
            "LineChartAggregatedFieldWells": {
                "Category": [time.well],
                "Values": wells(values),
                "Colors": wells([color] if color else []),
            }
        },
        "SortConfiguration": sort(
            CategorySort=ascending(time),
            ColorItemsLimitConfiguration=at_most(limit) if limit else None,
        ),
        "Type": kind,
        "XAxisLabelOptions": labels(time),
        "PrimaryYAxisLabelOptions": labels(*values),
        "Legend": {"Visibility": "VISIBLE", "Position": "BOTTOM"} if color or len(values) > 1 else HIDDEN,
    }
    if forecast_periods:
        ahead = {"PeriodsForward": forecast_periods, "PeriodsBackward": 0, "PredictionInterval": 90, "LowerBoundary": 0}
        chart["ForecastConfigurations"] = [{"ForecastProperties": ahead}]
    return visual("LineChartVisual", name, title, subtitle, chart)


def pie(name: str, *, title: str, category: Field, value: Field, subtitle: str | None = None, limit: int = 8) -> Visual:
    """Show the parts of a whole as a ring; the largest first, small ones together."""
    chart = {
        "FieldWells": {"PieChartAggregatedFieldWells": {"Category": [category.well], "Values": [value.well]}},
        "SortConfiguration": sort(CategorySort=descending(value), CategoryItemsLimit=at_most(limit)),
        "DonutOptions": {
            "ArcOptions": {"ArcThickness": "MEDIUM"},
            "DonutCenterOptions": {"LabelVisibility": "VISIBLE"},
        },
        "CategoryLabelOptions": labels(category),
        "ValueLabelOptions": labels(value),
        "Legend": {"Visibility": "VISIBLE", "Position": "RIGHT"},
        "DataLabels": {"Visibility": "VISIBLE", "LabelContent": "PERCENT", "Overlap": "DISABLE_OVERLAP"},
    }
    return visual("PieChartVisual", name, title, subtitle, chart)


def funnel(name: str, *, title: str, stage: Field, value: Field, subtitle: str | None = None, limit: int = 8) -> Visual:
    """Show how many get how far."""
    chart = {
        "FieldWells": {"FunnelChartAggregatedFieldWells": {"Category": [stage.well], "Values": [value.well]}},
        "SortConfiguration": sort(CategorySort=descending(value), CategoryItemsLimit=at_most(limit, others=False)),
        "CategoryLabelOptions": labels(stage),
        "ValueLabelOptions": labels(value),
        "DataLabelOptions": {"Visibility": "VISIBLE", "MeasureDataLabelStyle": "VALUE_AND_PERCENTAGE_BY_FIRST_STAGE"},
    }
    return visual("FunnelChartVisual", name, title, subtitle, chart)


def scatter(
    name: str,
    *,
    title: str,
    x: Field,
    y: Field,
    points: Field,
    subtitle: str | None = None,
    color: Field | None = None,
    size: Field | None = None,
) -> Visual:
    """Show how two measures go together: one point for each value of `points`, and of `color`."""
    chart = {
        "FieldWells": {
            "ScatterPlotCategoricallyAggregatedFieldWells": {
                "XAxis": [x.well],
                "YAxis": [y.well],
                "Category": wells([color] if color else []),
                "Label": [points.well],
                "Size": wells([size] if size else []),
            }
        },
        "XAxisLabelOptions": labels(x),
        "YAxisLabelOptions": labels(y),
        "Legend": {"Visibility": "VISIBLE", "Position": "BOTTOM"} if color else HIDDEN,
    }
    return visual("ScatterPlotVisual", name, title, subtitle, chart)


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
