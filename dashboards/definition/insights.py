"""Insights: computations, and a narrative that tells what came out.

A narrative is XML, of which `expression`, `if` and `for` name a computation and one of its outputs. Those are listed in
https://docs.aws.amazon.com/quicksight/latest/user/auto-narrative-computations.html. Detection of anomalies has no
member in the API's union of computations: it can be made by hand only, not by code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dashboards.definition.fields import Field, Granularity
from dashboards.definition.visuals import Members, Visual, headed


@dataclass(frozen=True, kw_only=True)
class Computation:
    """Something to compute; `name` is how the narrative calls it."""

    kind: str
    name: str
    members: Members

    @property
    def member(self) -> Members:
        """The computation as the API lists it."""
        return {self.kind: {"ComputationId": self.name, "Name": self.name} | self.members}


def insight(
    name: str, *, title: str, data_set: str, computations: Sequence[Computation], narrative: Sequence[str]
) -> Visual:
    """Tell in words what came out; each text of `narrative` is a paragraph.

    The console itself writes conditions and loops below `narrative` only, never in a block, so paragraphs are none.
    """
    # A list brings the gap below it.
    text = "<br/><br/>".join(narrative).replace("</for><br/><br/>", "</for>")
    return {
        "InsightVisual": headed(name, title)
        | {
            "DataSetIdentifier": data_set,
            "InsightConfiguration": {
                "Computations": [computation.member for computation in computations],
                "CustomNarrative": {"Narrative": f"<narrative>{text}</narrative>"},
            },
        }
    }


def growth(name: str, *, time: Field, value: Field, periods: int) -> Computation:
    """Compute by how much a value grew per period, compounded over the last `periods`."""
    return _over_time("GrowthRate", name, time, value, PeriodSize=periods)


def period_over_period(name: str, *, time: Field, value: Field) -> Computation:
    """Compare the last period with the one before."""
    return _over_time("PeriodOverPeriod", name, time, value)


def period_to_date(name: str, *, time: Field, value: Field, of: Granularity) -> Computation:
    """Compare a period up to now with the same part of the one before."""
    return _over_time("PeriodToDate", name, time, value, PeriodTimeGranularity=of)


def highest(name: str, *, time: Field, value: Field) -> Computation:
    """Find the period with the highest value."""
    return _over_time("MaximumMinimum", name, time, value, Type="MAXIMUM")


def forecast(name: str, *, time: Field, value: Field, periods: int) -> Computation:
    """Estimate the value `periods` after the last one."""
    return _over_time(
        "Forecast", name, time, value, PeriodsForward=periods, PredictionInterval=90, Seasonality="AUTOMATIC"
    )


def movers(name: str, *, time: Field, category: Field, value: Field, size: int) -> Computation:
    """Find the groups that changed most from the period before to the last one."""
    return _over_time(
        "TopBottomMovers",
        name,
        time,
        value,
        Category=category.within(name).well,
        MoverSize=size,
        SortOrder="ABSOLUTE_DIFFERENCE",
        Type="TOP",
    )


def ranked(name: str, *, category: Field, value: Field, size: int) -> Computation:
    """Find the groups with most."""
    members = {"Category": category.within(name).well, "Value": value.within(name).well}
    return Computation(kind="TopBottomRanked", name=name, members=members | {"ResultSize": size, "Type": "TOP"})


def sum_of(name: str, *, value: Field) -> Computation:
    """Aggregate all rows."""
    return Computation(kind="TotalAggregation", name=name, members={"Value": value.within(name).well})


def different(name: str, *, category: Field) -> Computation:
    """Count different values."""
    return Computation(kind="UniqueValues", name=name, members={"Category": category.within(name).well})


def text(words: str) -> str:
    """Write words into a narrative."""
    return escape(words, quote=False)


def output(path: str) -> str:
    """Write what a computation gives, by its name and path: `Growth.compoundedGrowthRate.formattedValue`."""
    return f"<b><expression>{escape(path, quote=False)}</expression></b>"


def rose_or_fell(path: str) -> str:
    """Write "rose" or "fell", by the sign of what a computation gives."""
    return when(f"{path} >= 0", text("rose")) + when(f"{path} < 0", text("fell"))


def when(condition: str, content: str) -> str:
    """Write something only under a condition."""
    return f'<if condition="{escape(condition)}" level="inline">{content}</if>'


def each(computation: str, content: str) -> str:
    """Write a line for each item of a computation; `[index]` in its paths stands for the item."""
    items = f"{computation}.items"
    return f'<for level="block" listExpression="{escape(items)}"><ul><li>{content}</li></ul></for>'


def _over_time(kind: str, name: str, time: Field, value: Field, **members: object) -> Computation:
    common = {"Time": time.within(name).well, "Value": value.within(name).well}
    return Computation(kind=kind, name=name, members=common | members)
