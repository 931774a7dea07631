"""Read who sees which rows from `row_access.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.errors import DashboardError
from dashboards.model import RowAccess, RowRule

FILE = Path(__file__).with_name("row_access.toml")
_KEYS = {"columns", "tags", "rules"}


def load(file: Path = FILE) -> Mapping[str, RowAccess]:
    """Read the row-level security of each data set that has one, by the data set's name.

    Raises
    ------
    DashboardError
        If something is missing, unknown or of the wrong type; the message names file and key.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DashboardError(f"{file.name}: {error}") from error
    return {name: _access(table, f"{file.name}: {name}") for name, table in tables.items()}


@cache
def of(data_set: str) -> RowAccess | None:
    """Give the row-level security of a data set; None if everybody who may read it sees all of it."""
    return load().get(data_set)


def _access(table: object, where: str) -> RowAccess:
    if not isinstance(table, dict):
        raise DashboardError(f"{where} must be a table with {sorted(_KEYS)}; got {table!r}")
    _check_keys(table, _KEYS, where)
    columns = _texts(table["columns"], f"{where}.columns")
    if not columns:
        raise DashboardError(f"{where}.columns must name a column; got none")
    tags = table["tags"]
    if not isinstance(tags, dict):
        raise DashboardError(f"{where}.tags must be a table of tag = column; got {tags!r}")
    _check_known(tags.values(), columns, f"{where}.tags")
    if not isinstance(table["rules"], list) or not table["rules"]:
        raise DashboardError(
            f"{where}.rules must be a list of rules: without one nobody sees a row; got {table['rules']!r}"
        )
    rules = tuple(_rule(rule, columns, f"{where}.rules[{index}]") for index, rule in enumerate(table["rules"]))
    groups = [rule.group for rule in rules]
    for group in groups:
        if groups.count(group) > 1:
            raise DashboardError(
                f"{where}.rules gives {group!r} {groups.count(group)} rules; expected one for each group"
            )
    return RowAccess(columns=columns, rules=rules, tags=dict(tags))


def _rule(rule: object, columns: tuple[str, ...], where: str) -> RowRule:
    if not isinstance(rule, dict) or not isinstance(rule.get("group"), str):
        raise DashboardError(f"{where} must be a table that names its group; got {rule!r}")
    values = {key: value for key, value in rule.items() if key != "group"}
    _check_known(values, columns, where)
    return RowRule(
        group=rule["group"],
        values={key: _values(value, f"{where}.{key}") for key, value in values.items()},
    )


def _values(value: object, where: str) -> tuple[str, ...]:
    values = _texts(value, where)
    if not values:
        raise DashboardError(f"{where} is empty; leave the column out to allow all values, or name some")
    for item in values:
        # A cell of the rules lists its values with commas, and an empty cell allows all.
        if not item.strip() or "," in item:
            raise DashboardError(f"{where} must hold texts without commas that are not empty; got {item!r}")
    return values


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DashboardError(f"{where} must be a list of texts; got {value!r}")
    return tuple(value)


def _check_keys(table: Mapping[str, Any], expected: set[str], where: str) -> None:
    for key in sorted(expected - set(table)):
        raise DashboardError(f"{where} lacks {key!r}; it has {sorted(table)}")
    for key in sorted(set(table) - expected):
        raise DashboardError(f"{where} has the unknown key {key!r}; expected one of {sorted(expected)}")


def _check_known(names: Iterable[object], columns: tuple[str, ...], where: str) -> None:
    for name in names:
        if name not in columns:
            raise DashboardError(f"{where} names {name!r}; expected one of its columns, {list(columns)}")
