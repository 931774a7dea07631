"""Parameters: declared, set, used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dashboards.check.scene import Board, Scene
from dashboards.nearest import suggestion
from dashboards.walk import Json, objects

# `${name}` in expressions, `<<$name>>` in titles and addresses.
_IN_TEXT = re.compile(r"\$\{(\w+)\}|<<\$(\w+)>>")
# What reads a parameter; `Parameter` is a name in ranges of filters.
_READS = ("ParameterName", "Parameter")
_SETS = ("SourceParameterName", "DestinationParameterName")


def undeclared(scene: Scene) -> Iterator[str]:
    """Find names in filters, controls, actions and texts that are not declared; expressions have rules of their own."""
    for board in scene.boards:
        for part in board.parts:
            if part.kind == "parameter":
                continue
            for name in (*_named(part.objects, (*_READS, *_SETS)), *_in_text(part.objects, besides="Expression")):
                if name not in board.parameters:
                    near = suggestion(name, board.parameters)
                    yield f"{part.where} names parameter {name}, which is not declared{near}"


def unused(scene: Scene) -> Iterator[str]:
    """Find parameters that nothing reads: their controls change nothing."""
    for board in scene.boards:
        used = set(_used(board))
        for name in board.parameters:
            if name not in used:
                yield f"{board.where}: parameter {name} is read by no filter, no calculated field and no title"


def unset(scene: Scene) -> Iterator[str]:
    """Find filters by parameters without value and control: they show what nobody chose."""
    for board in scene.boards:
        controlled = {name for part in board.parts for name in _named(part.objects, _SETS)}
        with_default = set(_with_default(board))
        for _, _, body in board.filters:
            for name in dict.fromkeys(_named(objects(body), _READS)):
                if name in board.parameters and name not in controlled | with_default:
                    yield (
                        f"{board.where}, filter {body.get('FilterId')} is by parameter {name}, "
                        "which has neither a default nor a control"
                    )


def _used(board: Board) -> Iterator[str]:
    for part in board.parts:
        if part.kind != "parameter":
            yield from _named(part.objects, _READS)
            yield from _in_text(part.objects)
    for _, body in board.declarations:
        if body.get("MappedDataSetParameters"):
            yield str(body.get("Name"))


def _with_default(board: Board) -> Iterator[str]:
    for _, body in board.declarations:
        if any(body.get("DefaultValues", {}).values()) or "CustomValue" in body.get("ValueWhenUnset", {}):
            yield str(body.get("Name"))


def _named(found: Iterable[Json], keys: tuple[str, ...]) -> Iterator[str]:
    for each in found:
        for key in keys:
            value = each.get(key)
            if isinstance(value, str):
                yield value


def _in_text(found: Iterable[Json], besides: str = "") -> Iterator[str]:
    """Name the parameters in texts, but for the texts of one member."""
    for each in found:
        for key, value in each.items():
            for text in value if isinstance(value, list | tuple) else (value,):
                if isinstance(text, str) and "$" in text and key != besides:
                    yield from (one or other for one, other in _IN_TEXT.findall(text))


RULES = (undeclared, unused, unset)
