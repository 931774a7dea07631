"""What a visual shows: dimensions to group by, and measures to add up.

A field is named after its column and what is done with it. That makes it unique in its visual, which is what QuickSight
asks for, unless a visual shows the same thing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dashboards.definition.formats import Format, whole

Granularity = Literal["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"]
Aggregation = Literal["SUM", "AVERAGE", "MIN", "MAX", "COUNT", "DISTINCT_COUNT", "MEDIAN"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column in a well of a visual.

    Attributes
    ----------
    kind
        Member of the API's union, `DateDimensionField` for example.
    label
        What people read instead of the column's name.
    """

    id: str
    kind: str
    column: dict[str, str]
    label: str | None = None
    members: dict[str, Any] = field(default_factory=dict)

    @property
    def well(self) -> dict[str, Any]:
        """The field as a member of a field well; each call gives data of its own."""
        return {self.kind: {"FieldId": self.id, "Column": dict(self.column)} | deepcopy(self.members)}

    def within(self, name: str) -> Field:
        """Give the same field with an id of its own, for a computation of a visual that shows the field already."""
        return replace(self, id=f"{name}-{self.id}")


def wells(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """Give fields as the API lists them."""
    return [item.well for item in fields]


def identifier(data_set: str, column: str) -> dict[str, str]:
    """Name a column of a data set, or a calculated field of the definition over this data set."""
    return {"DataSetIdentifier": data_set, "ColumnName": column}


def dimension(data_set: str, column: str, label: str | None = None) -> Field:
    """Group by the values of a text."""
    return _field("CategoricalDimensionField", data_set, column, label)


def step(data_set: str, column: str, label: str | None = None) -> Field:
    """Group by the values of a number."""
    return _field("NumericalDimensionField", data_set, column, label, **_number_format(whole()))


def moment(data_set: str, column: str, granularity: Granularity, label: str | None = None) -> Field:
    """Group by periods of a time."""
    return _field("DateDimensionField", data_set, column, label, done=granularity.lower(), DateGranularity=granularity)


def total(data_set: str, column: str, label: str | None = None, form: Format | None = None) -> Field:
    """Add up a number."""
    return measure(data_set, column, "SUM", label, form)


def mean(data_set: str, column: str, label: str | None = None, form: Format | None = None) -> Field:
    """Take the mean of a number."""
    return measure(data_set, column, "AVERAGE", label, form)


def measure(
    data_set: str, column: str, aggregation: Aggregation, label: str | None = None, form: Format | None = None
) -> Field:
    """Aggregate a number."""
    function = {"SimpleNumericalAggregation": aggregation}
    return _field(
        "NumericalMeasureField",
        data_set,
        column,
        label,
        done=aggregation.lower(),
        AggregationFunction=function,
        **_number_format(form or whole()),
    )


def metric(data_set: str, name: str, label: str | None = None, form: Format | None = None) -> Field:
    """Show a calculated field that aggregates by itself, `sum({cost}) / sum({rows})` for example."""
    return _field("NumericalMeasureField", data_set, name, label, **_number_format(form or whole()))


def count(data_set: str, column: str, label: str | None = None) -> Field:
    """Count the rows in which a text is not null."""
    return _of_text(data_set, column, "COUNT", label)


def distinct(data_set: str, column: str, label: str | None = None) -> Field:
    """Count the different values of a text."""
    return _of_text(data_set, column, "DISTINCT_COUNT", label)


def latest(data_set: str, column: str, label: str | None = None, *, form: str = "YYYY-MM-DD HH:mm") -> Field:
    """Take the latest of the times; a `form` without hours is for days."""
    shown = {"DateTimeFormat": form}
    return _field(
        "DateMeasureField", data_set, column, label, done="max", AggregationFunction="MAX", FormatConfiguration=shown
    )


def _of_text(data_set: str, column: str, aggregation: Literal["COUNT", "DISTINCT_COUNT"], label: str | None) -> Field:
    return _field(
        "CategoricalMeasureField",
        data_set,
        column,
        label,
        done=aggregation.lower(),
        AggregationFunction=aggregation,
        FormatConfiguration={"NumericFormatConfiguration": whole()},
    )


def _field(kind: str, data_set: str, column: str, label: str | None, *, done: str = "", **members: Any) -> Field:
    name = f"{column}-{done}" if done else column
    return Field(id=name, kind=kind, column=identifier(data_set, column), label=label, members=members)


def _number_format(form: Format) -> dict[str, Any]:
    return {"FormatConfiguration": {"FormatConfiguration": form}}
