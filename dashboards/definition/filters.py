"""Which rows visuals show.

A filter works in the whole dashboard, on some sheets, or on some visuals of a sheet: `everywhere`, `on_sheets`,
`on_visuals`. It has a group of its own, so that each can be read by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from dashboards.definition.fields import Field, Granularity, identifier
from dashboards.definition.parameters import Parameter

Filter = dict[str, Any]
Scope = dict[str, Any]
FilterGroup = dict[str, Any]
Bound = dict[str, Any]

_NON_NULLS = "NON_NULLS_ONLY"
_ALL = "ALL_VALUES"
# Passes everything until a control of the filter says otherwise.
_OPEN = {"MatchOperator": "CONTAINS", "SelectAllOptions": "FILTER_ALL_VALUES", "NullOption": _ALL}


def everywhere() -> Scope:
    """Filter all visuals of the data set in the dashboard."""
    return {"AllSheets": {}}


def on_sheets(*sheets: str) -> Scope:
    """Filter all visuals of some sheets."""
    return _selected([{"SheetId": sheet, "Scope": "ALL_VISUALS"} for sheet in sheets])


def on_visuals(sheet: str, *visuals: str) -> Scope:
    """Filter some visuals of a sheet."""
    return _selected([{"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": list(visuals)}])


def chosen(name: str, data_set: str, column: str, parameter: Parameter, *, scope: Scope | None = None) -> FilterGroup:
    """Keep rows whose text is among the chosen ones."""
    members = {"MatchOperator": "EQUALS", "ParameterName": parameter.name, "NullOption": _ALL}
    return _category(name, data_set, column, scope, CustomFilterConfiguration=members)


def searched(name: str, data_set: str, column: str, *, scope: Scope) -> FilterGroup:
    """Keep all rows until somebody writes, in a control of the filter, what the text must contain."""
    return _category(name, data_set, column, scope, CustomFilterConfiguration=_OPEN)


def among(name: str, data_set: str, column: str, values: Sequence[str], *, scope: Scope | None = None) -> FilterGroup:
    """Keep rows with one of the values."""
    members = {"MatchOperator": "EQUALS", "CategoryValues": list(values), "NullOption": _NON_NULLS}
    return _category(name, data_set, column, scope, FilterListConfiguration=members)


def open_list(name: str, data_set: str, column: str, *, scope: Scope) -> FilterGroup:
    """Keep all rows until somebody chooses by a control of the filter."""
    return _category(name, data_set, column, scope, FilterListConfiguration=_OPEN)


def between(
    name: str, data_set: str, column: str, first: Parameter, last: Parameter, *, scope: Scope | None = None
) -> FilterGroup:
    """Keep rows whose day lies between two chosen ones, both inclusive."""
    return _range(name, "TimeRangeFilter", data_set, column, scope, least=_chosen(first), most=_chosen(last))


def since(name: str, data_set: str, column: str, first: Parameter, *, scope: Scope | None = None) -> FilterGroup:
    """Keep rows from a chosen day on."""
    return _range(name, "TimeRangeFilter", data_set, column, scope, least=_chosen(first))


def last(
    name: str, data_set: str, column: str, size: int, unit: Granularity, *, scope: Scope | None = None
) -> FilterGroup:
    """Keep rows of the last periods until now."""
    return _group(
        name,
        "RelativeDatesFilter",
        data_set,
        column,
        scope,
        AnchorDateConfiguration={"AnchorOption": "NOW"},
        TimeGranularity=unit,
        MinimumGranularity=unit,
        RelativeDateType="LAST",
        RelativeDateValue=size,
        NullOption=_NON_NULLS,
    )


def at_least(name: str, data_set: str, column: str, parameter: Parameter, *, scope: Scope | None = None) -> FilterGroup:
    """Keep rows whose number is not below the chosen one."""
    return _range(name, "NumericRangeFilter", data_set, column, scope, least=_chosen(parameter))


def within(
    name: str, data_set: str, column: str, least: float, most: float, *, scope: Scope | None = None
) -> FilterGroup:
    """Keep rows whose number lies between two, both inclusive."""
    low, high = {"StaticValue": least}, {"StaticValue": most}
    return _range(name, "NumericRangeFilter", data_set, column, scope, least=low, most=high)


def top(name: str, group: Field, measure: Field, parameter: Parameter, *, scope: Scope) -> FilterGroup:
    """Keep the groups with most, as many as chosen."""
    return _group(
        name,
        "TopBottomFilter",
        group.column["DataSetIdentifier"],
        group.column["ColumnName"],
        scope,
        ParameterName=parameter.name,
        AggregationSortConfigurations=[
            {
                "Column": measure.column,
                "SortDirection": "DESC",
                "AggregationFunction": {"NumericalAggregationFunction": measure.members["AggregationFunction"]},
            }
        ],
    )


def _category(
    name: str, data_set: str, column: str, scope: Scope | None, **configuration: dict[str, Any]
) -> FilterGroup:
    return _group(name, "CategoryFilter", data_set, column, scope, Configuration=configuration)


def _chosen(parameter: Parameter) -> Bound:
    return {"Parameter": parameter.name}


def _range(
    name: str,
    kind: Literal["TimeRangeFilter", "NumericRangeFilter"],
    data_set: str,
    column: str,
    scope: Scope | None,
    *,
    least: Bound,
    most: Bound | None = None,
) -> FilterGroup:
    of_days = kind == "TimeRangeFilter"
    value = "Value" if of_days else ""
    members: dict[str, Any] = {"IncludeMinimum": True, f"RangeMinimum{value}": least}
    if most is not None:
        members |= {"IncludeMaximum": True, f"RangeMaximum{value}": most}
    if of_days:
        members["TimeGranularity"] = "DAY"
    return _group(name, kind, data_set, column, scope, NullOption=_NON_NULLS, **members)


def _group(name: str, kind: str, data_set: str, column: str, scope: Scope | None, **members: Any) -> FilterGroup:
    return {
        "FilterGroupId": f"{name}-group",
        "Filters": [{kind: {"FilterId": name, "Column": identifier(data_set, column)} | members}],
        "ScopeConfiguration": scope or everywhere(),
        "CrossDataset": "SINGLE_DATASET",
        "Status": "ENABLED",
    }


def _selected(scopes: list[dict[str, Any]]) -> Scope:
    return {"SelectedSheets": {"SheetVisualScopingConfigurations": scopes}}
