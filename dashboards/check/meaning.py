"""What an expression gives: its type, and whether it is of a row or of many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from dashboards.check.expressions import Node
from dashboards.check.functions import DATES, FUNCTIONS, PERIODS, Function, function
from dashboards.model import ColumnType
from dashboards.nearest import suggestion

# `constant` goes with anything; so does `any`, a level-aware calculation, which a visual aggregates again if need be.
Level = Literal["constant", "row", "aggregate", "any"]
NUMBERS = ("INTEGER", "DECIMAL")
# QuickSight takes a BOOLEAN for 1 or 0.
_COUNTABLE = (*NUMBERS, "BOOLEAN")
_COMPARISONS = {"=", "<>", "!=", "<", "<=", ">", ">=", "and", "or", "not"}


@dataclass(frozen=True)
class Meaning:
    """What a column or an expression is; no type if it cannot be told."""

    type: ColumnType | None
    level: Level


Lookup = Callable[[str], Meaning | None]


def meaning(node: Node, column: Lookup, parameter: Lookup) -> Meaning:
    """Tell what an expression gives; what is unknown in it is passed over, for other rules name it."""
    if node.kind == "column":
        return column(node.name) or Meaning(None, "row")
    if node.kind in {"operator", "call"}:
        parts = [meaning(part, column, parameter) for part in node.parts]
        return _call(node, parts) if node.kind == "call" else Meaning(_operator_type(node.name, parts), _joined(parts))
    return _constant(node, parameter)


def _constant(node: Node, parameter: Lookup) -> Meaning:
    if node.kind == "parameter":
        found = parameter(node.name)
        return Meaning(found.type if found else None, "constant")
    if node.kind == "number":
        return Meaning("INTEGER" if node.name.isdigit() else "DECIMAL", "constant")
    return Meaning("STRING" if node.kind == "text" else None, "constant")


def faults(node: Node, column: Lookup, parameter: Lookup, *, in_data_set: bool) -> Iterator[str]:
    """Say what QuickSight would refuse of an expression, the innermost first."""
    for part in node.parts:
        yield from faults(part, column, parameter, in_data_set=in_data_set)
    parts = [meaning(part, column, parameter) for part in node.parts]
    if node.kind == "operator":
        yield from _operands(node, parts)
    elif node.kind == "call":
        yield from _called(node, parts, in_data_set)


def unknown(node: Node, columns: Collection[str], parameters: Collection[str]) -> Iterator[str]:
    """Say which columns and parameters an expression is made of that do not exist."""
    for kind, sign, known in (("column", "", columns), ("parameter", "$", parameters)):
        for name in node.named(kind):
            if name not in known:
                yield f"{sign}{{{name}}}, which does not exist{suggestion(name, known)}"


def _call(node: Node, parts: list[Meaning]) -> Meaning:
    known = function(node.name)
    if known is None:
        return Meaning(None, _joined(parts))
    kind = known.gives if not isinstance(known.gives, int) else None
    if isinstance(known.gives, int):
        of = _results(known, parts) or parts[known.gives : known.gives + 1]
        kind = next((part.type for part in of if part.type), None)
    if known.scope == "row":
        return Meaning(kind, _joined(parts))
    return Meaning(kind, "any" if _level_aware(known, node) else "aggregate")


def _level_aware(known: Function, node: Node) -> bool:
    if known.scope == "aggregate":
        return any(part.kind == "list" for part in node.parts)
    return any(part.kind == "word" and part.name in {"PRE_FILTER", "PRE_AGG"} for part in node.parts)


def _joined(parts: list[Meaning]) -> Level:
    levels = {part.level for part in parts}
    for level in ("aggregate", "row", "any"):
        if level in levels:
            return level
    return "constant"


def _operator_type(name: str, parts: list[Meaning]) -> ColumnType | None:
    if name in _COMPARISONS:
        return "BOOLEAN"
    types = {part.type for part in parts}
    if None in types:
        return None
    return "INTEGER" if types == {"INTEGER"} and name not in {"/", "^"} else "DECIMAL"


def _operands(node: Node, parts: list[Meaning]) -> Iterator[str]:
    yield from _mixture(f"operator {node.name}", parts)
    if node.name in _COMPARISONS:
        families = _families(parts)
        if len(families) > 1 and families <= {"STRING", "number"}:
            yield f"operator {node.name} compares {' with '.join(str(part.type) for part in parts)}"
        return
    for part in parts:
        if part.type not in (None, *_COUNTABLE):
            yield f"operator {node.name} needs numbers; got {part.type}"


def _called(node: Node, parts: list[Meaning], in_data_set: bool) -> Iterator[str]:
    known = function(node.name)
    if known is None:
        names = (each.name for each in FUNCTIONS.values())
        yield f"{node.name} is no function of QuickSight{suggestion(node.name, names)}"
        return
    least, most = known.arguments
    if not least <= len(node.parts) <= most:
        expected = str(least) if least == most else f"{least} to {most}"
        yield f"{known.name} takes {expected} arguments; got {len(node.parts)}"
    else:
        yield from _arguments(known, node, parts)
    if known.scope == "row":
        yield from _mixture(known.name, parts)
    elif in_data_set:
        yield f"{known.name} is of many rows; a data set computes columns of each row, an analysis can use it"
    elif known.scope == "aggregate" and parts and parts[0].level == "aggregate":
        yield f"{known.name} aggregates what is aggregated already; expected a value of each row"


def _arguments(known: Function, node: Node, parts: list[Meaning]) -> Iterator[str]:
    if known.numeric and parts[0].type not in (None, *_COUNTABLE):
        yield f"{known.name} needs a number; got {parts[0].type}"
    for place in DATES.get(known.name, ()):
        if parts[place].type not in (None, "DATETIME"):
            yield f"{known.name} needs a date; got {parts[place].type}"
    place, periods = PERIODS.get(known.name, (len(parts), ()))
    period = node.parts[place] if place < len(parts) else None
    if period is not None and period.kind == "text" and period.name.upper() not in periods:
        yield f"{known.name} knows no period {period.name!r}; expected one of {', '.join(periods)}"
    families = _families(_results(known, parts))
    if len(families) > 1:
        yield f"{known.name} gives {' or '.join(sorted(families))}; expected values of one type"


def _results(known: Function, parts: list[Meaning]) -> list[Meaning]:
    """Give what a function chooses from: every second argument, and the last, which is for all other cases."""
    if known.name == "coalesce":
        return parts
    first = {"ifelse": 1, "switch": 2}.get(known.name)
    return [*parts[first:-1:2], parts[-1]] if first and parts else []


def _families(parts: list[Meaning]) -> set[str]:
    return {"number" if part.type in NUMBERS else part.type for part in parts if part.type not in (None, "BOOLEAN")}


def _mixture(where: str, parts: list[Meaning]) -> Iterator[str]:
    if {"row", "aggregate"} <= {part.level for part in parts}:
        yield f"{where} mixes values of each row with aggregated ones; aggregate both or none"
