"""Pieces of SQL with the types of QuickSight: constants, and what fits together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laptop.emulator import sql
from laptop.emulator.quicksight.expressions import ExpressionError

STRING, INTEGER, DECIMAL, DATETIME, BOOLEAN = "STRING", "INTEGER", "DECIMAL", "DATETIME", "BOOLEAN"
NUMBERS = frozenset({INTEGER, DECIMAL})
SQL_TYPES = {STRING: "varchar", INTEGER: "bigint", DECIMAL: "double", DATETIME: "timestamp", BOOLEAN: "boolean"}


@dataclass(frozen=True)
class Typed:
    """A piece of SQL and its type; the type of NULL is None."""

    sql: str
    type: str | None


def literal(value: Any) -> Typed:
    """Return a constant as SQL."""
    if value is None:
        return Typed("NULL", None)
    if isinstance(value, bool):
        return Typed(str(value).lower(), BOOLEAN)
    if isinstance(value, int):
        return Typed(str(value), INTEGER)
    if isinstance(value, float):
        return Typed(f"CAST({value!r} AS double)", DECIMAL)
    return Typed(sql.literal(str(value)), STRING)


def require_numbers(operator: str, *operands: Typed) -> None:
    for operand in operands:
        if operand.type not in {*NUMBERS, None}:
            raise ExpressionError(f"{operator} must have numbers; got {operand.sql} of type {operand.type}")


def wider(*types: str | None) -> str | None:
    known = {kind for kind in types if kind}
    if len(known) > 1 and known <= NUMBERS:
        return DECIMAL
    if len(known) > 1:
        raise ExpressionError(f"values that meet must be of one type; got {' and '.join(sorted(known))}")
    return known.pop() if known else None


def require_truths(operator: str, *operands: Typed) -> None:
    for operand in operands:
        if operand.type not in {BOOLEAN, None}:
            raise ExpressionError(f"{operator} must have conditions; got {operand.sql} of type {operand.type}")


def comparable(operand: Typed, other: Typed) -> str:
    """Return an operand as SQL that can be compared with another one.

    A date may be compared with a text, as in `{day} > '2026-01-01'`; a condition is the number 1 or 0.

    Raises
    ------
    ExpressionError
        The two are of types that cannot be compared.
    """
    types = {operand.type, other.type}
    if operand.type == STRING and other.type == DATETIME:
        return f"CAST({operand.sql} AS timestamp)"
    if operand.type == BOOLEAN and other.type == INTEGER:
        return f"CAST({operand.sql} AS bigint)"
    if types not in ({STRING, DATETIME}, {BOOLEAN, INTEGER}):
        wider(*types)
    return operand.sql


def as_text(operand: Typed) -> str:
    return operand.sql if operand.type == STRING else f"CAST({operand.sql} AS varchar)"
