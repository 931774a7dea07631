"""Wells of visuals: what has to be in them, and how much may be.

Numbers are those of the API's model, e.g.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_HeatMapAggregatedFieldWells.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dashboards.check.scene import Scene

MOST = 200
MAXIMA: dict[str, dict[str, int]] = {
    "BoxPlotVisual": {"GroupBy": 1, "Values": 5},
    "FilledMapVisual": {"Geospatial": 1, "Values": 1},
    "FunnelChartVisual": {"Category": 1, "Values": 1},
    "HeatMapVisual": {"Rows": 1, "Columns": 1, "Values": 1},
    "HistogramVisual": {"Values": 1},
    "PivotTableVisual": {"Rows": 40, "Columns": 40, "Values": 40},
    "RadarChartVisual": {"Category": 1, "Color": 1, "Values": 20},
    "TreeMapVisual": {"Groups": 1, "Sizes": 1, "Colors": 1},
    "WordCloudVisual": {"GroupBy": 10, "Size": 1},
}
# Without a field in each of these wells, or in one of several, the visual has nothing to draw.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "BarChartVisual": (("Category", "Values"),),
    "BoxPlotVisual": (("Values",),),
    "ComboChartVisual": (("Category",), ("BarValues", "LineValues")),
    "FilledMapVisual": (("Geospatial",),),
    "FunnelChartVisual": (("Category", "Values"),),
    "GaugeChartVisual": (("Values",),),
    "GeospatialMapVisual": (("Geospatial",),),
    "HeatMapVisual": (("Rows",), ("Columns",)),
    "HistogramVisual": (("Values",),),
    "KPIVisual": (("Values",),),
    "LineChartVisual": (("Category",),),
    "PieChartVisual": (("Category", "Values"),),
    "PivotTableVisual": (("Rows", "Columns", "Values"),),
    "RadarChartVisual": (("Category", "Values"),),
    "SankeyDiagramVisual": (("Source",), ("Destination",)),
    "ScatterPlotVisual": (("XAxis",), ("YAxis",)),
    "TableVisual": (("GroupBy", "Values"),),
    "TreeMapVisual": (("Groups",), ("Sizes",)),
    "WaterfallVisual": (("Categories",), ("Values",)),
    "WordCloudVisual": (("GroupBy",),),
}
_MAPS = ("FilledMapVisual", "GeospatialMapVisual")
_POINTS = {"LATITUDE", "LONGITUDE"}


def empty(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for _, visual in board.visuals:
            filled = {field.well for field in visual.fields}
            for wells in NEEDED.get(visual.kind, ()):
                if not filled & set(wells):
                    yield f"{visual.where}: a {visual.kind} needs a field in {' or '.join(wells)}"


def full(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        for _, visual in board.visuals:
            for well, count in Counter(field.well for field in visual.fields).items():
                most = 1 if well == "SmallMultiples" else MAXIMA.get(visual.kind, {}).get(well, MOST)
                # A table of single rows takes one more: API_TableUnaggregatedFieldWells.html
                most += visual.kind == "TableVisual" and well == "Values"
                if count > most:
                    yield f"{visual.where}: {well} of a {visual.kind} takes {most} fields; got {count}"


def places(scene: Scene) -> Iterator[str]:
    """Draw maps by geographic roles; points need latitude and longitude."""
    for board in scene.boards:
        for _, visual in board.visuals:
            fields = [field for field in visual.fields if field.well == "Geospatial"] if visual.kind in _MAPS else []
            known = [found for field in fields if (found := board.known(field.column))]
            for column in known:
                if column.geographic_role is None:
                    yield f"{visual.where}: {column.name} has no geographic role, so a map cannot place it"
            roles = {column.geographic_role for column in known} & _POINTS
            if len(roles) == 1:
                missing = ", ".join(sorted(_POINTS - roles))
                yield f"{visual.where}: {', '.join(map(str, roles))} alone is no place; {missing} is missing"


RULES = (empty, full, places)
