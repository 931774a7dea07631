"""The expression language of calculated fields: from its text to a syntax tree, as plain JSON. Pure.

| node | meaning |
|---|---|
| `["column", name]` | `{name}` |
| `["parameter", name]` | `${name}` |
| `["value", literal]` | a text, number, boolean, or null for `NULL` |
| `["call", function, [argument, ...]]` | a function, in the documentation's spelling, e.g. `dateDiff` |
| `["unary", "-" or "not", operand]` | |
| `["binary", operator, left, right]` | `+ - * / % ^ = <> < <= > >= and or` |
| `["in", operand, [member, ...], negated]` | `in(...)` and `notIn(...)` |
| `["list", [member, ...]]` | `[a, b]`, an argument of functions that take fields to partition by or sort orders |
| `["sort", operand, "ASC" or "DESC"]` | a sort field within such a list |

Source: "Using calculated fields", "Functions by category" and "Operators" of the QuickSight user guide
(https://docs.aws.amazon.com/quicksuite/latest/userguide/calculated-field-reference.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from laptop.emulator.quicksight.functions import AGGREGATE_FUNCTIONS, ROW_FUNCTIONS

# A node is a list whose first member says what it is; it is JSON, so that the preview's page can evaluate it.
Node = list[Any]


class ExpressionError(ValueError):
    """An expression that is not one, or uses a function that is unknown here."""


_FUNCTIONS = {name.lower(): (name, *bounds) for name, bounds in (ROW_FUNCTIONS | AGGREGATE_FUNCTIONS).items()}

# A comment stands between tokens: within a text or a name, what looks like one is part of it.
_TOKEN = re.compile(
    r"""(?>(?:\s|/\*(?s:.*?)\*/)*)(?:
      (?P<parameter>\$\{[^}]+\})
    | (?P<column>\{(?:\\.|[^}\\])+\})
    | (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<operator><>|!=|<=|>=|[-+*/%^=<>(),\[\]])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
# From the weakest; those of one line bind alike, to the left.
_BINARY = (
    {"or": "or"},
    {"and": "and"},
    {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
    {"^": "^"},
)
_NEGATION_LEVEL = 2


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def parse(expression: str) -> Node:
    """Return the syntax tree of an expression.

    Raises
    ------
    ExpressionError
        Says what is wrong and where: a character, a bracket, a function that is unknown, too many arguments.
    """
    return _Parser(expression, list(_tokens(expression))).whole()


def columns(node: Node) -> set[str]:
    """Return the names of the columns and calculated fields that an expression uses."""
    return {part[1] for part in _walk(node) if part[0] == "column"}


def parameters(node: Node) -> set[str]:
    """Return the names of the parameters that an expression uses."""
    return {part[1] for part in _walk(node) if part[0] == "parameter"}


def functions(node: Node) -> set[str]:
    """Return the functions that an expression calls."""
    return {part[1] for part in _walk(node) if part[0] == "call"}


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node[1:]:
        if isinstance(part, list):
            is_node = part and isinstance(part[0], str) and part[0] in _KINDS
            for child in [part] if is_node else part:
                if isinstance(child, list):
                    yield from _walk(child)


_KINDS = frozenset({"column", "parameter", "value", "call", "unary", "binary", "in", "list", "sort"})


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while True:
        match = _TOKEN.match(text, place)
        if not match or match.lastgroup is None:
            raise ExpressionError(f"an expression must be readable; got {text[place:].strip()[:20]!r} at {place}")
        if match.lastgroup == "end":
            return
        yield _Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        place = match.end()


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Node:
        node = self._binary(0)
        if self._next < len(self._tokens):
            raise self._unexpected()
        return node

    def _peek(self) -> str:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        return token.text.lower() if token and token.kind in {"operator", "name"} else ""

    def _take(self, text: str) -> bool:
        found = self._peek() == text
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(text)

    def _unexpected(self, expected: str = "") -> ExpressionError:
        wanted = f"{expected!r}" if expected else "an operator or the end"
        if self._next >= len(self._tokens):
            return ExpressionError(f"{self._text!r} must go on with {wanted}; got its end")
        token = self._tokens[self._next]
        return ExpressionError(f"{self._text!r} must have {wanted} at {token.place}; got {token.text!r}")

    def _binary(self, level: int) -> Node:
        if level == _NEGATION_LEVEL and self._peek() == "not":
            self._next += 1
            return ["unary", "not", self._binary(level)]
        if level == len(_BINARY):
            return self._unary()
        node = self._binary(level + 1)
        while self._peek() in _BINARY[level]:
            operator = _BINARY[level][self._peek()]
            self._next += 1
            node = ["binary", operator, node, self._binary(level + 1)]
        return self._membership(node) if level == _NEGATION_LEVEL else node

    def _membership(self, node: Node) -> Node:
        negated = self._peek() == "not"
        if self._peek() == "in" or negated:
            self._next += 1 + negated
            return ["in", node, self._list("[", "]") if self._peek() == "[" else self._list("(", ")"), negated]
        return node

    def _unary(self) -> Node:
        if self._take("-"):
            return ["unary", "-", self._unary()]
        return self._primary()

    def _primary(self) -> Node:
        if self._next >= len(self._tokens):
            raise self._unexpected("a value")
        token = self._tokens[self._next]
        if token.kind == "operator":
            return self._bracket()
        self._next += 1
        if token.kind == "name":
            return self._name(token)
        if token.kind == "column":
            return ["column", re.sub(r"\\(.)", r"\1", token.text[1:-1])]
        if token.kind == "parameter":
            return ["parameter", token.text[2:-1]]
        if token.kind == "text":
            return ["value", re.sub(r"\\(.)", r"\1", token.text[1:-1])]
        return ["value", int(token.text) if token.text.isdigit() else float(token.text)]

    def _bracket(self) -> Node:
        if self._peek() == "[":
            return ["list", self._list("[", "]", sorted_=True)]
        if not self._take("("):
            raise self._unexpected("a value")
        node = self._binary(0)
        self._expect(")")
        return node

    def _list(self, opening: str, closing: str, *, sorted_: bool = False) -> list[Node]:
        self._expect(opening)
        found: list[Node] = []
        while not self._take(closing):
            if found:
                self._expect(",")
            member = self._binary(0)
            if sorted_ and self._peek() in {"asc", "desc"}:
                member = ["sort", member, self._peek().upper()]
                self._next += 1
            found.append(member)
        return found

    def _name(self, token: _Token) -> Node:
        lower = token.text.lower()
        if self._peek() != "(":
            constants: dict[str, Any] = {"null": None, "true": True, "false": False}
            if lower in constants:
                return ["value", constants[lower]]
            # Names without spaces may stand without braces.
            return ["column", token.text]
        arguments = self._list("(", ")")
        if lower in {"in", "notin"}:
            return self._in_call(token, arguments, negated=lower == "notin")
        known = _FUNCTIONS.get(lower)
        if known is None:
            raise ExpressionError(f"{self._text!r} must use functions that are known here; got {token.text}")
        name, least, most = known
        if not least <= len(arguments) <= most:
            raise ExpressionError(f"{name} must have {least} to {most} arguments; got {len(arguments)}")
        if name == "ifelse" and len(arguments) % 2 == 0:
            raise ExpressionError(f"ifelse must end with the value of no condition; got {len(arguments)} arguments")
        return ["call", name, arguments]

    def _in_call(self, token: _Token, arguments: list[Node], *, negated: bool) -> Node:
        if len(arguments) < 2:
            raise ExpressionError(f"{token.text} must have a field and values; got {len(arguments)} arguments")
        operand, *members = arguments
        if len(members) == 1 and members[0][0] == "list":
            members = members[0][1]
        return ["in", operand, members, negated]
