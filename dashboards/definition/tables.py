"""Numbers to read: single ones, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.definition.fields import Field, wells
from dashboards.definition.visuals import Members, Visual, options, sort, visual
from dashboards.theme import DANGER


def kpi(
    name: str,
    *,
    title: str,
    value: Field,
    trend: Field | None = None,
    subtitle: str | None = None,
) -> Visual:
    """Show one number, and how it differs from the period before.

    Parameters
    ----------
    trend
        Periods: the number shown is that of the last one, compared with the one before, above a small line of all.
        Without it, it is that of all rows.
    """
    choices: Members = {"PrimaryValueDisplayType": "ACTUAL"}
    if trend:
        choices["Comparison"] = {"ComparisonMethod": "PERCENT_DIFFERENCE"}
        choices["Sparkline"] = {"Type": "AREA", "Visibility": "VISIBLE"}
    chart = {
        "FieldWells": {"Values": [value.well], "TargetValues": [], "TrendGroups": wells([trend] if trend else [])},
        "KPIOptions": choices,
    }
    return visual("KPIVisual", name, title, subtitle, chart)


def table(
    name: str,
    *,
    title: str,
    group_by: Sequence[Field],
    values: Sequence[Field],
    subtitle: str | None = None,
    order: Members | None = None,
    totals: bool = False,
    alarming: tuple[Field, str] | None = None,
) -> Visual:
    """List groups with their measures.

    Parameters
    ----------
    alarming
        A measure and the condition, `> 0` for example, under which it is shown in red.
    """
    chart = {
        "FieldWells": {"TableAggregatedFieldWells": {"GroupBy": wells(group_by), "Values": wells(values)}},
        "SortConfiguration": sort(RowSort=order),
        "FieldOptions": options([*group_by, *values]),
        **({"TotalOptions": {"TotalsVisibility": "VISIBLE", "Placement": "END"}} if totals else {}),
    }
    formatting = {} if alarming is None else _alarming(*alarming)
    return visual("TableVisual", name, title, subtitle, chart, **formatting)


def pivot_table(
    name: str,
    *,
    title: str,
    rows: Sequence[Field],
    columns: Sequence[Field],
    values: Sequence[Field],
    subtitle: str | None = None,
) -> Visual:
    """Cross dimensions with each other, with totals of rows and columns."""
    totals = {"TotalsVisibility": "VISIBLE"}
    chart = {
        "FieldWells": {
            "PivotTableAggregatedFieldWells": {
                "Rows": wells(rows),
                "Columns": wells(columns),
                "Values": wells(values),
            }
        },
        "SortConfiguration": {
            "FieldSortOptions": [
                {"FieldId": field.id, "SortBy": {"Field": {"FieldId": field.id, "Direction": "ASC"}}}
                for field in [*rows, *columns]
            ]
        },
        "TableOptions": {"MetricPlacement": "COLUMN", "SingleMetricVisibility": "HIDDEN"},
        "TotalOptions": {"RowTotalOptions": totals, "ColumnTotalOptions": totals},
        "FieldOptions": options([*rows, *columns, *values]),
    }
    return visual("PivotTableVisual", name, title, subtitle, chart)


def _alarming(field: Field, condition: str) -> dict[str, Any]:
    red = {"Solid": {"Expression": f"{_aggregated(field)} {condition}", "Color": DANGER}}
    return {
        "ConditionalFormatting": {
            "ConditionalFormattingOptions": [{"Cell": {"FieldId": field.id, "TextFormat": {"TextColor": red}}}]
        }
    }


def _aggregated(field: Field) -> str:
    """Write a measure as conditions name it: the aggregation of the column."""
    function = field.members.get("AggregationFunction", {}).get("SimpleNumericalAggregation")
    column = f"{{{field.column['ColumnName']}}}"
    return f"{function}({column})" if function else column
