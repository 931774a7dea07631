"""Fields of visuals: their type, their aggregation, their granularity."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.check.columns import Known
from dashboards.check.definition import Field, Visual
from dashboards.check.scene import Scene

# What a field of a kind takes. QuickSight promotes BOOLEAN to a number, and shows it as a category as well.
# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
_TYPES = {
    "NumericalDimensionField": ("INTEGER", "DECIMAL", "BOOLEAN"),
    "NumericalMeasureField": ("INTEGER", "DECIMAL", "BOOLEAN"),
    "CategoricalDimensionField": ("STRING", "BOOLEAN"),
    "CategoricalMeasureField": ("STRING", "BOOLEAN"),
    "DateDimensionField": ("DATETIME",),
    "DateMeasureField": ("DATETIME",),
}
_WITHIN_A_DAY = ("HOUR", "MINUTE", "SECOND", "MILLISECOND")


def types(scene: Scene) -> Iterator[str]:
    """Let measures add numbers, and dates be dates."""
    for visual, field, known in _known(scene):
        expected = _TYPES.get(field.kind)
        if expected and known.type and known.type not in expected:
            yield f"{visual.where}: {_field(field)} is {known.type}; a {field.kind} takes {' or '.join(expected)}"


def aggregations(scene: Scene) -> Iterator[str]:
    """Aggregate once: what is aggregated is no dimension, and text can be counted only."""
    for visual, field, known in _known(scene):
        function = field.body.get("AggregationFunction")
        if known.level == "aggregate" and field.kind.endswith("DimensionField"):
            yield f"{visual.where}: {_field(field)} is aggregated, so it can be a measure only"
        elif known.level == "aggregate" and function:
            yield f"{visual.where}: {_field(field)} is aggregated already; leave AggregationFunction out"
        elif field.kind == "CategoricalMeasureField" and function not in ("COUNT", "DISTINCT_COUNT"):
            yield f"{visual.where}: {_field(field)} can be COUNT or DISTINCT_COUNT; got {function}"
        elif field.kind == "NumericalMeasureField" and known.level == "row" and not function:
            yield f"{visual.where}: {_field(field)} is of each row and needs an AggregationFunction"


def granularities(scene: Scene) -> Iterator[str]:
    """Show no hours of dates."""
    for visual, field, known in _known(scene):
        granularity = field.body.get("DateGranularity")
        if granularity in _WITHIN_A_DAY and known.whole_days:
            yield f"{visual.where}: {_field(field)} has no time of the day; got {granularity}, expected DAY or more"


def _known(scene: Scene) -> Iterator[tuple[Visual, Field, Known]]:
    for board in scene.boards:
        for _, visual in board.visuals:
            for field in visual.fields:
                known = board.known(field.column)
                if known:
                    yield visual, field, known


def _field(field: Field) -> str:
    return f"{field.column['ColumnName']} in {field.well}"


RULES = (types, aggregations, granularities)
