"""What each column of a data set is: declared, calculated, or calculated by a dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lake_common.contract import Column

from dashboards.check.expressions import ExpressionError, Node, parse
from dashboards.check.meaning import Level, Lookup, Meaning, meaning
from dashboards.model import ColumnType, DataSet, GeographicRole


@dataclass(frozen=True)
class Known:
    """A column as dashboards see it.

    Attributes
    ----------
    type
        None if it cannot be told, as for a column whose source is missing in its contract.
    sources
        All columns of contracts that it is made of, also through other columns.
    personal
        Whether it, or a column that it is made of, is personal.
    whole_days
        Whether it is made of dates only, which have no hours.
    """

    name: str
    type: ColumnType | None
    level: Level
    sources: frozenset[str]
    personal: bool = False
    whole_days: bool = False
    geographic_role: GeographicRole | None = None

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.type, self.level)


@dataclass(frozen=True)
class Calculation:
    """A calculated column of a data set, or a calculated field of a dashboard; without tree if it cannot be read."""

    name: str
    expression: str
    declared: ColumnType | None
    tree: Node | None
    fault: str


Parameters = Mapping[str, ColumnType]


def column_lookup(columns: Mapping[str, Known]) -> Lookup:
    """Tell what columns mean."""
    return lambda name: columns[name].meaning if name in columns else None


def parameter_lookup(parameters: Parameters) -> Lookup:
    """Tell what parameters mean: a value that all rows share."""
    return lambda name: Meaning(parameters[name], "constant") if name in parameters else None


@cache
def calculation(name: str, expression: str, declared: ColumnType | None = None) -> Calculation:
    """Read a calculated column."""
    try:
        return Calculation(name, expression, declared, parse(expression), "")
    except ExpressionError as error:
        return Calculation(name, expression, declared, None, str(error))


def declared(data_set: DataSet, contracts: Mapping[str, Column]) -> dict[str, Known]:
    """Give the columns that a data set takes; of those whose contract lacks them the type is not known."""
    return {
        column.name: Known(
            column.name,
            column.type if all(source in contracts for source in column.sources) else None,
            "row",
            frozenset(column.sources),
            column.personal,
            bool(column.sources) and all(_is_date(contracts.get(source)) for source in column.sources),
            column.geographic_role,
        )
        for column in data_set.columns
    }


def with_calculations(
    columns: Mapping[str, Known], calculations: Mapping[str, Calculation], parameters: Parameters
) -> dict[str, Known]:
    """Add calculated columns, in whatever order they use each other."""
    found = dict(columns)
    for name in calculations:
        _resolve(name, found, calculations, parameters, ())
    return found


def _resolve(
    name: str,
    found: dict[str, Known],
    calculations: Mapping[str, Calculation],
    parameters: Parameters,
    within: tuple[str, ...],
) -> None:
    """Find out about a column; nothing of one that is unknown, cannot be read or is made of itself."""
    if name in found or name not in calculations or name in within:
        return
    tree = calculations[name].tree
    if tree is None:
        found[name] = Known(name, None, "row", frozenset())
        return
    for other in tree.named("column"):
        _resolve(other, found, calculations, parameters, (*within, name))
    told = meaning(tree, column_lookup(found), parameter_lookup(parameters))
    parts = [found[other] for other in tree.named("column") if other in found]
    # A data set declares its columns; where the expression says otherwise, a rule names it, and only that one.
    stated = calculations[name].declared
    found[name] = Known(
        name,
        stated or told.type,
        "row" if stated else told.level,
        frozenset().union(*(part.sources for part in parts)),
        any(part.personal for part in parts),
    )


def cycles(calculations: Mapping[str, Calculation]) -> Iterator[tuple[str, ...]]:
    """Give each circle of calculated columns once, beginning with the first by name."""
    for name in sorted(calculations):
        path = _way_back(name, name, calculations, set())
        if path and name == min(path):
            yield path


def _way_back(start: str, name: str, calculations: Mapping[str, Calculation], seen: set[str]) -> tuple[str, ...]:
    """Go from a column to the start again, by columns that were not seen; without a way, give none."""
    seen.add(name)
    tree = calculations[name].tree
    for other in tree.named("column") if tree else ():
        if other == start:
            return (name,)
        if other in calculations and other not in seen:
            rest = _way_back(start, other, calculations, seen)
            if rest:
                return (name, *rest)
    return ()


def _is_date(column: Column | None) -> bool:
    return column is not None and column.type == "date"
