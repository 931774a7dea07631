"""A quick test of events, made for one contract: one expression without calls, because a stream has many events."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from lake_common.contract import Column

# Bits of the integer types.
INTEGERS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_REMEMBERED = 1024


def usual_event(columns: Iterable[Column], added: frozenset[str]) -> Callable[[dict[str, Any]], object]:
    """Make a function that recognizes an event that has no problem and is written in the usual way.

    If it returns something true, the event keeps the contract. Anything else means that somebody should look closer:
    something false, a `LookupError`, a `TypeError` or a `ValueError`. A rule that it does not know makes it say False.
    """
    names: dict[str, Any] = {"parse": dt.datetime.fromisoformat}
    terms = [_term(column, names) for column in columns]
    source = " and ".join([*terms, *(f"{name!r} not in event" for name in sorted(added))])
    # Names of columns are identifiers (the contract sees to it), and values come in by name: nothing else is evaluated.
    expression: Callable[[dict[str, Any]], object] = eval(f"lambda event: {source}", names)  # noqa: S307
    return expression


def _term(column: Column, names: dict[str, Any]) -> str:
    """Write the test of one column; `v` is its value."""
    kind = column.type
    if kind == "string":
        test = _text(column, names)
    elif kind in INTEGERS:
        size = 2 ** (INTEGERS[kind] - 1)
        low, high = int(column.minimum or -size), int(column.maximum or size - 1)
        test = f"type(v) is int and {low} <= v <= {high}"
    elif kind == "double" and not (column.minimum or column.maximum):
        # Finite: a difference of infinities is no number.
        test = "type(v) is float and v - v == 0"
    elif kind == "timestamp" and not column.maximum:
        # In UTC, where times sort as their texts do.
        names[f"{column.name}_from"] = column.minimum or ""
        test = f'v[4] == v[7] == "-" and v[-1] == "Z" and v >= {column.name}_from and parse(v)'
    else:
        test = "False"
    if column.required:
        return f"((v := event[{column.name!r}]) is not None and {test})"
    return f"((v := event.get({column.name!r})) is None or {test})"


def _text(column: Column, names: dict[str, Any]) -> str:
    tests = ["type(v) is str"]
    if column.max_length:
        tests.append(f"len(v) <= {column.max_length}")
    if column.pattern:
        # Names recur, and to remember one is quicker than to match it.
        names[f"{column.name}_matches"] = functools.lru_cache(_REMEMBERED)(re.compile(column.pattern).search)
        tests.append(f"{column.name}_matches(v)")
    if column.allowed:
        names[f"{column.name}_allowed"] = frozenset(column.allowed)
        tests.append(f"v in {column.name}_allowed")
    return " and ".join(tests)
