"""The deployed collection as the emulator would describe it, over made-up rows: what the preview is tested with."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import sqlglot
from playwright.sync_api import Page

from contracts.loader import load_contracts
from dashboards import catalog
from dashboards.model import Collection, DataSet
from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import parse
from laptop.preview import page
from laptop.preview.people import PEOPLE
from laptop.preview.snapshot import DashboardFact, DataSetFact, Person, Rows, Snapshot
from tests.browser.preview_rows import MAKERS, NOW

REFRESHED = "2026-11-21T19:58:00"
_SQL_TYPES = {"STRING": "VARCHAR", "INTEGER": "BIGINT", "DECIMAL": "DOUBLE", "DATETIME": "TIMESTAMP"}


@cache
def collection() -> Collection:
    return catalog.load(load_contracts())


@cache
def lake() -> duckdb.DuckDBPyConnection:
    """All data sets as views of DuckDB, named like them, with their calculated columns."""
    connection = duckdb.connect()
    for data_set in collection().data_sets:
        frame = pd.DataFrame(MAKERS[data_set.name](random.Random(data_set.name)))  # noqa: F841 - DuckDB reads it
        casts = ", ".join(f'CAST("{one.name}" AS {_SQL_TYPES[one.type]}) AS "{one.name}"' for one in data_set.columns)
        types = {one.name: str(one.type) for one in data_set.columns}
        computed = "".join(
            f', {_duckdb(compile_column(parse(one.expression), types).sql)} AS "{one.name}"'
            for one in data_set.calculated
        )
        connection.execute(f'CREATE TABLE "{data_set.id}" AS SELECT *{computed} FROM (SELECT {casts} FROM frame)')
    return connection


def _duckdb(sql: str) -> str:
    return sqlglot.transpile(sql, read="athena", write="duckdb")[0]


def rows_of(data_set: DataSet, group: str, where: str = "TRUE") -> Rows:
    """The rows that a group sees, as the rows route gives them."""
    types = {one.name: str(one.type) for one in data_set.columns}
    types |= {one.name: str(one.type) for one in data_set.calculated}
    hidden = tuple(one.name for one in data_set.columns if one.personal and group not in data_set.personal_readers)
    names = [name for name in types if name not in hidden]
    found = lake().execute(
        f'SELECT {", ".join(_shown(name, types[name]) for name in names)} FROM "{data_set.id}" '
        f"WHERE {where} AND {_rule(data_set, group)}"
    )
    columns = list(zip(*found.fetchall(), strict=True)) or [()] * len(names)
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return Rows(count=len(columns[0]), types={name: types[name] for name in names}, values=values, hidden=hidden)


def _shown(name: str, kind: str) -> str:
    return f"strftime(\"{name}\", '%Y-%m-%dT%H:%M:%S')" if kind == "DATETIME" else f'"{name}"'


def _rule(data_set: DataSet, group: str) -> str:
    if data_set.row_access is None or group == "lake-authors":
        return "TRUE"
    rules = [rule for rule in data_set.row_access.rules if rule.group == group]
    conditions = [
        " AND ".join(f'"{column}" IN {_literals(values)}' for column, values in rule.values.items()) or "TRUE"
        for rule in rules
    ]
    return " OR ".join(f"({condition})" for condition in conditions) or "FALSE"


def _literals(values: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


@cache
def snapshot() -> Snapshot:
    """Everything as it is after a demo."""
    found = collection()
    dashboards = tuple(
        DashboardFact(
            id=one.id,
            name=one.title,
            description=one.description,
            version=1,
            theme="lake",
            data_sets=tuple(data_set.id for data_set in one.data_sets),
            definition=dict(one.definition),
        )
        for one in found.dashboards
    )
    facts = {one.id: _fact(one) for one in found.data_sets}
    people = tuple(_person(name, group) for name, group in PEOPLE.items())
    return Snapshot(
        created=NOW.isoformat(),
        dashboards=dashboards,
        data_sets=facts,
        people=people,
        themes={"lake": dict(found.theme)},
    )


def _fact(data_set: DataSet) -> DataSetFact:
    ((count,),) = lake().execute(f'SELECT count(*) FROM "{data_set.id}"').fetchall()
    return DataSetFact(
        id=data_set.id,
        name=data_set.title,
        import_mode=data_set.import_mode,
        rows=count,
        status="COMPLETED",
        created=REFRESHED,
        last_good=REFRESHED if data_set.import_mode == "SPICE" else None,
        geographic_roles={one.name: one.geographic_role for one in data_set.columns if one.geographic_role},
    )


def _person(name: str, group: str) -> Person:
    found = collection()
    mine = [one for one in found.dashboards if group in one.readers or group == "lake-authors"]
    data_sets = {data_set.id: data_set for one in mine for data_set in one.data_sets}
    rows = {data_set_id: rows_of(data_set, group) for data_set_id, data_set in data_sets.items()}
    return Person(name=name, groups=(group,), dashboards=tuple(one.id for one in mine), rows=rows)


def with_rows(whole: Snapshot, data_set: str, seen: Rows, **fact: Any) -> Snapshot:
    """The same, where everybody sees other rows of a data set."""
    people = tuple(
        replace(person, rows={**person.rows, data_set: seen}) if data_set in person.rows else person
        for person in whole.people
    )
    changed = replace(whole.data_sets[data_set], **{"rows": seen.count, **fact})
    return replace(whole, people=people, data_sets={**whole.data_sets, data_set: changed})


def small(definition: Mapping[str, Any], types: Mapping[str, str], values: Mapping[str, list[Any]]) -> Snapshot:
    """One dashboard over one data set `d`, for one person."""
    count = len(next(iter(values.values())))
    rows = Rows(count=count, types=dict(types), values=dict(values))
    board = DashboardFact(
        id="board", name="Board", description="", version=1, theme=None, data_sets=("d",), definition=dict(definition)
    )
    fact = DataSetFact(
        id="d", name="D", import_mode="SPICE", rows=count, status="COMPLETED", created=REFRESHED, last_good=REFRESHED
    )
    person = Person(name="ada", groups=("readers",), dashboards=("board",), rows={"d": rows})
    return Snapshot(created=NOW.isoformat(), dashboards=(board,), data_sets={"d": fact}, people=(person,), themes={})


def open_page(browser_page: Page, file: Path, **address: str) -> None:
    """Open the page, and wait until it is drawn."""
    where = "&".join(f"{key}={value}" for key, value in address.items())
    browser_page.goto("about:blank")
    browser_page.goto(f"{file.as_uri()}#{where}")
    settle(browser_page)


def settle(browser_page: Page) -> None:
    browser_page.wait_for_selector('body[data-ready="true"]')


def write(whole: Snapshot, folder: Path) -> Path:
    return page.write(whole, folder / "dashboards")
