"""The deployed queries over orders, with the parameters of a usual question."""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from components.saved_query import load_queries
from contracts.loader import load
from laptop.emulator.athena.predicates import PREFIX, conditions, uses
from laptop.emulator.athena.scan import Condition

# Months differ by a factor of nine; this one is of average size.
MONTH = "'1997-04'"
PARAMETERS = {
    "basket_values_of_month": (MONTH,),
    "customer_orders": ("700000",),
    "lapsed_customers": ("'1998-01'",),
    "largest_orders_of_month": (MONTH,),
    "new_customers_by_month": (),
    "order_by_id": ("'gen-0002000000'",),
    "orders_of_day": (MONTH, "'1997-04-20'"),
    "repeat_purchase_rate": (),
    "revenue_concentration_of_month": (MONTH,),
    "top_customers_of_month": (MONTH,),
    "weekdays_of_month": (MONTH,),
}


@dataclass(frozen=True)
class Question:
    """One query: the columns of `orders` that it uses and the conditions on them, and its SQL for DuckDB."""

    name: str
    columns: frozenset[str]
    conditions: tuple[Condition, ...]
    sql: str


def questions() -> list[Question]:
    """Return the queries of the benchmark, in alphabetical order.

    Raises
    ------
    ValueError
        If a deployed query over orders alone is not part of the benchmark: the set must not be picked.
    """
    queries = {query.name: query for query in load_queries()}
    over_orders = {name for name, query in queries.items() if _tables(query.sql) == {"orders"}}
    if over_orders != set(PARAMETERS):
        raise ValueError(f"the benchmark must hold all queries over orders, {over_orders}; got {set(PARAMETERS)}")
    return [_question(name, queries[name].sql) for name in sorted(PARAMETERS)]


def _question(name: str, sql: str) -> Question:
    tree = sqlglot.parse_one(sql, read="athena")
    for place, value in zip(list(tree.find_all(exp.Placeholder)), PARAMETERS[name], strict=True):
        place.replace(sqlglot.parse_one(value, read="athena"))
    duckdb_sql = tree.sql("duckdb")
    columns = {column.name: column.type for column in load("orders").columns}
    qualified = qualify(tree, schema={"orders": columns}, dialect="athena")
    for table in qualified.find_all(exp.Table):
        if table.name == "orders":
            table.set("this", exp.to_identifier(f"{PREFIX}0"))
    (use,) = uses(qualified).values()
    return Question(name, frozenset(use.columns), tuple(conditions(use.conjuncts)), duckdb_sql)


def _tables(sql: str) -> set[str]:
    tree = sqlglot.parse_one(sql, read="athena")
    named = {table.name for table in tree.find_all(exp.Table)}
    return named - {part.alias for part in tree.find_all(exp.CTE)}
