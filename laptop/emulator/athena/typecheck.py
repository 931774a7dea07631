"""Types of a query's expressions by Trino's rules, and the mismatches that Trino refuses and DuckDB would cast away.

https://trino.io/docs/current/language/types.html and .../functions/decimal.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import MappingSchema, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.optimizer.annotate_types import annotate_types

from laptop.emulator.athena.errors import QueryError, locate

_FAMILIES = {
    "text": {exp.DType.VARCHAR, exp.DType.CHAR, exp.DType.TEXT},
    "number": {
        exp.DType.TINYINT,
        exp.DType.SMALLINT,
        exp.DType.INT,
        exp.DType.BIGINT,
        exp.DType.FLOAT,
        exp.DType.DOUBLE,
        exp.DType.DECIMAL,
    },
    "moment": {exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ},
    "truth": {exp.DType.BOOLEAN},
}
_INTEGER_DIGITS = {exp.DType.TINYINT: 3, exp.DType.SMALLINT: 5, exp.DType.INT: 10, exp.DType.BIGINT: 19}
_TRINO_NAMES = {
    exp.DType.INT: "integer",
    exp.DType.FLOAT: "real",
    exp.DType.TEXT: "varchar",
    exp.DType.TIMESTAMPTZ: "timestamp(3) with time zone",
}
_SYMBOLS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_TEXT_FUNCTIONS = (
    exp.Lower
    | exp.Upper
    | exp.Trim
    | exp.Substring
    | exp.Split
    | exp.SplitPart
    | exp.StrPosition
    | exp.RegexpLike
    | exp.RegexpReplace
    | exp.RegexpExtract
    | exp.Replace
    | exp.StartsWith
)
_MOMENT_FUNCTIONS = (
    exp.Year
    | exp.Quarter
    | exp.Month
    | exp.WeekOfYear
    | exp.Day
    | exp.DayOfWeekIso
    | exp.DayOfYear
    | exp.Hour
    | exp.Minute
    | exp.Second
    | exp.DateTrunc
    | exp.TimestampTrunc
    | exp.DateAdd
    | exp.DateDiff
    | exp.TimeToStr
)
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


def annotate(tree: exp.Expr, schema: MappingSchema) -> exp.Expr:
    """Give each expression its type, decimals with precision and scale."""
    metadata = {**Dialect.get_or_raise("athena").EXPRESSION_METADATA}
    metadata[exp.Literal] = {"annotator": _literal}
    for kind in (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod):
        metadata[kind] = {"annotator": _arithmetic(metadata[kind])}
    metadata[exp.Avg] = {"annotator": _average}
    return annotate_types(tree, schema=schema, expression_metadata=metadata, dialect="athena")


def _literal(annotator: Any, node: exp.Literal) -> Any:
    text = node.this
    if node.is_string:
        return _typed(node, exp.DataType.build("varchar", dialect="athena"))
    if "e" in text.lower():
        return _typed(node, exp.DataType.build("double", dialect="athena"))
    if "." in text:
        whole, _, fraction = text.partition(".")
        digits = len(whole.lstrip("0")) + len(fraction)
        return _typed(node, _decimal(max(digits, 1), len(fraction)))
    return _typed(node, exp.DataType.build("int" if int(text) < 2**31 else "bigint", dialect="athena"))


def _typed(node: Any, kind: exp.DataType) -> Any:
    node.type = kind
    return node


def _decimal(precision: int, scale: int) -> exp.DataType:
    precision = min(precision, 38)
    return exp.DataType.build(f"decimal({precision},{min(scale, precision)})", dialect="athena")


def _digits(node: exp.Expr) -> tuple[int, int] | None:
    """Return precision and scale of a decimal or an integer; None for other types."""
    kind = node.type
    if kind is None:
        return None
    if kind.this in _INTEGER_DIGITS:
        return _INTEGER_DIGITS[kind.this], 0
    if kind.this is exp.DType.DECIMAL and len(kind.expressions) == 2:
        return int(kind.expressions[0].name), int(kind.expressions[1].name)
    return None


def _arithmetic(usual: Any) -> Callable[[Any, Any], Any]:
    def annotate_node(annotator: Any, node: Any) -> Any:
        usual["annotator"](annotator, node) if "annotator" in usual else annotator._annotate_binary(node)
        left, right = _digits(node.left), _digits(node.right)
        has_decimal = any(side.type and side.type.this is exp.DType.DECIMAL for side in (node.left, node.right))
        if left and right and has_decimal:
            node.type = _decimal(*_result(type(node), left, right))
        return node

    return annotate_node


def _result(kind: type, left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    (p1, s1), (p2, s2) = left, right
    if kind is exp.Mul:
        return p1 + p2, s1 + s2
    if kind is exp.Div:
        return p1 + s2 + max(0, s2 - s1), max(s1, s2)
    scale = max(s1, s2)
    if kind is exp.Mod:
        return min(p1 - s1, p2 - s2) + scale, scale
    return max(p1 - s1, p2 - s2) + scale + 1, scale


def _average(annotator: Any, node: Any) -> Any:
    digits = _digits(node.this)
    is_decimal = node.this.type is not None and node.this.type.this is exp.DType.DECIMAL
    double = exp.DataType.build("double", dialect="athena")
    return _typed(node, _decimal(*digits) if digits and is_decimal else double)


def check_types(tree: exp.Expr, sql: str) -> None:  # noqa: PLR0912 (one for each kind of node)
    """Refuse comparisons and arithmetic between types that Trino does not convert by itself.

    Only operands whose types are certain count: columns, literals, casts, and arithmetic over them.

    Raises
    ------
    QueryError
        `TYPE_MISMATCH`, with the position of the first operand.
    """
    for node in tree.walk():
        if type(node) in _SYMBOLS:
            _require_same(node, _SYMBOLS[type(node)], node.args["this"], node.args["expression"], sql)
        elif type(node) in _ARITHMETIC:
            _require_numbers(node, _ARITHMETIC[type(node)], sql)
        elif isinstance(node, exp.Between):
            for bound in (node.args["low"], node.args["high"]):
                _require_same(node, "BETWEEN", node.this, bound, sql)
        elif isinstance(node, exp.In):
            for item in node.expressions:
                _require_same(node, "IN", node.this, item, sql)
        elif isinstance(node, exp.DPipe | exp.Concat):
            _require_text(node, sql)
        elif isinstance(node, exp.Like) and _family(node.this) not in {None, "text"}:
            message = f"Left side of LIKE expression must evaluate to a varchar (actual: {_name(node.this)})"
            raise QueryError("TYPE_MISMATCH", message, _place(node.this, sql))
        elif isinstance(node, exp.Sum | exp.Avg) and _family(node.this) in {"text", "truth", "moment"}:
            name = node.key
            message = f"Unexpected parameters ({_name(node.this)}) for function {name}"
            raise QueryError("FUNCTION_NOT_FOUND", message, _place(node.this, sql))
        elif isinstance(node, exp.Where | exp.Having) and _family(node.this) not in {None, "truth"}:
            message = f"{node.key.upper()} clause must evaluate to a boolean: actual type {_name(node.this)}"
            raise QueryError("TYPE_MISMATCH", message, _place(node.this, sql))
        elif isinstance(node, _TEXT_FUNCTIONS | _MOMENT_FUNCTIONS):
            _require_argument(node, sql)
        elif isinstance(node, exp.Coalesce):
            _require_one_family(node, sql)


def _require_same(node: exp.Expr, symbol: str, left: exp.Expr, right: exp.Expr, sql: str) -> None:
    families = _family(left), _family(right)
    if None in families or families[0] == families[1]:
        return
    if symbol in {"BETWEEN", "IN"}:
        message = f"Cannot check if {_name(left)} is {symbol} {_name(right)}"
        if symbol == "IN":
            message = f"IN value and list items must be the same type or coercible to a common type: {_name(left)}"
    else:
        message = f"Cannot apply operator: {_name(left)} {symbol} {_name(right)}"
    raise QueryError("TYPE_MISMATCH", message, _place(left, sql))


def _require_numbers(node: exp.Expr, symbol: str, sql: str) -> None:
    left, right = node.args["this"], node.args["expression"]
    for side, other in ((left, right), (right, left)):
        adds_number = _family(side) == "moment" and _family(other) == "number"
        if adds_number or (_family(side) in {"text", "truth"} and not isinstance(other, exp.Null)):
            message = f"Cannot apply operator: {_name(left)} {symbol} {_name(right)}"
            raise QueryError("TYPE_MISMATCH", message, _place(left, sql))


def _require_argument(node: exp.Expr, sql: str) -> None:
    """Refuse a number where a function takes text, and text where it takes a moment."""
    allowed = "text" if isinstance(node, _TEXT_FUNCTIONS) else "moment"
    subjects = [node.this, node.args["expression"]] if isinstance(node, exp.DateDiff) else [node.this]
    for subject in subjects:
        if _family(subject) not in {None, allowed}:
            name = node.key
            raise QueryError(
                "FUNCTION_NOT_FOUND",
                f"Unexpected parameters ({_name(subject)}) for function {name}",
                _place(subject, sql),
            )


def _require_text(node: exp.Expr, sql: str) -> None:
    parts = node.expressions or [node.args["this"], node.args["expression"]]
    for part in parts:
        if _family(part) in {"number", "moment", "truth"}:
            message = f"Unexpected parameters ({', '.join(_name(each) for each in parts)}) for function concat"
            raise QueryError("FUNCTION_NOT_FOUND", message, _place(part, sql))


def _require_one_family(node: exp.Coalesce, sql: str) -> None:
    families = {_family(part) for part in (node.this, *node.expressions)} - {None}
    if len(families) > 1:
        message = "All COALESCE operands must be the same type or coercible to a common type"
        raise QueryError("TYPE_MISMATCH", message, _place(node.this, sql))


def _family(node: exp.Expr) -> str | None:
    """Return the family of a type that is certain."""
    node = node.unnest()
    certain = isinstance(node, exp.Column | exp.Literal | exp.Cast | exp.Boolean | exp.CurrentDate | exp.Count)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Mod):
        certain = _family(node.left) is not None and _family(node.right) is not None
    if not certain or node.type is None:
        return None
    return next((name for name, kinds in _FAMILIES.items() if node.type.this in kinds), None)


def _name(node: exp.Expr) -> str:
    node = node.unnest()
    if isinstance(node, exp.Literal) and node.is_string:
        return f"varchar({len(node.this)})"
    kind = node.type
    if kind is None:
        return "unknown"
    if kind.this is exp.DType.TIMESTAMP:
        return f"timestamp({kind.expressions[0].name if kind.expressions else 3})"
    arguments = f"({','.join(part.name for part in kind.expressions)})" if kind.expressions else ""
    return f"{_TRINO_NAMES.get(kind.this, kind.this.value.lower())}{arguments}"


def _place(node: exp.Expr, sql: str) -> tuple[int, int]:
    node = node.unnest()
    if isinstance(node, exp.Cast):
        node = node.this
    word = node.name if isinstance(node, exp.Column | exp.Literal) else ""
    return locate(sql, word) if word else (1, 1)
