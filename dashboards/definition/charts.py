"""Charts: each function is one visual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dashboards.definition.fields import Field, wells
from dashboards.definition.ordering import ascending, at_most, descending
from dashboards.definition.visuals import HIDDEN, Members, Visual, filtering, labels, sort, visual

# More of a ring or of a funnel nobody tells apart.
_PARTS = 8


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
    horizontal: bool = False,
    arrangement: Literal["CLUSTERED", "STACKED", "STACKED_PERCENT"] = "CLUSTERED",
    filters_sheet: bool = False,
) -> Visual:
    """Compare groups by the length of bars; the longest first, unless an order is given.

    Parameters
    ----------
    limit
        How many bars; the rest is left out.
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
            CategoryItemsLimit=at_most(limit, others=False) if limit else None,
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
        "SortConfiguration": sort(CategorySort=ascending(time)),
        "Type": kind,
        "XAxisLabelOptions": labels(time),
        "PrimaryYAxisLabelOptions": labels(*values),
        "Legend": {"Visibility": "VISIBLE", "Position": "BOTTOM"} if color or len(values) > 1 else HIDDEN,
    }
    if forecast_periods:
        ahead = {"PeriodsForward": forecast_periods, "PeriodsBackward": 0, "PredictionInterval": 90, "LowerBoundary": 0}
        chart["ForecastConfigurations"] = [{"ForecastProperties": ahead}]
    return visual("LineChartVisual", name, title, subtitle, chart)


def pie(name: str, *, title: str, category: Field, value: Field, subtitle: str | None = None) -> Visual:
    """Show the parts of a whole as a ring; the largest eight first, the others together."""
    chart = {
        "FieldWells": {"PieChartAggregatedFieldWells": {"Category": [category.well], "Values": [value.well]}},
        "SortConfiguration": sort(CategorySort=descending(value), CategoryItemsLimit=at_most(_PARTS)),
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


def funnel(name: str, *, title: str, stage: Field, value: Field, subtitle: str | None = None) -> Visual:
    """Show how many get how far, in at most eight stages."""
    chart = {
        "FieldWells": {"FunnelChartAggregatedFieldWells": {"Category": [stage.well], "Values": [value.well]}},
        "SortConfiguration": sort(CategorySort=descending(value), CategoryItemsLimit=at_most(_PARTS, others=False)),
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
    color: Field,
    size: Field,
    subtitle: str | None = None,
) -> Visual:
    """Show how two measures go together: one point for each value of `points`, and of `color`."""
    chart = {
        "FieldWells": {
            "ScatterPlotCategoricallyAggregatedFieldWells": {
                "XAxis": [x.well],
                "YAxis": [y.well],
                "Category": [color.well],
                "Label": [points.well],
                "Size": [size.well],
            }
        },
        "XAxisLabelOptions": labels(x),
        "YAxisLabelOptions": labels(y),
        "Legend": {"Visibility": "VISIBLE", "Position": "BOTTOM"},
    }
    return visual("ScatterPlotVisual", name, title, subtitle, chart)
