"""Expressions that stand in a definition: conditions of formats, measures of their own, dates that move on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dashboards.check.columns import Known, calculation, column_lookup, parameter_lookup
from dashboards.check.definition import Visual
from dashboards.check.meaning import faults, unknown
from dashboards.check.scene import Board, Scene
from dashboards.walk import Json, objects

_WITH_COLUMNS = frozenset({"visual", "calculated field"})


def of_visuals(scene: Scene) -> Iterator[str]:
    """Read them with the columns of the visual; a format can look only at what the visual shows."""
    for board in scene.boards:
        for _, visual in board.visuals:
            for expression in _expressions(objects(visual.body)):
                yield from _wrong(visual.where, expression, _columns(board, visual), board)


def without_columns(scene: Scene) -> Iterator[str]:
    """Read dates that move on, and when something on a sheet is shown; they know parameters only."""
    for board in scene.boards:
        for part in board.parts:
            for expression in _expressions(part.objects) if part.kind not in _WITH_COLUMNS else ():
                yield from _wrong(part.where, expression, {}, board)


def _wrong(where: str, expression: str, columns: Mapping[str, Known], board: Board) -> Iterator[str]:
    made = calculation("", expression)
    if made.tree is None:
        yield f"{where}: {expression} cannot be read: {made.fault}"
        return
    for stranger in unknown(made.tree, columns, board.parameters):
        yield f"{where}: {expression} looks at {stranger}"
    lookups = column_lookup(columns), parameter_lookup(board.parameters)
    for fault in faults(made.tree, *lookups, in_data_set=False):
        yield f"{where}: {expression}: {fault}"


def _columns(board: Board, visual: Visual) -> dict[str, Known]:
    return {name: board.columns[each][name] for each, name in visual.uses if name in board.columns.get(each, {})}


def _expressions(found: Iterable[Json]) -> Iterator[str]:
    return (each["Expression"] for each in found if isinstance(each.get("Expression"), str))


RULES = (of_visuals, without_columns)
