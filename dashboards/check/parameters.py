"""Parameters: declared, set, used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashboards.check.definition import objects
from dashboards.check.references import parts
from dashboards.check.scene import Board, Scene
from dashboards.nearest import suggestion

# `${name}` in expressions, `<<$name>>` in titles and addresses.
_IN_TEXT = re.compile(r"\$\{(\w+)\}|<<\$(\w+)>>")
# What reads a parameter; `Parameter` is a name in ranges of filters.
_READS = ("ParameterName", "Parameter")
_SETS = ("SourceParameterName", "DestinationParameterName")


def undeclared(scene: Scene) -> Iterator[str]:
    """Find names in filters, controls, actions and titles that are not declared."""
    for board in scene.boards:
        for where, node in parts(board):
            if ", parameter " in where or ", calculated field " in where:
                continue
            for name in dict.fromkeys((*_named(node, (*_READS, *_SETS)), *_in_text(node))):
                if name not in board.parameters:
                    yield f"{where} names parameter {name}, which is not declared{suggestion(name, board.parameters)}"


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
        controlled = {
            str(body.get("SourceParameterName"))
            for sheet in board.sheets
            for what, _, body in board.controls(sheet)
            if what == "parameter"
        }
        controlled |= {
            name for _, visual in board.visuals for name in _named(visual.body, ("DestinationParameterName",))
        }
        with_default = set(_with_default(board))
        for _, _, body in board.filters:
            for name in dict.fromkeys(_named(body, _READS)):
                if name in board.parameters and name not in controlled | with_default:
                    yield (
                        f"{board.where}, filter {body.get('FilterId')} is by parameter {name}, "
                        "which has neither a default nor a control"
                    )


def _used(board: Board) -> Iterator[str]:
    for calculations in board.calculations.values():
        for made in calculations.values():
            yield from made.tree.named("parameter") if made.tree else ()
    for where, node in parts(board):
        if ", parameter " not in where:
            yield from _named(node, _READS)
            yield from _in_text(node)
    for sheet in board.sheets:
        yield from _in_text([sheet.body.get("TextBoxes"), sheet.body.get("Title"), sheet.body.get("Description")])
    for entry in board.definition.get("ParameterDeclarations", ()):
        for body in entry.values():
            if body.get("MappedDataSetParameters"):
                yield str(body.get("Name"))


def _with_default(board: Board) -> Iterator[str]:
    for entry in board.definition.get("ParameterDeclarations", ()):
        for body in entry.values():
            default, unset_value = body.get("DefaultValues", {}), body.get("ValueWhenUnset", {})
            if any(default.values()) or "CustomValue" in unset_value:
                yield str(body.get("Name"))


def _named(node: object, keys: tuple[str, ...]) -> Iterator[str]:
    for found in objects(node):
        for key in keys:
            value = found.get(key)
            if isinstance(value, str):
                yield value


def _in_text(node: object) -> Iterator[str]:
    for found in objects({"": node}):
        for value in found.values():
            for text in value if isinstance(value, list | tuple) else (value,):
                if isinstance(text, str) and "$" in text:
                    yield from (one or other for one, other in _IN_TEXT.findall(text))


RULES = (undeclared, unused, unset)
