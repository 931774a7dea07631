"""Reads the expression language of calculated fields, as far as a check needs it.

https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal


class ExpressionError(ValueError):
    """An expression that cannot be read; the message says where."""


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    Attributes
    ----------
    kind
        What it is; a `list` holds the columns of a partition or of an order, a `word` is PRE_AGG or ASC or the like.
    name
        The column, parameter, function, operator, word or literal.
    """

    kind: Literal["column", "parameter", "text", "number", "word", "call", "operator", "list"]
    name: str = ""
    parts: tuple[Node, ...] = field(default=())

    def all(self) -> Iterator[Node]:
        """Give the node and all that it is made of."""
        yield self
        for part in self.parts:
            yield from part.all()

    def named(self, kind: str) -> tuple[str, ...]:
        """Name everything of a kind that occurs."""
        return tuple(dict.fromkeys(node.name for node in self.all() if node.kind == kind))


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<comment>/\*.*?\*/)
    | \$\{(?P<parameter>[^}]+)\}
    | \{(?P<column>(?:\\.|[^}\\])+)\}
    | (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign><>|!=|<=|>=|[-+*/%^=<>(),\[\]])
    )""",
    re.VERBOSE | re.DOTALL,
)
# From the weakest.
_LEVELS = (("or",), ("and",), ("=", "<>", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"), ("^",))
_WORDS = {
    "asc": "ASC",
    "desc": "DESC",
    "null": "NULL",
    "pre_filter": "PRE_FILTER",
    "pre_agg": "PRE_AGG",
    "post_agg_filter": "POST_AGG_FILTER",
    # Units of some functions of time are written as words, those of others as text.
    **{unit.lower(): unit for unit in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")},
}
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Node:
    """Read an expression.

    Raises
    ------
    ExpressionError
        If it is none; what is between braces need not exist, and functions need not be known.
    """
    reader = _Reader(tuple(_tokens(text)))
    node = reader.expression()
    if reader.next is not None:
        raise ExpressionError(f"{reader.next.text!r} is too much: a bracket was not opened, or an operator is missing")
    return node


def _tokens(text: str) -> Iterator[_Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise ExpressionError(f"{text[place:].strip()[:20]!r} cannot be read")
        kind = found.lastgroup or ""
        if kind != "comment":
            yield _Token(kind, found[kind])
        place = found.end()


class _Reader:
    """Recursive descent; the grammar is that of `parse`."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens, self._place = tokens, 0

    @property
    def next(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _taken(self, *texts: str) -> str | None:
        token = self.next
        if token is not None and token.kind in {"sign", "name"} and token.text.lower() in texts:
            self._place += 1
            return token.text.lower()
        return None

    def expression(self, level: int = 0) -> Node:
        if level == len(_LEVELS):
            return self._sign()
        node = self.expression(level + 1)
        while operator := self._taken(*_LEVELS[level]):
            node = Node("operator", operator, (node, self.expression(level + 1)))
        return node

    def _sign(self) -> Node:
        if self._taken("-"):
            return Node("operator", "-", (self._sign(),))
        if self._taken("not"):
            # It binds weaker than comparisons.
            return Node("operator", "not", (self.expression(2),))
        return self._atom()

    def _atom(self) -> Node:
        token = self.next
        if token is None:
            raise ExpressionError("it ends where a value is expected")
        self._place += 1
        if token.kind in {"column", "parameter", "number"}:
            return Node(token.kind, token.text)  # type: ignore[arg-type]
        if token.kind == "text":
            return Node("text", token.text[1:-1])
        if token.kind == "name":
            return self._named(token.text)
        if token.text == "(":
            node = self.expression()
            self._close("(")
            return node
        if token.text == "[":
            return Node("list", parts=self._members("["))
        raise ExpressionError(f"{token.text!r} stands where a value is expected")

    def _named(self, name: str) -> Node:
        if self._taken("("):
            return Node("call", name, self._members("("))
        if name.lower() in _WORDS:
            return Node("word", _WORDS[name.lower()])
        raise ExpressionError(f"{name!r} is no function; a column is written {{{name}}}, a parameter ${{{name}}}")

    def _members(self, opening: str) -> tuple[Node, ...]:
        """Read what a bracket holds, up to its end; a member may be followed by its order."""
        members: list[Node] = []
        while not (self.next and self.next.text == _CLOSING[opening] and not members):
            member = self.expression()
            order = self._taken("asc", "desc")
            members.append(Node("list", parts=(member, Node("word", order.upper()))) if order else member)
            if not self._taken(","):
                break
        self._close(opening)
        return tuple(members)

    def _close(self, opening: str) -> None:
        if not self._taken(_CLOSING[opening]):
            got = f"; got {self.next.text!r}" if self.next else ""
            raise ExpressionError(f"a bracket {opening!r} is not closed{got}")
