"""Calculated columns of data sets, and calculated fields of dashboards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboards.check.columns import Calculation, Known, Parameters, column_lookup, cycles, parameter_lookup
from dashboards.check.meaning import NUMBERS, Lookup, faults, meaning, unknown
from dashboards.check.scene import Scene, calculations_of
from dashboards.model import ColumnType


def unreadable(scene: Scene) -> Iterator[str]:
    for place in _places(scene):
        for made in place.calculations.values():
            if made.tree is None:
                yield f"{place.where}: the expression of {made.name} cannot be read: {made.fault}"


def unknown_names(scene: Scene) -> Iterator[str]:
    for place in _places(scene):
        for made in place.calculations.values():
            for stranger in unknown(made.tree, place.columns, place.parameters) if made.tree else ():
                yield f"{place.where}: {made.name} is calculated from {stranger}"


def circles(scene: Scene) -> Iterator[str]:
    for place in _places(scene):
        for path in cycles(place.calculations):
            yield f"{place.where}: {' is calculated from '.join((*path, path[0]))}"


def wrong(scene: Scene) -> Iterator[str]:
    """Unknown functions, arguments, types, and rows mixed with aggregates."""
    for place in _places(scene):
        for made in place.calculations.values():
            if made.tree is not None:
                found = faults(made.tree, *place.lookups, in_data_set=place.in_data_set)
                yield from (f"{place.where}: {made.name}: {fault}" for fault in found)


def declared_types(scene: Scene) -> Iterator[str]:
    """Compare the type that a data set declares with what its expression gives; numbers are one family."""
    for place in _places(scene):
        for made in place.calculations.values():
            told = meaning(made.tree, *place.lookups).type if made.tree else None
            if told and made.declared and _family(told) != _family(made.declared):
                yield f"{place.where}: {made.name} is declared {made.declared}, but its expression gives {told}"


@dataclass(frozen=True)
class _Place:
    """A data set, or the part of a dashboard that calculates with one."""

    where: str
    columns: Mapping[str, Known]
    calculations: Mapping[str, Calculation]
    parameters: Parameters
    in_data_set: bool

    @property
    def lookups(self) -> tuple[Lookup, Lookup]:
        return column_lookup(self.columns), parameter_lookup(self.parameters)


def _places(scene: Scene) -> Iterator[_Place]:
    for data_set in scene.data_sets:
        where, known = f"data set {data_set.name}", scene.columns[data_set.id]
        yield _Place(where, known, calculations_of(data_set), {}, in_data_set=True)
    for board in scene.boards:
        for identifier, calculations in board.calculations.items():
            if identifier in board.columns:
                known = board.columns[identifier]
                yield _Place(board.where, known, calculations, board.parameters, in_data_set=False)


def _family(kind: ColumnType) -> str:
    return "number" if kind in NUMBERS else kind


RULES = (unreadable, unknown_names, circles, wrong, declared_types)
