"""UNNEST of maps and of several arrays, which DuckDB spells as a subquery of set-returning functions."""

from __future__ import annotations

from sqlglot import exp, parse_one

from laptop.emulator.sql import quoted


def rewrite_unnest(tree: exp.Expr) -> None:
    """Replace each UNNEST that DuckDB cannot run; changes the tree, which is already in DuckDB's dialect."""
    for node in list(tree.find_all(exp.Unnest)):
        alias = node.args.get("alias")
        columns = [column.name for column in alias.columns] if alias else []
        ordinality = bool(node.args.get("offset"))
        if isinstance(node.args.get("offset"), exp.Identifier):
            columns.append(node.args["offset"].name)
        names = columns[:-1] if ordinality and len(columns) > 1 else columns
        plain = len(node.expressions) == 1 and len(names) <= 1 and not _is_map(node.expressions[0])
        if not plain:
            node.replace(_subquery(node, alias.name if alias else "unnested", names, columns, ordinality))


def _is_map(node: exp.Expr) -> bool:
    return node.type is not None and node.type.this is exp.DType.MAP


def _subquery(node: exp.Unnest, alias: str, names: list[str], columns: list[str], ordinality: bool) -> exp.Expr:
    parts: list[str] = []
    lengths: list[str] = []
    for argument in node.expressions:
        sql = argument.sql(dialect="duckdb")
        if _is_map(argument) or (len(node.expressions) == 1 and len(names) == 2):
            parts += [f"unnest(map_keys({sql}))", f"unnest(map_values({sql}))"]
            lengths.append(f"cardinality({sql})")
        elif len(node.expressions) == 1 and len(names) > 1:
            # An array of rows: one column for each field.
            parts.append(f"unnest({sql}, max_depth := 2)")
            lengths.append(f"len({sql})")
        else:
            parts.append(f"unnest({sql})")
            lengths.append(f"len({sql})")
    if ordinality:
        longest = f"greatest({', '.join(lengths)})" if len(lengths) > 1 else lengths[0]
        parts.append(f"unnest(generate_series(1, {longest}))")
    listed = ", ".join(map(quoted, columns))
    source = f"SELECT * FROM (SELECT {', '.join(parts)}) AS {quoted(alias)}({listed})"
    return parse_one(source, read="duckdb").find(exp.Subquery)  # type: ignore[return-value]
