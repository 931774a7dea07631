"""The SQL of Athena for each function and operator of calculated columns, and its type. Pure.

Source: the pages of the functions in the QuickSight user guide, "Calculated field function and operator reference".
"""

from __future__ import annotations

from collections.abc import Callable

from laptop.emulator.quicksight.expressions import ExpressionError
from laptop.emulator.quicksight.typed_sql import (
    BOOLEAN,
    DATETIME,
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

# Codes of the documentation, and Trino's units.
PERIODS = {
    "YYYY": "year",
    "Q": "quarter",
    "MM": "month",
    "WK": "week",
    "DD": "day",
    "HH": "hour",
    "MI": "minute",
    "SS": "second",
    "MS": "millisecond",
}
NOT_ON_LAPTOP = frozenset({"addWorkDays", "isWorkDay", "netWorkDays", "parseJson"})


def _simple(pattern: str, kind: str) -> Callable[..., Typed]:
    """Return a function with the SQL `pattern`, in which {0}, {1} ... are its arguments."""
    return lambda *found: Typed(pattern.format(*(argument.sql for argument in found)), kind)


def _ifelse(*found: Typed) -> Typed:
    require_truths("ifelse", *found[:-1:2])
    results = [*found[1::2], found[-1]]
    kind = wider(*(result.type for result in results))
    branches = "".join(
        f" WHEN {test.sql} THEN {_as(result, kind)}" for test, result in zip(found[:-1:2], found[1::2], strict=True)
    )
    return Typed(f"(CASE{branches} ELSE {_as(found[-1], kind)} END)", kind)


def _switch(*found: Typed) -> Typed:
    subject, cases = found[0], found[1:]
    default = cases[-1] if len(cases) % 2 else Typed("NULL", None)
    pairs = list(zip(cases[0 : len(cases) // 2 * 2 : 2], cases[1::2], strict=True))
    kind = wider(default.type, *(result.type for _, result in pairs))
    branches = "".join(
        f" WHEN {comparable(subject, case)} = {comparable(case, subject)} THEN {_as(result, kind)}"
        for case, result in pairs
    )
    return Typed(f"(CASE{branches} ELSE {_as(default, kind)} END)", kind)


def _as(found: Typed, kind: str | None) -> str:
    return f"CAST({found.sql} AS double)" if kind == DECIMAL and found.type == INTEGER else found.sql


def _coalesce(*found: Typed) -> Typed:
    kind = wider(*(argument.type for argument in found))
    return Typed(f"coalesce({', '.join(_as(argument, kind) for argument in found)})", kind)


def _round(number: Typed, digits: Typed | None = None) -> Typed:
    return Typed(f"round(CAST({number.sql} AS double), {digits.sql if digits else 0})", DECIMAL)


def _same(pattern: str) -> Callable[..., Typed]:
    return lambda *found: Typed(pattern.format(*(argument.sql for argument in found)), found[0].type)


_MODES = _SENSITIVE, _INSENSITIVE = literal("CASE_SENSITIVE"), literal("CASE_INSENSITIVE")


def _search(pattern: str) -> Callable[..., Typed]:
    """Return a function that looks for a text, with the mode CASE_SENSITIVE or CASE_INSENSITIVE."""

    def find(text: Typed, part: Typed, mode: Typed = _SENSITIVE) -> Typed:
        if mode not in _MODES:
            modes = " or ".join(known.sql for known in _MODES)
            raise ExpressionError(f"the mode of a search must be {modes}; got {mode.sql}")
        if mode == _INSENSITIVE:
            return Typed(pattern.format(f"lower({text.sql})", f"lower({part.sql})"), BOOLEAN)
        return Typed(pattern.format(text.sql, part.sql), BOOLEAN)

    return find


def _locate(text: Typed, part: Typed, start: Typed | None = None) -> Typed:
    if start is None:
        return Typed(f"strpos({text.sql}, {part.sql})", INTEGER)
    rest = f"strpos(substr({text.sql}, {start.sql}), {part.sql})"
    return Typed(f"(CASE WHEN {rest} = 0 THEN 0 ELSE {rest} + {start.sql} - 1 END)", INTEGER)


def _format_date(moment: Typed, pattern: Typed | None = None, zone: Typed | None = None) -> Typed:
    if zone is not None:
        raise NotImplementedOnLaptop("formatDate with a time zone")
    return Typed(
        f"format_datetime({moment.sql}, {pattern.sql if pattern else literal('yyyy-MM-dd HH:mm:ss').sql})", STRING
    )


def _parse_date(text: Typed, pattern: Typed | None = None, zone: Typed | None = None) -> Typed:
    if zone is not None:
        raise NotImplementedOnLaptop("parseDate with a time zone")
    if text.type == DATETIME:
        return text
    if pattern is None:
        return Typed(f"TRY_CAST({text.sql} AS timestamp)", DATETIME)
    return Typed(f"TRY(CAST(parse_datetime({text.sql}, {pattern.sql}) AS timestamp))", DATETIME)


def _mod(number: Typed, modulus: Typed) -> Typed:
    require_numbers("mod", number, modulus)
    return Typed(f"mod({number.sql}, {modulus.sql})", wider(number.type, modulus.type))


def _concat(*found: Typed) -> Typed:
    return Typed(f"({' || '.join(as_text(argument) for argument in found)})", STRING)


def _decimal_to_int(number: Typed) -> Typed:
    # "decimalToInt converts a decimal value to the integer data type by stripping off the decimal point".
    return Typed(f"CAST(truncate(CAST({number.sql} AS double)) AS bigint)", INTEGER)


FUNCTIONS: dict[str, Callable[..., Typed]] = {
    "abs": _same("abs({0})"),
    "ceil": _simple("CAST(ceil({0}) AS bigint)", INTEGER),
    "coalesce": _coalesce,
    "concat": _concat,
    "contains": _search("(strpos({0}, {1}) > 0)"),
    "decimalToInt": _decimal_to_int,
    "decodeURL": _simple("url_decode({0})", STRING),
    "endsWith": _search("(substr({0}, greatest(length({0}) - length({1}) + 1, 1)) = {1})"),
    "epochDate": _simple("CAST(from_unixtime({0}) AS timestamp)", DATETIME),
    "exp": _simple("exp({0})", DECIMAL),
    "floor": _simple("CAST(floor({0}) AS bigint)", INTEGER),
    "formatDate": _format_date,
    "ifelse": _ifelse,
    "intToDecimal": _simple("CAST({0} AS double)", DECIMAL),
    "isNotNull": _simple("({0} IS NOT NULL)", BOOLEAN),
    "isNull": _simple("({0} IS NULL)", BOOLEAN),
    "left": _simple("substr({0}, 1, {1})", STRING),
    "ln": _simple("ln({0})", DECIMAL),
    "locate": _locate,
    "log": _simple("log10({0})", DECIMAL),
    "ltrim": _simple("ltrim({0})", STRING),
    "mod": _mod,
    "now": _simple("CAST(current_timestamp AS timestamp)", DATETIME),
    "nullIf": _same("nullif({0}, {1})"),
    "parseDate": _parse_date,
    "parseDecimal": _simple("TRY_CAST({0} AS double)", DECIMAL),
    "parseInt": _simple("TRY_CAST({0} AS bigint)", INTEGER),
    "replace": _simple("replace({0}, {1}, {2})", STRING),
    # A start before the first character gives nothing in Trino.
    "right": _simple("substr({0}, greatest(length({0}) - {1} + 1, 1))", STRING),
    "round": _round,
    "rtrim": _simple("rtrim({0})", STRING),
    "split": _simple("split_part({0}, {1}, {2})", STRING),
    "sqrt": _simple("sqrt({0})", DECIMAL),
    "startsWith": _search("(substr({0}, 1, length({1})) = {1})"),
    "strlen": _simple("length({0})", INTEGER),
    "substring": _simple("substr({0}, {1}, {2})", STRING),
    "switch": _switch,
    "toLower": _simple("lower({0})", STRING),
    "toString": lambda value: Typed(as_text(value), STRING),
    "toUpper": _simple("upper({0})", STRING),
    "trim": _simple("trim({0})", STRING),
}


def _date_diff(code: str, found: list[Typed]) -> Typed:
    # The guide does not say whether parts of a period count; here the borders of periods between the dates do.
    first, last = (_truncated(code, moment) for moment in found)
    return Typed(f"date_diff('{PERIODS[code]}', {first}, {last})", INTEGER)


def _truncated(code: str, found: Typed) -> str:
    if code == "WK":
        # "The week starts on Sunday in Amazon QuickSight", and on Monday in Trino.
        return f"date_add('day', -1, date_trunc('week', date_add('day', 1, {_moment(found)})))"
    return f"date_trunc('{PERIODS[code]}', {_moment(found)})"


def _moment(found: Typed) -> str:
    return f"CAST({found.sql} AS timestamp)" if found.type == STRING else found.sql


def _extract(code: str, found: list[Typed]) -> Typed:
    moment = _moment(found[0])
    if code == "WD":
        # Sunday is 1 in QuickSight, and Monday in Trino.
        return Typed(f"(day_of_week({moment}) % 7 + 1)", INTEGER)
    return Typed(f"{PERIODS[code]}({moment})", INTEGER)


WITH_PERIOD = {"addDateTime": 1, "dateDiff": 2, "extract": 0, "truncDate": 0}
PERIOD_FUNCTIONS: dict[str, Callable[[str, list[Typed]], Typed]] = {
    "addDateTime": lambda code, found: Typed(
        f"date_add('{PERIODS[code]}', {found[0].sql}, {_moment(found[1])})", DATETIME
    ),
    "dateDiff": _date_diff,
    "extract": _extract,
    "truncDate": lambda code, found: Typed(_truncated(code, found[0]), DATETIME),
}
