"""Who sees which rows, as QuickSight reads it: a data set of rules, made of the SQL that lists them."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.model import RowAccess

# What QuickSight calls the column that names a group; it tells small from capital letters.
# https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-row-level-security.html
GROUP_COLUMN = "GroupName"
# Separates values of one field of a rule, and so cannot be part of one.
_SEPARATOR = ","


def rules_columns(access: RowAccess) -> list[str]:
    """Name the columns of the rules: the group, then what its rows are told apart by."""
    return [GROUP_COLUMN, *access.columns]


def rules_sql(access: RowAccess) -> str:
    """Write the rules as a query that reads no table; a column that a rule does not restrict is NULL, which means all.

    Raises
    ------
    ValueError
        If there is no rule, or one names no value of a column: QuickSight would take that for all values. Or if a value
        holds the separator of values or a quote, which QuickSight would not take as part of the value.
    """
    if not access.rules:
        raise ValueError(f"row-level security by {list(access.columns)} must have a rule; got none")
    rows = [
        [_text(rule.group), *(_one_or_all(rule.values.get(column)) for column in access.columns)]
        for rule in access.rules
    ]
    names = [f"c{number}" for number in range(len(access.columns) + 1)]
    selected = ", ".join(
        f"{name} AS {_identifier(column)}" for name, column in zip(names, rules_columns(access), strict=True)
    )
    listed = ",\n  ".join(f"({', '.join(row)})" for row in rows)
    return f"SELECT {selected}\nFROM (VALUES\n  {listed}\n) AS rules ({', '.join(names)})"


def _one_or_all(values: Sequence[str] | None) -> str:
    if values is None:
        return "CAST(NULL AS varchar)"
    for value in values or [""]:
        if _SEPARATOR in value or '"' in value or not value:
            raise ValueError(f"a value of a row-level rule must not be empty or have a comma or a quote; got {value!r}")
    return _text(_SEPARATOR.join(values))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
