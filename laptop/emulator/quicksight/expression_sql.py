"""The SQL of Athena for a calculated column of a data set. Pure.

A column of a data set is computed row by row, so aggregations and table calculations are refused, as AWS does.
What is documented and has no SQL here is refused by name with NotImplementedOnLaptop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from laptop.emulator.quicksight.expressions import ExpressionError, Node
from laptop.emulator.quicksight.function_sql import FUNCTIONS, NOT_ON_LAPTOP, PERIOD_FUNCTIONS, PERIODS, WITH_PERIOD
from laptop.emulator.quicksight.functions import AGGREGATE_FUNCTIONS
from laptop.emulator.quicksight.typed_sql import (
    BOOLEAN,
    DECIMAL,
    INTEGER,
    STRING,
    Typed,
    as_text,
    comparable,
    literal,
    require_numbers,
    require_truths,
    wider,
)
from laptop.emulator.registry import NotImplementedOnLaptop
from laptop.emulator.sql import quoted


def compile_column(node: Node, types: Mapping[str, str]) -> Typed:
    """Return the SQL of a calculated column.

    Parameters
    ----------
    types
        Types of the columns that the expression may use.

    Raises
    ------
    ExpressionError
        Names the column, function or operand that does not fit.
    NotImplementedOnLaptop
        Names the function that has no SQL here.
    """
    found = _Compiler(types).compile(node)
    if found.type == BOOLEAN:
        # "Amazon QuickSight accepts Boolean values by promoting them to integers."
        return Typed(f"CAST({found.sql} AS bigint)", INTEGER)
    return Typed(found.sql, found.type or STRING)


class _Compiler:
    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types

    def compile(self, node: Node) -> Typed:
        kinds: dict[str, Callable[[Node], Typed]] = {
            "column": self._column,
            "value": lambda part: literal(part[1]),
            "call": self._call,
            "unary": self._unary,
            "binary": self._binary,
            "in": self._in,
        }
        if node[0] not in kinds:
            raise ExpressionError(f"a column of a data set must be computed from columns and values; got a {node[0]}")
        return kinds[node[0]](node)

    def _column(self, node: Node) -> Typed:
        name = node[1]
        if name not in self._types:
            raise ExpressionError(f"an expression must use columns that exist ({', '.join(self._types)}); got {name}")
        return Typed(quoted(name), self._types[name])

    def _unary(self, node: Node) -> Typed:
        operand = self.compile(node[2])
        if node[1] == "not":
            require_truths("not", operand)
            return Typed(f"(NOT {operand.sql})", BOOLEAN)
        require_numbers("-", operand)
        return Typed(f"(-{operand.sql})", operand.type)

    def _binary(self, node: Node) -> Typed:
        operator, left, right = node[1], self.compile(node[2]), self.compile(node[3])
        if operator in {"and", "or"}:
            require_truths(operator, left, right)
            return Typed(f"({left.sql} {operator.upper()} {right.sql})", BOOLEAN)
        if operator in {"=", "<>", "<", "<=", ">", ">="}:
            return Typed(f"({comparable(left, right)} {operator} {comparable(right, left)})", BOOLEAN)
        if operator == "+" and STRING in {left.type, right.type}:
            return Typed(f"({as_text(left)} || {as_text(right)})", STRING)
        require_numbers(operator, left, right)
        if operator == "/":
            # Division of integers is not cut off, and a division by zero is null.
            return Typed(f"(CAST({left.sql} AS double) / nullif({right.sql}, 0))", DECIMAL)
        if operator == "^":
            return Typed(f"power({left.sql}, {right.sql})", DECIMAL)
        return Typed(f"({left.sql} {operator} {right.sql})", wider(left.type, right.type))

    def _in(self, node: Node) -> Typed:
        _, operand, members, negated = node
        found = self.compile(operand)
        listed = [self.compile(member) for member in members]
        if not listed:
            raise ExpressionError("in must have values to look for; got none")
        values = ", ".join(comparable(member, found) for member in listed)
        return Typed(f"({found.sql} {'NOT IN' if negated else 'IN'} ({values}))", BOOLEAN)

    def _call(self, node: Node) -> Typed:
        _, name, arguments = node
        if name in AGGREGATE_FUNCTIONS:
            raise ExpressionError(f"a column of a data set must be computed row by row; got the aggregation {name}")
        if name in NOT_ON_LAPTOP:
            raise NotImplementedOnLaptop(f"{name} of a calculated column")
        if name in WITH_PERIOD:
            return self._period_call(name, arguments)
        return FUNCTIONS[name](*(self.compile(argument) for argument in arguments))

    def _period_call(self, name: str, arguments: list[Node]) -> Typed:
        place = WITH_PERIOD[name]
        # Only the last argument of dateDiff may be left out; it is days then.
        period = arguments[place] if len(arguments) > place else ["value", "DD"]
        code = period[1] if period[0] == "value" else f"a {period[0]}"
        allowed = PERIODS.keys() | ({"WD"} if name == "extract" else set())
        if code not in allowed:
            raise ExpressionError(f"{name} must have one of the periods {', '.join(sorted(allowed))}; got {code!r}")
        rest = [self.compile(argument) for number, argument in enumerate(arguments) if number != place]
        return PERIOD_FUNCTIONS[name](str(code), rest)
