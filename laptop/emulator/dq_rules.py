"""Evaluating DQDL rules by SQL.

| rule | metric | source (DQDL reference) |
|---|---|---|
| RowCount, ColumnCount | the number | "RowCount", "ColumnCount" |
| ColumnExists | 1 if the table has it | "ColumnExists" |
| IsComplete, Completeness | share of rows that are not null | "Completeness" |
| IsUnique, Uniqueness | share of rows with a value that occurs once | "Uniqueness" |
| UniqueValueRatio, DistinctValuesCount | as named, nulls left out | same pages |
| IsPrimaryKey | unique and complete over all its columns | "IsPrimaryKey" |
| ColumnValues | share of rows that satisfy it; null fails all but `!=` and `not in` | "ColumnValues", "Null behavior" |
| ColumnLength, ColumnDataType | share of rows that satisfy it; null fails | same pages |
| Mean, Sum, StandardDeviation | as named | same pages |
| CustomSql | a number, or rows without `with threshold` break the rule; the table is `primary` | "CustomSql" |
| where | only rows that satisfy it count | "Filters" |
| with threshold | the share must satisfy it; without, all rows must | "with threshold" |

Text that is compared with a number is cast; what does not cast fails the rule. `matches` finds a part of the value.
"""

# The statements read a table with the rights of the emulator's own Athena; who writes a ruleset may write SQL anyway.
# ruff: noqa: S608

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from laptop.emulator.dqdl import Condition, DqdlError, Rule, Value
from laptop.emulator.sql import literal, quoted

# An expression that gives one number, and what it is computed from.
Question = tuple[str, str]

_TYPES = {
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "integer": "integer",
    "long": "bigint",
    "float": "real",
    "double": "double",
}


@dataclass(frozen=True)
class Outcome:
    """Result of a rule: PASS, FAIL or ERROR, a message, and its metrics."""

    result: str
    message: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The table under test: its quoted name, its columns with their types, and the answers to questions about it."""

    name: str
    columns: Mapping[str, str]
    number: Callable[[str, str], float]


def evaluate_all(
    rules: Sequence[Rule], name: str, columns: Mapping[str, str], ask: Callable[[str], Sequence[float]]
) -> list[Outcome]:
    """Evaluate rules with as few passes over the data as possible.

    Parameters
    ----------
    rules
        What to evaluate.
    name, columns
        The table, quoted, and its columns in lower case with their types.
    ask
        Runs a statement that gives one row of numbers.
    """
    questions: list[Question] = []

    def note(expression: str, source: str) -> float:
        questions.append((expression, source))
        return 1.0

    for rule in rules:
        evaluate(rule, Table(name, columns, note))
    answers: dict[Question, float] = {}
    for source in dict.fromkeys(source for _, source in questions):
        expressions = list(dict.fromkeys(asked for asked, of in questions if of == source))
        numbers = ask(f"SELECT {', '.join(expressions)} FROM {source}")
        answers.update(zip(((asked, source) for asked in expressions), numbers, strict=True))
    return [evaluate(rule, Table(name, columns, lambda asked, of: answers[asked, of])) for rule in rules]


def evaluate(rule: Rule, table: Table) -> Outcome:
    """Evaluate a rule.

    Raises
    ------
    DqdlError
        The rule is not one of those above.
    """
    if rule.parts:
        return _composite(rule, table)
    evaluator = _EVALUATORS.get(rule.kind)
    if evaluator is None:
        raise DqdlError(f"the DQDL rule type {rule.kind} is not implemented on the laptop: {rule.text}")
    missing = [name for name in rule.names if name.lower() not in table.columns]
    if missing and rule.kind not in {"ColumnExists", "CustomSql"}:
        return Outcome("FAIL", f"Column {missing[0]} does not exist")
    return evaluator(rule, table)


def _composite(rule: Rule, table: Table) -> Outcome:
    outcomes = [evaluate(part, table) for part in rule.parts]
    passed = [outcome.result == "PASS" for outcome in outcomes]
    metrics = {name: value for outcome in outcomes for name, value in outcome.metrics.items()}
    if all(passed) if rule.kind == "and" else any(passed):
        return Outcome("PASS", "", metrics)
    return Outcome("FAIL", "; ".join(outcome.message for outcome in outcomes if outcome.message), metrics)


def _judge(rule: Rule, metric: str, value: float, condition: Condition | None) -> Outcome:
    if condition is None:
        raise DqdlError(f"the rule must have a condition: {rule.text}")
    if condition.holds(value):
        return Outcome("PASS", "", {metric: value})
    return Outcome("FAIL", f"Value: {value:g} does not meet the constraint requirement!", {metric: value})


_ALL = Condition("=", (Value("number", "1"),))


def _rows(rule: Rule, table: Table) -> str:
    return f"{table.name} WHERE {_filter(rule)}" if rule.where else table.name


def _filter(rule: Rule) -> str:
    return f"({rule.where})"


def _where(rule: Rule, condition: str) -> str:
    return f"{condition} AND {_filter(rule)}" if rule.where else condition


def _share(rule: Rule, table: Table, condition: str) -> float:
    # Of no rows, all satisfy the condition.
    counted = f"coalesce(cast(count_if({condition}) as double) / nullif(count(*), 0), 1)"
    return table.number(counted, _rows(rule, table))


def _row_count(rule: Rule, table: Table) -> Outcome:
    value = table.number("count(*)", _rows(rule, table))
    return _judge(rule, "Dataset.*.RowCount", value, rule.condition)


def _column_count(rule: Rule, table: Table) -> Outcome:
    return _judge(rule, "Dataset.*.ColumnCount", len(table.columns), rule.condition)


def _column_exists(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    if name.lower() in table.columns:
        return Outcome("PASS")
    return Outcome("FAIL", f"Column {name} does not exist")


def _completeness(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    share = _share(rule, table, f"{quoted(name)} IS NOT NULL")
    return _judge(rule, f"Column.{name}.Completeness", share, _ALL if rule.kind == "IsComplete" else rule.condition)


def _uniqueness(rule: Rule, table: Table) -> Outcome:
    columns = ", ".join(map(quoted, rule.names))
    present = _where(rule, " AND ".join(f"{quoted(name)} IS NOT NULL" for name in rule.names))
    once = f"SELECT {columns} FROM {table.name} WHERE {present} GROUP BY {columns} HAVING count(*) = 1"
    rows = (
        f"SELECT count(*) AS n FROM {_rows(rule, table)}"
        if rule.kind == "IsPrimaryKey"
        else (f"SELECT count(*) AS n FROM {table.name} WHERE {present}")
    )
    ratio = "coalesce(cast(max(u.n) as double) / nullif(max(t.n), 0), 1)"
    value = table.number(ratio, f"(SELECT count(*) AS n FROM ({once})) u CROSS JOIN ({rows}) t")
    condition = rule.condition if rule.kind == "Uniqueness" else _ALL
    return _judge(rule, f"Column.{','.join(rule.names)}.Uniqueness", value, condition)


def _distinct(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    column = quoted(name)
    if rule.kind == "UniqueValueRatio":
        present = f"SELECT {column} FROM {table.name} WHERE {_where(rule, f'{column} IS NOT NULL')}"
        ratio = "coalesce(cast(count_if(c = 1) as double) / nullif(count(*), 0), 1)"
        value = table.number(ratio, f"(SELECT count(*) AS c FROM ({present}) GROUP BY {column})")
    else:
        value = table.number(f"count(DISTINCT {column})", _rows(rule, table))
    return _judge(rule, f"Column.{name}.{rule.kind}", value, rule.condition)


def _statistic(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    function = {"Mean": "avg", "Sum": "sum", "StandardDeviation": "stddev_pop"}[rule.kind]
    value = table.number(f"{function}({as_number(name)})", _rows(rule, table))
    return _judge(rule, f"Column.{name}.{rule.kind}", value, rule.condition)


def _shared(rule: Rule, table: Table, condition: str, metric: str) -> Outcome:
    return _judge(rule, metric, _share(rule, table, condition), rule.threshold or _ALL)


def _column_values(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    if rule.condition is None:
        raise DqdlError(f"the rule must have a condition: {rule.text}")
    condition = value_condition(name, rule.condition)
    return _shared(rule, table, condition, f"Column.{name}.ColumnValues.Compliance")


def _column_length(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    if rule.condition is None:
        raise DqdlError(f"the rule must have a condition: {rule.text}")
    length = f"length(cast({quoted(name)} as varchar))"
    return _shared(rule, table, _false_if_null(_compare(length, rule.condition)), f"Column.{name}.Length.Compliance")


def _column_data_type(rule: Rule, table: Table) -> Outcome:
    (name,) = rule.names
    asked = rule.condition.values[0].text.lower() if rule.condition and rule.condition.operator == "=" else ""
    decimal = re.fullmatch(r"decimal\((\d+), ?(\d+)\)", asked)
    kind = _TYPES.get(asked) or (f"decimal({decimal[1]},{decimal[2]})" if decimal else None)
    if kind is None:
        raise DqdlError(f"ColumnDataType must be = one of {sorted(_TYPES)} or decimal(p,s); got {rule.text}")
    condition = f"try_cast(cast({quoted(name)} as varchar) as {kind}) IS NOT NULL"
    return _shared(rule, table, condition, f"Column.{name}.ColumnDataType.Compliance")


def _custom_sql(rule: Rule, table: Table) -> Outcome:
    (statement,) = rule.names
    statement = re.sub(r"\bprimary\b", table.name, statement)
    if rule.condition is None:
        # Rows that the statement returns are those that satisfy the rule.
        good = f"(SELECT count(*) AS n FROM ({statement})) g CROSS JOIN (SELECT count(*) AS n FROM {table.name}) t"
        share = table.number("coalesce(cast(max(g.n) as double) / nullif(max(t.n), 0), 1)", good)
        return _judge(rule, "Dataset.*.CustomSQL.Compliance", share, rule.threshold or _ALL)
    return _judge(rule, "Dataset.*.CustomSQL", table.number("max(v)", f"({statement}) AS asked(v)"), rule.condition)


def value_condition(name: str, condition: Condition) -> str:
    """Return SQL that is true for the values that satisfy a condition, and never null."""
    negative = condition.operator in {"!=", "not in"}
    keywords = [value.text for value in condition.values if value.kind == "keyword"]
    others = tuple(value for value in condition.values if value.kind != "keyword")
    if condition.operator in {"=", "!=", "in", "not in"}:
        choices = [_keyword(name, keyword) for keyword in keywords]
        if others:
            choices.append(_false_if_null(_one_of(name, others)))
        matched = f"({' OR '.join(choices)})"
        return f"NOT {matched}" if negative else matched
    if "matches" in condition.operator:
        pattern = literal(condition.values[0].text)
        found = _false_if_null(f"regexp_like(cast({quoted(name)} as varchar), {pattern})")
        return f"NOT {found}" if condition.operator.startswith("not") else found
    return _false_if_null(_compare(_cast(name, condition.values[0]), condition))


def _keyword(name: str, keyword: str) -> str:
    text = f"cast({quoted(name)} as varchar)"
    return {
        "NULL": f"{quoted(name)} IS NULL",
        "EMPTY": _false_if_null(f"{text} = ''"),
        "WHITESPACES_ONLY": _false_if_null(f"(length({text}) > 0 AND trim({text}) = '')"),
    }[keyword]


def _one_of(name: str, values: tuple[Value, ...]) -> str:
    return f"{_cast(name, values[0])} IN ({', '.join(_sql(value) for value in values)})"


def _compare(left: str, condition: Condition) -> str:
    values = [_sql(value) for value in condition.values]
    if condition.operator.endswith("between"):
        inside = f"({left} > {values[0]} AND {left} < {values[1]})"
        return f"NOT {inside}" if condition.operator.startswith("not") else inside
    operator = {"!=": "<>"}.get(condition.operator, condition.operator)
    if operator in {"in", "not in"}:
        return f"{left} {operator.upper()} ({', '.join(values)})"
    return f"{left} {operator} {values[0]}"


def _cast(name: str, value: Value) -> str:
    if value.kind == "number":
        return as_number(name)
    if value.kind == "now":
        return f"try_cast(cast({quoted(name)} as varchar) as timestamp)"
    return f"cast({quoted(name)} as varchar)"


def _sql(value: Value) -> str:
    if value.kind == "number":
        return value.text
    if value.kind == "now":
        return f"(cast(now() as timestamp) + interval '{round(float(value.text))}' second)"
    return literal(value.text)


def as_number(name: str) -> str:
    return f"try_cast(cast({quoted(name)} as varchar) as double)"


def _false_if_null(condition: str) -> str:
    return f"coalesce({condition}, false)"


_EVALUATORS: dict[str, Callable[[Rule, Table], Outcome]] = {
    "RowCount": _row_count,
    "ColumnCount": _column_count,
    "ColumnExists": _column_exists,
    "IsComplete": _completeness,
    "Completeness": _completeness,
    "IsUnique": _uniqueness,
    "Uniqueness": _uniqueness,
    "IsPrimaryKey": _uniqueness,
    "UniqueValueRatio": _distinct,
    "DistinctValuesCount": _distinct,
    "Mean": _statistic,
    "Sum": _statistic,
    "StandardDeviation": _statistic,
    "ColumnValues": _column_values,
    "ColumnLength": _column_length,
    "ColumnDataType": _column_data_type,
    "CustomSql": _custom_sql,
}
