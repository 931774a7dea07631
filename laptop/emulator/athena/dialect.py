"""Rewrites a typed query of Athena into DuckDB's dialect, where sqlglot alone gives another meaning.

Each rule has a statement in the tests, with its value from Trino's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp
from sqlglot.expressions.builders import apply_index_offset

from laptop.emulator.athena import macros
from laptop.emulator.athena.errors import NotSupportedOnLaptopError
from laptop.emulator.athena.unnest import rewrite_unnest

Rule = Callable[[exp.Expr], exp.Expr]
_INTEGERS = {exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT}
_FLOATS = {exp.DType.DOUBLE, exp.DType.FLOAT}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_TIMESTAMP_3 = "%Y-%m-%d %H:%M:%S.%g"
# Joda and Java patterns, as format_datetime and parse_datetime take them, longest first.
_JODA = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "yy": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%g",
    "EEEE": "%A",
    "EEE": "%a",
    "E": "%a",
    "DDD": "%j",
    "a": "%p",
    "e": "%u",
    "ww": "%V",
    "xxxx": "%G",
}
_JODA_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|.", re.DOTALL)


def to_duckdb(tree: exp.Expr) -> str:
    """Return the SQL that DuckDB runs; changes the tree."""
    for node in list(tree.walk(bfs=False)):
        if isinstance(node, exp.Try):
            _quiet(node)
    tree = tree.transform(_rewrite, copy=False)
    rewrite_unnest(tree)
    return tree.sql(dialect="duckdb", identify=True)


def is_kind(node: exp.Expr | None, kinds: set[exp.DType]) -> bool:
    kind = node.type if node is not None else None
    return kind is not None and kind.this in kinds


def call(name: str, *arguments: exp.Expr | None) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[argument for argument in arguments if argument is not None])


def _rewrite(node: exp.Expr) -> exp.Expr:
    rule = _RULES.get(type(node))
    if rule is None:
        return node
    rewritten = rule(node)
    if rewritten is not node and rewritten.type is None:
        rewritten.type = node.type
    return rewritten


def _quiet(node: exp.Expr) -> None:
    """DuckDB's TRY refuses a cast from text that we guard; TRY_CAST gives the same null."""
    for cast in list(node.find_all(exp.Cast)):
        if type(cast) is exp.Cast and cast.parent is node:
            cast.replace(exp.TryCast(this=cast.this, to=cast.args["to"]))


def _divide(node: exp.Expr) -> exp.Expr:
    left, right = node.args["this"], node.args["expression"]
    if is_kind(left, _FLOATS) or is_kind(right, _FLOATS):
        # Doubles divide by zero to Infinity or NaN; only the function form of DuckDB's operator does.
        return call('"/"', left, right)
    if is_kind(node, {exp.DType.DECIMAL}) and node.type is not None and node.type.expressions:
        return exp.cast(exp.Round(this=call('"/"', left, right), decimals=_scale(node)), node.type.copy())
    return node


def _scale(node: exp.Expr) -> exp.Expr:
    assert node.type is not None
    return exp.Literal.number(int(node.type.expressions[1].name))


def _average(node: exp.Expr) -> exp.Expr:
    """Keep the average of decimals a decimal of the same scale, with FILTER and OVER around it."""
    inner = node
    while isinstance(inner, exp.Window | exp.Filter):
        inner = inner.this
    outermost = isinstance(inner, exp.Avg) and not isinstance(node.parent, exp.Window | exp.Filter)
    kind = inner.type
    if not outermost or kind is None or kind.this is not exp.DType.DECIMAL or not kind.expressions:
        return node
    return exp.cast(exp.Round(this=node.copy(), decimals=_scale(inner)), kind.copy())


def _extract(node: exp.Expr) -> exp.Expr:
    """Count the days of the week from Monday, 1, to Sunday, 7."""
    if node.this.name.upper() in {"DOW", "DAY_OF_WEEK", "DAYOFWEEK"}:
        node.set("this", exp.var("ISODOW"))
    return node


def _keep_date(node: exp.Expr) -> exp.Expr:
    """Keep a date plus an interval, and a truncated date, a date."""
    subject = node.args["this"]
    if isinstance(node, exp.Add | exp.Sub):
        other = node.args["expression"]
        if isinstance(subject, exp.Interval) and isinstance(node, exp.Add):
            subject, other = other, subject
        if not isinstance(other, exp.Interval):
            both_dates = is_kind(subject, {exp.DType.DATE}) and is_kind(other, {exp.DType.DATE})
            if isinstance(node, exp.Sub) and both_dates:
                # The difference of dates is an interval; DuckDB's is a number of days.
                node.set("this", exp.cast(subject, exp.DataType.build("timestamp")))
            return node
    if is_kind(subject, {exp.DType.DATE}) and not isinstance(node.parent, exp.Cast):
        return exp.cast(node.copy(), exp.DataType.build("date"))
    return node


def _date_add(node: exp.Expr) -> exp.Expr:
    unit = node.args["unit"].name.upper()
    count = node.args["expression"]
    if unit in {"MILLISECOND"}:
        step: exp.Expr = call("to_milliseconds", count)
    else:
        count = exp.Paren(this=count.copy())
        interval = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MONTH" if unit == "QUARTER" else unit))
        if unit == "QUARTER":
            count = exp.Mul(this=count, expression=exp.Literal.number(3))
        step = exp.Paren(this=exp.Mul(this=interval, expression=exp.Paren(this=count)))
    moved = exp.Paren(this=exp.Add(this=node.this, expression=step))
    return exp.cast(moved, exp.DataType.build("date")) if is_kind(node.this, {exp.DType.DATE}) else moved


def _date_diff(node: exp.Expr) -> exp.Expr:
    """Complete units, not boundaries."""
    unit = node.args["unit"].name.lower()
    start, end = node.args["expression"], node.args["this"]
    if unit in _MONTHS_IN:
        months = call("trino_whole_months", start, end)
        divisor = exp.Literal.number(_MONTHS_IN[unit])
        return exp.Paren(this=exp.IntDiv(this=months, expression=divisor))
    return call("DATE_SUB", exp.Literal.string(unit), start, end)


def _regexp_replace(node: exp.Expr) -> exp.Expr:
    replacement = node.args.get("replacement")
    if replacement is None:
        node.set("replacement", exp.Literal.string(""))
    elif isinstance(replacement, exp.Lambda):
        raise NotSupportedOnLaptopError("regexp_replace with a function")
    elif isinstance(replacement, exp.Literal):
        node.set("replacement", exp.Literal.string(re.sub(r"\$(\d)", r"\\\1", replacement.this)))
    return node


def _regexp_extract(node: exp.Expr) -> exp.Expr:
    return call("trino_regexp_extract", node.this, node.args["expression"], node.args.get("group"))


def _substring(node: exp.Expr) -> exp.Expr:
    length = node.args.get("length")
    return call("trino_substr3" if length else "trino_substr", node.this, node.args["start"], length)


def _split_part(node: exp.Expr) -> exp.Expr:
    return call("trino_split_part", node.this, node.args["delimiter"], node.args["part_index"])


def _bracket(node: exp.Expr) -> exp.Expr:
    """`a[i]` fails out of range; `element_at(a, i)` gives null."""
    if node.args.get("safe") or len(node.expressions) != 1:
        return node
    kinds = {
        exp.DType.ARRAY: "trino_subscript",
        exp.DType.LIST: "trino_subscript",
        exp.DType.MAP: "trino_map_subscript",
    }
    name = kinds.get(node.this.type.this) if node.this.type else None
    if name is None:
        return node
    # The parser counts from 0.
    (index,) = apply_index_offset(node.this, node.expressions, 1, dialect="duckdb")
    return call(name, node.this, index)


def _round(node: exp.Expr) -> exp.Expr:
    """Keep the scale of a decimal that is rounded to some digits; rounded to a whole, it has none."""
    kind = node.this.type
    if kind is None or kind.this is not exp.DType.DECIMAL or len(kind.expressions) != 2:
        return node
    precision, scale = (int(part.name) for part in kind.expressions)
    digits = f"{min(precision + 1, 38)},{scale}" if node.args.get("decimals") else f"{precision - scale + 1},0"
    return exp.cast(node.copy(), exp.DataType.build(f"decimal({digits})"))


def _sequence(node: exp.Expr) -> exp.Expr:
    if is_kind(node.args["start"], {exp.DType.DATE}):
        return exp.cast(node.copy(), exp.DataType.build("array<date>"))
    return node


def _at_time_zone(node: exp.Expr) -> exp.Expr:
    """Take a timestamp without a zone as UTC, the session's; DuckDB would take it as local to the given zone."""
    node.set("this", exp.cast(node.this, exp.DataType.build("timestamptz")))
    return node


def _concat(node: exp.Expr) -> exp.Expr:
    """Null in, null out."""
    chain = node.expressions[0]
    for part in node.expressions[1:]:
        chain = exp.DPipe(this=chain, expression=part)
    return exp.Paren(this=chain)


def _cast(node: exp.Expr) -> exp.Expr:
    source, target = node.this, node.args["to"]
    if target.this in _INTEGERS:
        if is_kind(source, {exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.CHAR}):
            node.set("this", call("trino_int_text", source))
        elif is_kind(source, _FLOATS):
            # Half away from zero; DuckDB's own cast rounds half to even.
            node.set("this", exp.Round(this=source))
    if target.this is exp.DType.DECIMAL and not target.expressions:
        node.set("to", exp.DataType.build("decimal(38,0)"))
    if target.this in {exp.DType.VARCHAR, exp.DType.TEXT}:
        return _cast_to_text(node, source, target)
    return node


def _cast_to_text(node: exp.Expr, source: exp.Expr, target: exp.Expr) -> exp.Expr:
    text: exp.Expr = node
    if is_kind(source, {exp.DType.TIMESTAMP}) and source.type is not None:
        digits = source.type.expressions[0].name if source.type.expressions else "3"
        if digits != "0":
            text = call("strftime", source, exp.Literal.string(_TIMESTAMP_3))
    if target.expressions:
        text = call("substr", text.copy() if text is node else text, exp.Literal.number(1), target.expressions[0].this)
    return text


def _reduce(node: exp.Expr) -> exp.Expr:
    merge, finish = node.args["merge"], node.args.get("finish")
    folded = call("list_reduce", node.this, merge, node.args["initial"])
    if finish is None:
        return folded
    name = finish.expressions[0].name

    def substitute(part: exp.Expr) -> exp.Expr:
        is_parameter = isinstance(part, exp.Column | exp.Identifier) and part.name == name
        return folded.copy() if is_parameter else part

    return exp.Paren(this=finish.this.copy().transform(substitute))


def _anonymous(node: exp.Expr) -> exp.Expr:  # noqa: PLR0911 (one for each function)
    name, arguments = node.name.lower(), node.expressions
    if name in macros.BY_NAME:
        return call(f"trino_{name}", *arguments)
    if name in macros.RENAMED:
        return call(macros.RENAMED[name], *arguments)
    if name in {"any_match", "all_match", "none_match"}:
        matches = call("list_transform", *arguments)
        if name == "none_match":
            return exp.Not(this=call("trino_any_match", matches))
        return call(f"trino_{name}", matches)
    if name == "zip_with":
        return _zip_with(node)
    if name == "at_timezone":
        return _at_time_zone(exp.AtTimeZone(this=arguments[0], zone=arguments[1]))
    if name == "format_datetime":
        return call("strftime", arguments[0], _joda(arguments[1]))
    return node


def _zip_with(node: exp.Expr) -> exp.Expr:
    left, right, function = node.expressions
    places = {parameter.name: index + 1 for index, parameter in enumerate(function.expressions)}

    def substitute(part: exp.Expr) -> exp.Expr:
        if isinstance(part, exp.Column | exp.Identifier) and part.name in places:
            return call("struct_extract", exp.column("pair_"), exp.Literal.number(places[part.name]))
        return part

    body = function.this.copy().transform(substitute)
    pairs = call("list_zip", left, right)
    return call("list_transform", pairs, exp.Lambda(this=body, expressions=[exp.to_identifier("pair_")]))


def _parse_datetime(node: exp.Expr) -> exp.Expr:
    parsed = call("strptime", node.this, _joda(node.args["format"]))
    return exp.cast(parsed, exp.DataType.build("timestamptz"))


def _joda(pattern: exp.Expr) -> exp.Expr:
    if not isinstance(pattern, exp.Literal):
        raise NotSupportedOnLaptopError("A date format that is not a literal")

    def translate(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1].replace("%", "%%") or "'"
        if match[2] is None:
            return match[0].replace("%", "%%")
        if match[0] not in _JODA:
            raise NotSupportedOnLaptopError(f"The date format {pattern.this!r}")
        return _JODA[match[0]]

    return exp.Literal.string(_JODA_TOKEN.sub(translate, pattern.this))


def _macro(name: str, *arguments: str) -> Rule:
    def rule(node: exp.Expr) -> exp.Expr:
        return call(name, *(node.args.get(argument) for argument in arguments))

    return rule


def _row_names(node: exp.Expr) -> exp.Expr:
    """Make a row without field names a tuple, which DuckDB casts by position."""
    if all(not isinstance(part, exp.PropertyEQ | exp.Alias) for part in node.expressions):
        return call("row", *node.expressions)
    return node


def _to_json(node: exp.Expr) -> exp.Expr:
    return exp.cast(node.this, exp.DataType.build("varchar"))


_RULES: dict[type[exp.Expr], Rule] = {
    exp.Add: _keep_date,
    exp.Sub: _keep_date,
    exp.Anonymous: _anonymous,
    exp.ArrayContains: _macro("trino_contains", "this", "expression"),
    exp.ArrayDistinct: _macro("trino_array_distinct", "this"),
    exp.ArrayPosition: _macro("trino_array_position", "this", "expression"),
    exp.ArraySlice: _macro("trino_slice", "this", "start", "end"),
    exp.ArraySort: _macro("trino_array_sort", "this"),
    exp.ArraySize: _macro("cardinality", "this"),
    exp.AtTimeZone: _at_time_zone,
    exp.Avg: _average,
    exp.Bracket: _bracket,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Concat: _concat,
    exp.DateAdd: _date_add,
    exp.DateDiff: _date_diff,
    exp.DateTrunc: _keep_date,
    exp.Div: _divide,
    exp.Extract: _extract,
    exp.Filter: _average,
    exp.GenerateSeries: _sequence,
    exp.JSONExtractScalar: _macro("trino_json_scalar", "this", "expression"),
    exp.JSONFormat: _to_json,
    exp.Log: _macro("trino_log", "this", "expression"),
    exp.ParseDatetime: _parse_datetime,
    exp.Reduce: _reduce,
    exp.RegexpExtract: _regexp_extract,
    exp.RegexpReplace: _regexp_replace,
    exp.Round: _round,
    exp.SplitPart: _split_part,
    exp.Struct: _row_names,
    exp.Substring: _substring,
    exp.TimestampTrunc: _keep_date,
    exp.Window: _average,
    exp.WidthBucket: _macro("trino_width_bucket", "this", "min_value", "max_value", "num_buckets"),
}
