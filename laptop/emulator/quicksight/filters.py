"""Conditions of filter steps of a data set as SQL. Pure.

Source: `FilterOperation`, `DataSetStringFilterCondition`, `DataSetNumericFilterCondition` and
`DataSetDateFilterCondition` of the API reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import ExpressionError, parse
from laptop.emulator.quicksight.function_sql import identifier, literal

Json = dict[str, Any]

_COMPARISONS = {
    "EQUALS": "=",
    "DOES_NOT_EQUAL": "<>",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUALS_TO": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUALS_TO": "<=",
    "BEFORE": "<",
    "BEFORE_OR_EQUALS_TO": "<=",
    "AFTER": ">",
    "AFTER_OR_EQUALS_TO": ">=",
}
_TYPES = {
    "StringFilterCondition": {"STRING"},
    "NumericFilterCondition": {"INTEGER", "DECIMAL"},
    "DateFilterCondition": {"DATETIME"},
}


def condition(operation: Json, types: Mapping[str, str]) -> str:
    """Return the SQL of one filter.

    Raises
    ------
    ExpressionError
        The column is not there or of another type, or the filter is incomplete.
    """
    kinds = [kind for kind in operation if operation[kind]]
    if len(kinds) != 1:
        raise ExpressionError(f"a filter must have one condition; got {', '.join(kinds) or 'none'}")
    (kind,) = kinds
    if kind == "ConditionExpression":
        # A condition is a number, 1 or 0, as a column.
        return f"{compile_column(parse(operation[kind]), types).sql} = 1"
    body = operation[kind]
    name = body.get("ColumnName", "")
    if types.get(name) not in _TYPES[kind]:
        raise ExpressionError(f"{kind} must be on a column of type {' or '.join(sorted(_TYPES[kind]))}; got {name}")
    show = _moment if kind == "DateFilterCondition" else _value
    if "ComparisonFilterCondition" in body:
        return _comparison(identifier(name), body["ComparisonFilterCondition"], show)
    if "ListFilterCondition" in body:
        return _list(identifier(name), body["ListFilterCondition"])
    if "RangeFilterCondition" in body:
        return _range(identifier(name), body["RangeFilterCondition"], show)
    raise ExpressionError(f"{kind} of {name} must have a comparison, a list or a range")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("StaticValue")
    return literal(value).sql


def _moment(value: Any) -> str:
    """Return a date as SQL; it is in seconds since 1970, or a text."""
    value = value.get("StaticValue") if isinstance(value, dict) else value
    if isinstance(value, int | float):
        value = dt.datetime.fromtimestamp(value, dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return f"CAST('{value}' AS timestamp)"


def _comparison(column: str, body: Json, show: Callable[[Any], str]) -> str:
    operator, value = body["Operator"], show(body.get("Value"))
    texts = {
        "CONTAINS": f"strpos({column}, {value}) > 0",
        "DOES_NOT_CONTAIN": f"strpos({column}, {value}) = 0",
        "STARTS_WITH": f"substr({column}, 1, length({value})) = {value}",
        "ENDS_WITH": f"substr({column}, -length({value})) = {value}",
    }
    return texts.get(operator) or f"{column} {_COMPARISONS[operator]} {value}"


def _list(column: str, body: Json) -> str:
    values = ", ".join(_value(value) for value in body["Values"]["StaticValues"])
    return f"{column} {'IN' if body['Operator'] == 'INCLUDE' else 'NOT IN'} ({values})"


def _range(column: str, body: Json, show: Callable[[Any], str]) -> str:
    parts = []
    if "RangeMinimum" in body:
        parts.append(f"{column} {'>=' if body.get('IncludeMinimum') else '>'} {show(body['RangeMinimum'])}")
    if "RangeMaximum" in body:
        parts.append(f"{column} {'<=' if body.get('IncludeMaximum') else '<'} {show(body['RangeMaximum'])}")
    return " AND ".join(parts) or "true"
