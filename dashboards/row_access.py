"""Read who sees which rows from `row_access.toml`; whether the rules make sense is said by `check.row_rules`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dashboards.errors import DashboardError
from dashboards.model import DataSet, RowAccess, RowRule
from dashboards.nearest import suggestion

FILE = Path(__file__).with_name("row_access.toml")
_KEYS = {"columns", "tags", "rules"}


def restricted(data_sets: Sequence[DataSet], file: Path = FILE) -> tuple[DataSet, ...]:
    """Give the data sets with their row-level security; who may read one that is not in the file sees all of it.

    Raises
    ------
    DashboardError
        If something is missing, unknown or of the wrong type, or if rules are of no data set: they would restrict
        nobody. The message names file and key.
    """
    rules = load(file)
    names = [data_set.name for data_set in data_sets]
    for name in rules:
        if name not in names:
            raise DashboardError(f"{file.name}: there is no data set {name}{suggestion(name, names)}")
    return tuple(replace(data_set, row_access=rules.get(data_set.name)) for data_set in data_sets)


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


def _access(table: object, where: str) -> RowAccess:
    if not isinstance(table, dict) or table.keys() != _KEYS:
        got = sorted(table) if isinstance(table, dict) else repr(table)
        raise DashboardError(f"{where} must be a table with {sorted(_KEYS)}; got {got}")
    tags, rules = table["tags"], table["rules"]
    if not isinstance(tags, dict) or not all(isinstance(column, str) for column in tags.values()):
        raise DashboardError(f"{where}.tags must be a table of tag = column; got {tags!r}")
    if not isinstance(rules, list):
        raise DashboardError(f"{where}.rules must be a list of rules; got {rules!r}")
    return RowAccess(
        columns=_texts(table["columns"], f"{where}.columns"),
        rules=tuple(_rule(rule, f"{where}.rules[{index}]") for index, rule in enumerate(rules)),
        tags=tags,
    )


def _rule(rule: object, where: str) -> RowRule:
    if not isinstance(rule, dict) or not isinstance(rule.get("group"), str):
        raise DashboardError(f"{where} must be a table that names its group; got {rule!r}")
    values = {key: _texts(value, f"{where}.{key}") for key, value in rule.items() if key != "group"}
    return RowRule(group=rule["group"], values=values)


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DashboardError(f"{where} must be a list of texts; got {value!r}")
    return tuple(value)
