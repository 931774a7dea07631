"""Expressions that stand in a definition: conditions of formats, measures of their own, dates that move on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboards.check.columns import Known, calculation
from dashboards.check.definition import Visual, objects
from dashboards.check.meaning import Meaning, faults
from dashboards.check.scene import Board, Scene
from dashboards.nearest import suggestion


def of_visuals(scene: Scene) -> Iterator[str]:
    """Read them with the columns of the visual; a format can look only at what the visual shows."""
    for board in scene.boards:
        for _, visual in board.visuals:
            for expression in _expressions(visual.body):
                yield from _wrong(visual.where, expression, _columns(board, visual), board)


def of_parameters_and_filters(scene: Scene) -> Iterator[str]:
    """Read dates that move on; they know no columns."""
    for board in scene.boards:
        for key in ("ParameterDeclarations", "FilterGroups"):
            for part in board.definition.get(key, ()):
                name = part.get("FilterGroupId") or ", ".join(str(body.get("Name")) for body in part.values())
                where = f"{board.where}, {'parameter' if key.startswith('P') else 'filter group'} {name}"
                for expression in _expressions(part):
                    yield from _wrong(where, expression, {}, board)


def _wrong(where: str, expression: str, columns: Mapping[str, Known], board: Board) -> Iterator[str]:
    made = calculation("", expression)
    if made.tree is None:
        yield f"{where}: {expression} cannot be read: {made.fault}"
        return
    for name in made.tree.named("column"):
        if name not in columns:
            yield f"{where}: {expression} looks at {{{name}}}, which is not there{suggestion(name, columns)}"
    for name in made.tree.named("parameter"):
        if name not in board.parameters:
            near = suggestion(name, board.parameters)
            yield f"{where}: {expression} looks at ${{{name}}}, which is not declared{near}"

    def column(name: str) -> Meaning | None:
        return Meaning(columns[name].type, columns[name].level) if name in columns else None

    def parameter(name: str) -> Meaning | None:
        return Meaning(board.parameters[name], "constant") if name in board.parameters else None

    for fault in faults(made.tree, column, parameter, in_data_set=False):
        yield f"{where}: {expression}: {fault}"


def _columns(board: Board, visual: Visual) -> dict[str, Known]:
    return {name: board.columns[each][name] for each, name in visual.uses if name in board.columns.get(each, {})}


def _expressions(node: object) -> Iterator[str]:
    for found in objects(node):
        if isinstance(found.get("Expression"), str):
            yield found["Expression"]


RULES = (of_visuals, of_parameters_and_filters)
