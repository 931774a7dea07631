"""Which rows and columns of a data set a person may see. Pure.

| rule | source |
|---|---|
| who has no rule sees no row; a column without a value means all values | (1) |
| values are separated by commas; one with a comma of its own stands in double quotes | (1) |
| a rule's columns all have to match; a row is seen if any rule of the user or of a group lets it through | (1) |
| version 1 of the rules names users and groups, version 2 gives their ARNs | `RowLevelPermissionDataSet` |
| owners of the data set see all rows | (1) |
| a session without a user gives tags: each tag rule's column has one of its values, separated by its delimiter; the \
value that matches all; configurations are alternatives; without a needed tag, no row | (2) |
| a column with rules is seen by their principals only | "Using column-level security" |

1. "Using row-level security with user-based rules to restrict access to a dataset"
2. "Using row-level security with tag-based rules to restrict access to a dataset when embedding dashboards for
   anonymous users"
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laptop.emulator.quicksight.typed_sql import literal
from laptop.emulator.registry import Json
from laptop.emulator.sql import quoted

# Column -> values that it may have; a column that is not here may have any.
Condition = Mapping[str, frozenset[str]]
# Rows that match one of these; a condition without columns is matched by all rows.
Access = tuple[Condition, ...]
ALL: Access = ({},)
NONE: Access = ()

_KEYS = {"VERSION_1": ("UserName", "GroupName"), "VERSION_2": ("UserARN", "GroupARN")}


@dataclass(frozen=True)
class Person:
    """A user of QuickSight, with the groups that they are in."""

    name: str
    arn: str
    groups: frozenset[str]
    group_arns: frozenset[str]


def key_columns(version: str) -> tuple[str, str]:
    """Return the names of the columns of a rules data set that say whom a rule is for: user, group."""
    return _KEYS[version]


def shape_problems(version: str, rules: Collection[str], columns: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the columns of a rules data set.

    Parameters
    ----------
    rules
        Columns of the rules data set.
    columns
        Columns of the data set that it protects, with their types.
    """
    keys = key_columns(version)
    others = [name for name in rules if name not in keys]
    problems = []
    if len(others) == len(rules):
        problems.append(f"a rules data set of {version} must have a column {' or '.join(keys)}; got {', '.join(rules)}")
    for name in others:
        if name not in columns:
            problems.append(f"each other column of a rules data set must be one of the data set; got {name}")
        elif columns[name] != "STRING":
            problems.append(f"row-level security must be on text; got {name} of type {columns[name]}")
    return problems


def access_of(person: Person, rules: Iterable[Mapping[str, Any]], version: str = "VERSION_1") -> Access:
    """Return what rows a person may see.

    Parameters
    ----------
    rules
        The rows of the rules data set.
    """
    user_key, group_key = key_columns(version)
    user = person.name if version == "VERSION_1" else person.arn
    groups = person.groups if version == "VERSION_1" else person.group_arns
    mine = [rule for rule in rules if rule.get(user_key) == user or rule.get(group_key) in groups]
    return tuple(_condition({name: rule[name] for name in rule if name not in _KEYS[version]}) for rule in mine)


def _condition(fields: Mapping[str, Any]) -> Condition:
    return {name: values for name, value in fields.items() if (values := _values(value))}


def _values(text: str | None) -> frozenset[str]:
    if not text:
        return frozenset()
    return frozenset(next(csv.reader([text], skipinitialspace=True)))


def access_by_tags(configuration: Json, tags: Mapping[str, str]) -> Access:
    """Return what rows a session without a user may see.

    Parameters
    ----------
    configuration
        A RowLevelPermissionTagConfiguration.
    tags
        The session's tags.
    """
    rules = {rule["TagKey"]: rule for rule in configuration["TagRules"]}
    groups: Sequence[Sequence[str]] = configuration.get("TagRuleConfigurations") or [list(rules)]
    given = [[(rules[key], tags[key]) for key in keys] for keys in groups if all(key in tags for key in keys)]
    return tuple(
        {rule["ColumnName"]: values for rule, value in pairs if (values := _tagged(rule, value))} for pairs in given
    )


def _tagged(rule: Json, value: str) -> frozenset[str]:
    if rule.get("MatchAllValue") == value:
        return frozenset()
    delimiter = rule.get("TagMultiValueDelimiter")
    return frozenset(value.split(delimiter) if delimiter else [value])


def hidden_columns(rules: Iterable[Json], principals: Collection[str]) -> list[str]:
    """Return the columns that column-level security withholds.

    Parameters
    ----------
    rules
        The data set's ColumnLevelPermissionRules.
    principals
        ARNs of a user and of their groups.
    """
    every = list(rules)
    named = {name for rule in every for name in rule.get("ColumnNames") or []}
    allowed = {
        name
        for rule in every
        if set(rule.get("Principals") or []) & set(principals)
        for name in rule.get("ColumnNames") or []
    }
    return sorted(named - allowed)


def predicate(access: Access) -> str:
    """Return the condition of the rows as SQL."""
    return " OR ".join(f"({_all_of(condition)})" for condition in access) or "false"


def _all_of(condition: Condition) -> str:
    parts = [
        f"{quoted(name)} IN ({', '.join(literal(value).sql for value in sorted(values))})"
        for name, values in sorted(condition.items())
    ]
    return " AND ".join(parts) or "true"
