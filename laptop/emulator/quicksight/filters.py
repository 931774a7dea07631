"""Conditions of filter steps of a data set as SQL. Pure.

The API's model leaves every value optional; a filter that lacks one is refused, for it has no meaning.
Source: `FilterOperation`, `DataSetStringFilterCondition`, `DataSetNumericFilterCondition` and
`DataSetDateFilterCondition` of the API reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import ExpressionError, parse
from laptop.emulator.quicksight.function_sql import FUNCTIONS
from laptop.emulator.quicksight.typed_sql import DATETIME, INTEGER, NUMBERS, STRING, Typed, literal
from laptop.emulator.registry import Json
from laptop.emulator.sql import quoted

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
_SEARCHES = {"CONTAINS": "contains", "STARTS_WITH": "startsWith", "ENDS_WITH": "endsWith"}
_TYPES = {
    "StringFilterCondition": {STRING},
    "NumericFilterCondition": NUMBERS,
    "DateFilterCondition": {DATETIME},
}


def condition(operation: Json, types: Mapping[str, str]) -> str:
    """Return the SQL of one filter.

    Raises
    ------
    ExpressionError
        The column is not there or of another type, or the filter is incomplete.
    """
    kind, body = _only(operation, "a filter must have one condition")
    if kind == "ConditionExpression":
        # A condition is a number, 1 or 0, as a column.
        found = compile_column(parse(body), types)
        if found.type != INTEGER:
            raise ExpressionError(f"{kind} must be true or false; got {body} of type {found.type}")
        return f"{found.sql} = 1"
    name = body.get("ColumnName", "")
    if types.get(name) not in _TYPES[kind]:
        raise ExpressionError(f"{kind} must be on a column of type {' or '.join(sorted(_TYPES[kind]))}; got {name}")
    tests = {test: body[test] for test in body if test != "ColumnName"}
    test, members = _only(tests, f"{kind} of {name} must have a comparison, a list or a range")
    return _TESTS[test](Typed(quoted(name), types[name]), members)


def _only(members: Json, expected: str) -> tuple[str, Any]:
    """Return the one member that is set."""
    given = [name for name in members if members[name]]
    if len(given) != 1:
        raise ExpressionError(f"{expected}; got {' and '.join(given) or 'none'}")
    return given[0], members[given[0]]


def _value(column: Typed, body: Json, member: str) -> Typed:
    """Return the value that a column is compared with."""
    value = (body.get(member) or {}).get("StaticValue")
    if value is None:
        raise ExpressionError(f"the filter of {column.sql} must have a StaticValue in {member}; got {body}")
    if column.type != DATETIME:
        return literal(value)
    # A date is in seconds since 1970, or a text.
    if isinstance(value, int | float):
        value = dt.datetime.fromtimestamp(value, dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return Typed(f"CAST({literal(value).sql} AS timestamp)", DATETIME)


def _comparison(column: Typed, body: Json) -> str:
    operator, value = body["Operator"], _value(column, body, "Value")
    if operator == "DOES_NOT_CONTAIN":
        return f"NOT {FUNCTIONS['contains'](column, value).sql}"
    if operator in _SEARCHES:
        return FUNCTIONS[_SEARCHES[operator]](column, value).sql
    return f"{column.sql} {_COMPARISONS[operator]} {value.sql}"


def _list(column: Typed, body: Json) -> str:
    values = (body.get("Values") or {}).get("StaticValues")
    if not values:
        raise ExpressionError(f"the filter of {column.sql} must have StaticValues; got {body}")
    listed = ", ".join(literal(value).sql for value in values)
    return f"{column.sql} {'IN' if body['Operator'] == 'INCLUDE' else 'NOT IN'} ({listed})"


def _range(column: Typed, body: Json) -> str:
    least, most = ("RangeMinimum", ">", "IncludeMinimum"), ("RangeMaximum", "<", "IncludeMaximum")
    parts = [
        f"{column.sql} {sign}{'=' if body.get(include) else ''} {_value(column, body, bound).sql}"
        for bound, sign, include in (least, most)
        if bound in body
    ]
    if not parts:
        raise ExpressionError(f"the filter of {column.sql} must have RangeMinimum or RangeMaximum; got {body}")
    return " AND ".join(parts)


_TESTS: dict[str, Callable[[Typed, Json], str]] = {
    "ComparisonFilterCondition": _comparison,
    "ListFilterCondition": _list,
    "RangeFilterCondition": _range,
}
