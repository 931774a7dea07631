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

# A node is a list whose first member says what it is; it is JSON, so that the preview's page can evaluate it.
Node = list[Any]


class ExpressionError(ValueError):
    """An expression that is not one, or uses a function that is unknown here."""


# The number of arguments of each function: at least, at most. Functions of one row, which a data set may compute.
ROW_FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "addDateTime": (3, 3),
    "addWorkDays": (2, 2),
    "ceil": (1, 1),
    "coalesce": (2, 64),
    "concat": (2, 64),
    "contains": (2, 3),
    "dateDiff": (2, 3),
    "decimalToInt": (1, 1),
    "decodeURL": (1, 1),
    "endsWith": (2, 3),
    "epochDate": (1, 1),
    "exp": (1, 1),
    "extract": (2, 2),
    "floor": (1, 1),
    "formatDate": (1, 3),
    "ifelse": (3, 255),
    "intToDecimal": (1, 1),
    "isNotNull": (1, 1),
    "isNull": (1, 1),
    "isWorkDay": (1, 1),
    "left": (2, 2),
    "ln": (1, 1),
    "locate": (2, 3),
    "log": (1, 1),
    "ltrim": (1, 1),
    "mod": (2, 2),
    "netWorkDays": (2, 3),
    "now": (0, 0),
    "nullIf": (2, 2),
    "parseDate": (1, 3),
    "parseDecimal": (1, 1),
    "parseInt": (1, 1),
    "parseJson": (2, 2),
    "replace": (3, 3),
    "right": (2, 2),
    "round": (1, 2),
    "rtrim": (1, 1),
    "split": (3, 3),
    "sqrt": (1, 1),
    "startsWith": (2, 3),
    "strlen": (1, 1),
    "substring": (3, 3),
    "switch": (4, 255),
    "toLower": (1, 1),
    "toString": (1, 1),
    "toUpper": (1, 1),
    "trim": (1, 1),
    "truncDate": (2, 2),
}
# Functions over the rows of a visual, which only a dashboard's calculated field may use.
AGGREGATE_FUNCTIONS: dict[str, tuple[int, int]] = {
    "avg": (1, 2),
    "avgIf": (2, 2),
    "avgOver": (1, 3),
    "count": (1, 2),
    "countIf": (2, 2),
    "countOver": (1, 3),
    "denseRank": (1, 3),
    "difference": (2, 4),
    "distinct_count": (1, 2),
    "distinct_countIf": (2, 2),
    "distinctCountOver": (1, 3),
    "firstValue": (2, 3),
    "lag": (3, 4),
    "lastValue": (2, 3),
    "lead": (3, 4),
    "max": (1, 2),
    "maxIf": (2, 2),
    "maxOver": (1, 3),
    "median": (1, 2),
    "medianIf": (2, 2),
    "min": (1, 2),
    "minIf": (2, 2),
    "minOver": (1, 3),
    "percentDifference": (2, 4),
    "percentile": (2, 3),
    "percentileCont": (2, 3),
    "percentileContOver": (2, 4),
    "percentileDisc": (2, 3),
    "percentileDiscOver": (2, 4),
    "percentileOver": (2, 4),
    "percentileRank": (1, 3),
    "percentOfTotal": (1, 2),
    "periodOverPeriodDifference": (2, 4),
    "periodOverPeriodLastValue": (2, 4),
    "periodOverPeriodPercentDifference": (2, 4),
    "periodToDateAvg": (3, 4),
    "periodToDateAvgOverTime": (3, 3),
    "periodToDateCount": (3, 4),
    "periodToDateCountOverTime": (3, 3),
    "periodToDateMax": (3, 4),
    "periodToDateMaxOverTime": (3, 3),
    "periodToDateMedian": (3, 4),
    "periodToDateMin": (3, 4),
    "periodToDateMinOverTime": (3, 3),
    "periodToDateStDev": (3, 4),
    "periodToDateSum": (3, 4),
    "periodToDateSumOverTime": (3, 3),
    "periodToDateVar": (3, 4),
    "rank": (1, 3),
    "runningAvg": (2, 3),
    "runningCount": (2, 3),
    "runningMax": (2, 3),
    "runningMin": (2, 3),
    "runningSum": (2, 3),
    "stdev": (1, 2),
    "stdevIf": (2, 2),
    "stdevOver": (1, 3),
    "stdevp": (1, 2),
    "stdevpIf": (2, 2),
    "stdevpOver": (1, 3),
    "sum": (1, 2),
    "sumIf": (2, 2),
    "sumOver": (1, 3),
    "var": (1, 2),
    "varIf": (2, 2),
    "varOver": (1, 3),
    "varp": (1, 2),
    "varpIf": (2, 2),
    "varpOver": (1, 3),
    "windowAvg": (4, 5),
    "windowCount": (4, 5),
    "windowMax": (4, 5),
    "windowMin": (4, 5),
    "windowSum": (4, 5),
}
_FUNCTIONS = {name.lower(): (name, *bounds) for name, bounds in (ROW_FUNCTIONS | AGGREGATE_FUNCTIONS).items()}

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<parameter>\$\{[^}]+\})
    | (?P<column>\{(?:\\.|[^}\\])+\})
    | (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<operator><>|!=|<=|>=|[-+*/%^=<>(),\[\]])
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
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
    blanked = _COMMENT.sub(lambda match: " " * len(match[0]), expression)
    parser = _Parser(expression, list(_tokens(blanked, expression)))
    return parser.whole()


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


def _tokens(text: str, original: str) -> Iterator[_Token]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match or match.lastgroup is None:
            raise ExpressionError(f"an expression must be readable; got {original[place:].strip()[:20]!r} at {place}")
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
