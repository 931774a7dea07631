"""What a query says about one table: the columns it uses and the conditions that its rows must meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp
from sqlglot.optimizer.pushdown_predicates import pushdown_predicates
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.scope import Scope, traverse_scope

from laptop.emulator.athena.scan import Condition

_OPERATORS: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
PREFIX = "lake_scan_"


@dataclass
class Use:
    """How a query uses one occurrence of a table.

    Attributes
    ----------
    columns
        Names that appear in it.
    conjuncts
        Predicates over this table alone; a row that fails one cannot change the result.
    times
        How often it is scanned: Trino runs a WITH query anew for each reference.
    """

    columns: set[str] = field(default_factory=set)
    conjuncts: list[exp.Expr] = field(default_factory=list)
    times: int = 0


def uses(tree: exp.Expr) -> dict[str, Use]:
    """Return the use of each scan (a table named `lake_scan_N`) of a qualified query; the query is not changed."""
    found: dict[str, Use] = {table.name: Use() for table in tree.find_all(exp.Table) if is_scan(table)}
    pushed = pushdown_predicates(pushdown_projections(tree.copy()))
    _count(tree, found)
    for scope in traverse_scope(pushed):
        for alias, (node, source) in scope.selected_sources.items():
            if isinstance(source, exp.Table) and is_scan(source):
                use = found[source.name]
                use.columns |= {column.name.lower() for column in scope.columns if column.table == alias}
                use.conjuncts += [part for part in _conjuncts(scope, node) if _only_about(part, alias)]
    return found


def is_scan(table: exp.Table) -> bool:
    return table.name.startswith(PREFIX)


def _count(tree: exp.Expr, found: dict[str, Use]) -> None:
    scopes = traverse_scope(tree)
    times: dict[int, int] = {id(scopes[-1]): 1} if scopes else {}
    for scope in reversed(scopes):
        own = times.get(id(scope), 0)
        inner: list[Scope] = [*scope.subquery_scopes, *(scope.set_operation_scopes or ())]
        for _, source in scope.selected_sources.values():
            if isinstance(source, exp.Table) and is_scan(source):
                found[source.name].times += own
            elif isinstance(source, Scope) and source is not scope:
                inner.append(source)
        for each in inner:
            times[id(each)] = times.get(id(each), 0) + own


def _conjuncts(scope: Scope, node: exp.Expr) -> Iterator[exp.Expr]:
    """Return the predicates of WHERE and of the table's own join that may be applied before the join."""
    select = scope.expression
    if not isinstance(select, exp.Select):
        return
    joins = select.args.get("joins") or []
    own_index = next((index for index, join in enumerate(joins) if join.this is node), -1)
    if any(join.side in {"RIGHT", "FULL"} for join in joins[own_index + 1 :]):
        return
    own_side = joins[own_index].side if own_index >= 0 else ""
    if own_index >= 0 and own_side in {"", "LEFT"} and (on := joins[own_index].args.get("on")):
        yield from _flatten(on)
    if own_side not in {"", "RIGHT"}:
        return
    if where := select.args.get("where"):
        yield from _flatten(where.this)
    for join in joins[own_index + 1 :]:
        if not join.side and (on := join.args.get("on")):
            yield from _flatten(on)


def _flatten(condition: exp.Expr) -> Iterator[exp.Expr]:
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _flatten(condition.this)
        yield from _flatten(condition.expression)
    else:
        yield condition


def _only_about(condition: exp.Expr, alias: str) -> bool:
    if condition.find(exp.Subquery, exp.Select, exp.Rand, exp.AggFunc, exp.Window, exp.Placeholder):
        return False
    tables = {column.table for column in condition.find_all(exp.Column)}
    return tables == {alias}


def conditions(conjuncts: Iterable[exp.Expr]) -> list[Condition]:
    """Return the conjuncts that compare a column with constants."""
    found: list[Condition] = []
    for conjunct in conjuncts:
        found += _conditions(conjunct)
    return found


def _conditions(node: exp.Expr) -> list[Condition]:
    if isinstance(node, exp.Between) and isinstance(node.this, exp.Column):
        low, high = constant(node.args["low"]), constant(node.args["high"])
        name = node.this.name.lower()
        return [Condition(name, op, value) for op, value in ((">=", low), ("<=", high)) if value]
    if isinstance(node, exp.In) and isinstance(node.this, exp.Column) and node.expressions:
        values = [constant(item) for item in node.expressions]
        if all(values):
            return [Condition(node.this.name.lower(), "in", tuple(value[0] for value in values if value))]
    if isinstance(node, exp.Is) and isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Null):
        return [Condition(node.this.name.lower(), "null", ())]
    operator = _OPERATORS.get(type(node))
    if operator is None:
        return []
    left, right = node.args["this"].unnest(), node.args["expression"].unnest()
    if isinstance(right, exp.Column) and not isinstance(left, exp.Column):
        left, right, operator = right, left, _MIRRORED[operator]
    value = constant(right)
    return [Condition(left.name.lower(), operator, value)] if isinstance(left, exp.Column) and value else []


def constant(node: exp.Expr) -> tuple[Any] | None:
    """Return the value of a literal, in a tuple, or None."""
    node = node.unnest()
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        return (node.this.this,) if node.to.this in {exp.DType.DATE, exp.DType.TIMESTAMP} else None
    if isinstance(node, exp.Literal):
        return (node.to_py(),)
    if isinstance(node, exp.Neg) and (inner := constant(node.this)):
        return (-inner[0],)
    if isinstance(node, exp.Boolean):
        return (node.this,)
    return None
