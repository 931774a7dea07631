"""From the text of a query to a typed tree in which every table is a scan and every name is resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import sqlglot
from sqlglot import MappingSchema, exp
from sqlglot.errors import OptimizeError, ParseError, TokenError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from laptop.emulator.athena import catalog, functions, information_schema, typecheck
from laptop.emulator.athena.catalog import Table
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError, locate
from laptop.emulator.athena.predicates import PREFIX, Use, uses
from laptop.emulator.athena.relations import HIDDEN
from laptop.emulator.athena.types import parse_hive

_HIDDEN_CALL = "lake_hidden_column"
_MAX_VIEW_DEPTH = 20
_UNRESOLVED = re.compile(r"Column '([^']*)' could not be resolved")


@dataclass
class Bound:
    """A resolved query: its tree, and the table behind each scan name."""

    tree: exp.Expr
    tables: dict[str, Table] = field(default_factory=dict)
    uses: dict[str, Use] = field(default_factory=dict)
    virtual: dict[str, information_schema.Relation] = field(default_factory=dict)


def bind(sql: str, database: str) -> Bound:
    """Resolve and check a query.

    Raises
    ------
    QueryError
        For whatever Athena would refuse before it runs the query.
    """
    tree = parse(sql)
    _refuse_unsupported(tree)
    bound = Bound(tree)
    _name_tables(bound, bound.tree, database, sql, 0)
    _drop_database_qualifiers(bound.tree)
    _name_projections(bound.tree)
    _mask_hidden(bound.tree)
    schema = _schema(bound)
    bound.tree = _qualify(bound.tree, schema, sql)
    _finish_names(bound.tree)
    _unmask_hidden(bound.tree)
    bound.tree = typecheck.annotate(bound.tree, schema)
    typecheck.check_types(bound.tree, sql)
    bound.uses = uses(bound.tree)
    return bound


def parse(sql: str) -> exp.Expr:
    """Parse a query in Athena's dialect."""
    functions.check(sql)
    try:
        tree = sqlglot.parse_one(sql, read="athena")
    except ParseError as error:
        detail = error.errors[0] if error.errors else {}
        word = detail.get("highlight") or "<EOF>"
        column = max((detail.get("col") or 1) - len(word) + 1, 1)
        message = f"mismatched input '{word}'"
        raise QueryError("SYNTAX_ERROR", message, (detail.get("line") or 1, column)) from error
    except TokenError as error:
        raise QueryError("SYNTAX_ERROR", str(error)) from error
    if not isinstance(tree, exp.Query | exp.Values):
        raise QueryError("SYNTAX_ERROR", f"mismatched input '{sql.split(maxsplit=1)[0]}'", (1, 1))
    if isinstance(tree, exp.Values):
        # sqlglot resolves names in selects only.
        return sqlglot.parse_one(f"SELECT * FROM ({sql}) AS lake_values", read="athena")
    return tree


def _refuse_unsupported(tree: exp.Expr) -> None:
    for node in tree.walk():
        if isinstance(node, exp.MatchRecognize):
            raise NotSupportedOnLaptopError("MATCH_RECOGNIZE")
        if isinstance(node, exp.Table) and node.args.get("version"):
            raise NotSupportedOnLaptopError("Time travel on an Iceberg table (FOR TIMESTAMP or VERSION AS OF)")
        if isinstance(node, exp.Star) and (node.args.get("except_") or node.args.get("replace")):
            raise QueryError("SYNTAX_ERROR", "mismatched input 'EXCEPT' after '*'", (1, 1))
        if isinstance(node, exp.Distinct) and node.args.get("on"):
            raise QueryError("SYNTAX_ERROR", "mismatched input 'ON' after DISTINCT", (1, 1))
        if isinstance(node, exp.Group) and node.args.get("all"):
            raise QueryError("SYNTAX_ERROR", "mismatched input 'ALL' after GROUP BY", (1, 1))
        if isinstance(node, exp.Pivot | exp.Qualify):
            raise QueryError("SYNTAX_ERROR", f"mismatched input '{node.key.upper()}'", (1, 1))
        if isinstance(node, exp.Join) and (node.kind in {"SEMI", "ANTI"} or node.method in {"ASOF", "POSITIONAL"}):
            raise QueryError("SYNTAX_ERROR", f"mismatched input '{node.kind or node.method}' before JOIN", (1, 1))
        if isinstance(node, exp.Select) and not node.expressions:
            raise QueryError("SYNTAX_ERROR", "mismatched input 'FROM': expecting a select list", (1, 1))


def _name_tables(bound: Bound, tree: exp.Expr, database: str, sql: str, depth: int) -> None:
    """Rename each table to a scan, and put each view's query in its place."""
    if depth > _MAX_VIEW_DEPTH:
        raise QueryError("VIEW_IS_RECURSIVE", "Statement would create a recursive view")
    nodes = {
        id(source): source
        for scope in traverse_scope(tree)
        for source in scope.sources.values()
        if isinstance(source, exp.Table) and not source.name.startswith(PREFIX)
    }
    for node in nodes.values():
        if not isinstance(node.this, exp.Identifier):
            raise QueryError("SYNTAX_ERROR", f"Table function {node.this.sql()} is not registered")
        place, name = (node.db or database).lower(), node.name.lower()
        alias = node.alias or node.name
        if node.catalog and node.catalog.lower() != catalog.CATALOG:
            raise QueryError("CATALOG_NOT_FOUND", f"Catalog '{node.catalog}' does not exist", locate(sql, node.catalog))
        scan = f"{PREFIX}{len(bound.tables) + len(bound.virtual)}"
        if place == "information_schema":
            bound.virtual[scan] = information_schema.relation(name, sql)
        else:
            table = catalog.get_table(place, name, sql)
            if table.is_view:
                _inline_view(bound, node, table, alias, depth)
                continue
            bound.tables[scan] = table
        node.set("this", exp.to_identifier(scan))
        node.set("db", None)
        node.set("catalog", None)
        if not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))


def _inline_view(bound: Bound, node: exp.Table, table: Table, alias: str, depth: int) -> None:
    view = table.view()
    inner = parse(view["originalSql"])
    _name_tables(bound, inner, view.get("schema") or table.database, view["originalSql"], depth + 1)
    given = node.args.get("alias")
    columns = given.args.get("columns") if given else None
    named = exp.TableAlias(this=exp.to_identifier(alias), columns=columns)
    subquery = exp.Subquery(this=inner, alias=named)
    subquery.set("joins", node.args.get("joins"))
    node.replace(subquery)


def _drop_database_qualifiers(tree: exp.Expr) -> None:
    for column in tree.find_all(exp.Column):
        # lake.orders.amount: the alias `orders` is enough. A field of a struct has no such table.
        if column.args.get("db") and column.table in {table.alias for table in tree.find_all(exp.Table)}:
            column.set("db", None)
            column.set("catalog", None)


def _name_projections(tree: exp.Expr) -> None:
    """Mark projections without a name; Trino calls them `_colN`."""
    for select in tree.find_all(exp.Select):
        for index, projection in enumerate(select.expressions):
            named = isinstance(projection, exp.Alias | exp.Column | exp.Star | exp.Aliases)
            if isinstance(projection, exp.Dot) and isinstance(projection.expression, exp.Identifier):
                named = True
            if not named:
                unnamed = exp.Alias(this=projection.copy(), alias=exp.to_identifier(f"_col{index}"))
                unnamed.meta["unnamed"] = True
                projection.replace(unnamed)


def _finish_names(tree: exp.Expr) -> None:
    """Give numbers to the unnamed columns of the result, now that stars are expanded."""
    top = tree.this if isinstance(tree, exp.Subquery) else tree
    while isinstance(top, exp.SetOperation):
        top = top.this
    if isinstance(top, exp.Select):
        for index, projection in enumerate(top.expressions):
            if projection.meta.get("unnamed"):
                projection.set("alias", exp.to_identifier(f"_col{index}"))


def _mask_hidden(tree: exp.Expr) -> None:
    """Hide `"$path"` and its like from the expansion of stars."""
    for column in list(tree.find_all(exp.Column)):
        if column.name in HIDDEN:
            arguments = [exp.Literal.string(column.name), exp.Literal.string(column.table)]
            masked: exp.Expr = exp.Anonymous(this=_HIDDEN_CALL, expressions=arguments)
            if isinstance(column.parent, exp.Select) and column.arg_key == "expressions":
                masked = exp.Alias(this=masked, alias=exp.to_identifier(column.name, quoted=True))
            column.replace(masked)


def _unmask_hidden(tree: exp.Expr) -> None:
    for node in list(tree.find_all(exp.Anonymous)):
        if node.name != _HIDDEN_CALL:
            continue
        name, alias = (argument.this for argument in node.expressions)
        select = node.find_ancestor(exp.Select)
        source = select.find(exp.Table) if select else None
        if source is None:
            raise QueryError("COLUMN_NOT_FOUND", f"Column '{name}' cannot be resolved")
        kind = "varchar" if name == "$path" else "bigint" if name == "$file_size" else "timestamptz"
        column = exp.column(exp.to_identifier(name, quoted=True), table=alias or source.alias_or_name)
        column.type = exp.DataType.build(kind)
        node.replace(column)


def _schema(bound: Bound) -> MappingSchema:
    columns: dict[str, object] = {
        scan: {column.name: column.type.trino for column in (*table.columns, *table.partition_keys)}
        for scan, table in bound.tables.items()
    }
    for scan, relation in bound.virtual.items():
        columns[scan] = {name: parse_hive(kind).trino for name, kind in relation.columns}
    return MappingSchema(columns, dialect="athena", normalize=False)


def _qualify(tree: exp.Expr, schema: MappingSchema, sql: str) -> exp.Expr:
    try:
        return qualify(
            tree,
            dialect="athena",
            schema=schema,
            expand_alias_refs=False,
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=True,
        )
    except OptimizeError as error:
        text = str(error)
        if match := _UNRESOLVED.search(text):
            name = match[1].rpartition(".")[2].strip('"')
            if _is_ambiguous(tree, schema, name):
                raise QueryError("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous", locate(sql, name)) from error
            raise QueryError("COLUMN_NOT_FOUND", f"Column '{name}' cannot be resolved", locate(sql, name)) from error
        raise QueryError("SYNTAX_ERROR", text) from error


def _is_ambiguous(tree: exp.Expr, schema: MappingSchema, name: str) -> bool:
    """Tell whether two tables of one FROM have the column."""
    for scope in traverse_scope(tree):
        owners = 0
        for node, source in scope.selected_sources.values():
            if isinstance(source, exp.Table):
                owners += name in schema.column_names(source)
                continue
            alias = node.args.get("alias")
            given = [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
            selects = source.expression.named_selects if isinstance(source.expression, exp.Query) else []
            owners += name in (given or selects)
        if owners > 1:
            return True
    return False
