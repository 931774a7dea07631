"""Insights: their computations, and the narrative that puts these into words; forecasts of line charts.

https://docs.aws.amazon.com/quicksight/latest/user/using-narratives-expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from dashboards.check.definition import Visual
from dashboards.check.scene import Scene
from dashboards.nearest import suggestion

# The computation at the beginning of a path: `Movers` in Movers.items[index].categoryValue
_PATH = re.compile(r"(?<![\w.\]])([A-Za-z_]\w*)(?=\.)")
_OUTPUT = re.compile(r"(?<![\w.\]])([A-Za-z_]\w*)\.([A-Za-z_]\w*)")
# What computations give, all of them together: which of them gives what is written on ten pages, some without a word
# about what the console offers. https://docs.aws.amazon.com/quicksight/latest/user/auto-narrative-computations.html
_OUTPUTS = frozenset(
    {
        "absoluteDifference",
        "categoryField",
        "compoundedGrowthRate",
        "currentMetricValue",
        "currentTimeValue",
        "endTimeValue",
        "fromMetricField",
        "fromMetricValue",
        "items",
        "itemsCount",
        "metricField",
        "metricValue",
        "percentDifference",
        "periodGranularity",
        "periodSize",
        "previousMetricValue",
        "previousTimeValue",
        "relativePeriodsToForecast",
        "startTimeValue",
        "timeField",
        "timeValue",
        "toMetricField",
        "toMetricValue",
        "totalAggregate",
        "uniqueGroupValuesCount",
    }
)
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_ATTRIBUTES = ("condition", "listExpression")
# Those of which nothing can be said without time.
_OF_TIME = {
    "Forecast",
    "GrowthRate",
    "MaximumMinimum",
    "MetricComparison",
    "PeriodOverPeriod",
    "PeriodToDate",
    "TopBottomMovers",
}


def unreadable_narratives(scene: Scene) -> Iterator[str]:
    for visual, narrative in _narratives(scene):
        if isinstance(narrative, ElementTree.ParseError):
            yield f"{visual.where}: the narrative is no XML: {narrative}"


def narratives(scene: Scene) -> Iterator[str]:
    """Let a narrative speak of the computations that are there, and of all of them."""
    for visual, narrative in _narratives(scene):
        if isinstance(narrative, ElementTree.ParseError):
            continue
        names = {str(body.get("Name") or body.get("ComputationId")) for _, body in visual.computations}
        named = {name for path in _paths(narrative) for name in _PATH.findall(path)}
        for name in sorted(named - names):
            near = suggestion(name, names)
            yield f"{visual.where}: the narrative speaks of computation {name}, which does not exist{near}"
        for name in sorted(names - named):
            yield f"{visual.where}: computation {name} is in no place of the narrative"


def outputs(scene: Scene) -> Iterator[str]:
    """Let a narrative ask for what computations give."""
    for visual, narrative in _narratives(scene):
        for path in _paths(narrative) if isinstance(narrative, ElementTree.Element) else ():
            for name, output in _OUTPUT.findall(path):
                if output not in _OUTPUTS:
                    near = suggestion(output, _OUTPUTS)
                    yield f"{visual.where}: the narrative asks {name} for {output}, which no computation gives{near}"


def without_computations(scene: Scene) -> Iterator[str]:
    for visual in _insights(scene):
        if not visual.computations:
            yield f"{visual.where}: an insight needs a computation"


def time(scene: Scene) -> Iterator[str]:
    """Demand a date for what changes over time."""
    for visual in _insights(scene):
        for kind, body in visual.computations:
            if kind in _OF_TIME and "DateDimensionField" not in body.get("Time", {}):
                got = ", ".join(body.get("Time", {})) or "nothing"
                yield f"{visual.where}: {kind} {body.get('ComputationId')} needs a date as Time; got {got}"


def forecasts(scene: Scene) -> Iterator[str]:
    """Let lines go on into the future if their axis is time."""
    for board in scene.boards:
        for _, visual in board.visuals:
            if visual.kind != "LineChartVisual" or not visual.configuration.get("ForecastConfigurations"):
                continue
            axis = [field for field in visual.fields if field.well == "Category"]
            if not axis or axis[0].kind != "DateDimensionField":
                got = f"{axis[0].column.get('ColumnName')}, a {axis[0].kind}" if axis else "nothing"
                yield f"{visual.where}: a forecast needs a date on its axis; got {got}"


def _insights(scene: Scene) -> Iterator[Visual]:
    return (visual for board in scene.boards for _, visual in board.visuals if visual.kind == "InsightVisual")


def _narratives(scene: Scene) -> Iterator[tuple[Visual, ElementTree.Element | ElementTree.ParseError]]:
    """Read the narratives that are there."""
    for visual in _insights(scene):
        text = visual.configuration.get("CustomNarrative", {}).get("Narrative")
        if text is None:
            continue
        try:
            # The text is ours, and the parser expands no external entities.
            yield visual, ElementTree.fromstring(text)  # noqa: S314
        except ElementTree.ParseError as error:
            yield visual, error


def _paths(root: ElementTree.Element) -> Iterator[str]:
    """Give the expressions of a narrative, without the texts in them."""
    for element in root.iter():
        texts = [element.get(name, "") for name in _ATTRIBUTES]
        if element.tag == "expression":
            texts.append(element.text or "")
        yield from (_TEXT.sub("", text) for text in texts)


RULES = (unreadable_narratives, narratives, outputs, without_computations, time, forecasts)
