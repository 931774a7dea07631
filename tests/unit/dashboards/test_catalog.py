from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import pytest
from lake_common.contract import Contract

from contracts.loader import load_contracts
from dashboards import data_sets
from dashboards.catalog import load
from dashboards.data_sets.columns import SQL
from dashboards.model import DataSet

CONTRACTS = load_contracts()
COLLECTION = load(CONTRACTS)
DATA_SETS = {data_set.id: data_set for data_set in COLLECTION.data_sets}
EACH = pytest.mark.parametrize("data_set", COLLECTION.data_sets, ids=lambda data_set: data_set.name)


def without(table: str, column: str) -> Iterator[Contract]:
    for contract in CONTRACTS:
        if contract.name == table:
            kept = tuple(item for item in contract.columns if item.name != column)
            sort_by = tuple(name for name in contract.sort_by if name != column)
            yield dataclasses.replace(contract, columns=kept, sort_by=sort_by)
        else:
            yield contract


def test_identifiers_are_those_of_the_data_sets() -> None:
    constants = {value for name, value in vars(data_sets).items() if name.isupper()}
    assert constants == set(DATA_SETS)


@pytest.mark.parametrize(
    ("data_set", "column", "kind", "description"),
    [
        (data_sets.ORDERS, "order_date", "DATETIME", "Day of the purchase"),
        (data_sets.ORDERS, "amount", "DECIMAL", "Price paid, in US dollars; 0 for a gift"),
        (data_sets.ORDERS, "quantity", "INTEGER", "Number of CDs"),
        (data_sets.CLICKS, "source", "STRING", "Name of the producer"),
        (data_sets.FLIGHTS, "airport", "STRING", "Name of the airport"),
    ],
)
def test_type_and_description_of_a_column_come_from_its_contract(
    data_set: str, column: str, kind: str, description: str
) -> None:
    found = next(item for item in DATA_SETS[data_set].columns if item.name == column)
    assert (found.type, found.description) == (kind, description)


def test_a_column_that_its_contract_lost_is_written_down_and_left_to_the_check() -> None:
    lost = load(tuple(without("orders", "amount")))
    found = next(item for item in lost.data_sets[0].columns if item.name == "amount")
    assert (found.sources, found.type, found.description) == (("orders.amount",), "STRING", "")
    assert lost.dashboards == tuple(
        dataclasses.replace(dashboard, data_sets=tuple(_same(lost.data_sets, dashboard.data_sets)))
        for dashboard in COLLECTION.dashboards
    )


def _same(found: tuple[DataSet, ...], named: tuple[DataSet, ...]) -> Iterator[DataSet]:
    ids = {data_set.id for data_set in named}
    return (data_set for data_set in found if data_set.id in ids)


@EACH
def test_every_column_is_described(data_set: DataSet) -> None:
    assert all(column.description for column in data_set.columns)
    assert all(column.description for column in data_set.calculated)


@EACH
def test_a_data_set_with_a_look_back_is_also_refreshed_whole(data_set: DataSet) -> None:
    # What changed before the window, or was deleted, comes with a full refresh only.
    kinds = {refresh.kind for refresh in data_set.refreshes}
    assert kinds == (
        {"FULL_REFRESH", "INCREMENTAL_REFRESH"}
        if data_set.look_back
        else {"FULL_REFRESH"}
        if data_set.import_mode == "SPICE"
        else set()
    )


def test_whatever_identifies_a_person_is_personal() -> None:
    columns = [(data_set, column) for data_set in COLLECTION.data_sets for column in data_set.columns]
    telling = {
        f"{data_set.name}.{column.name}"
        for data_set, column in columns
        if column.name in {"customer_id", "user_id", "session_id"}
    }
    assert telling == {f"{data_set.name}.{column.name}" for data_set, column in columns if column.personal}
    assert telling == {"orders.customer_id", "clicks.user_id", "clicks.session_id"}


@EACH
def test_personal_columns_have_readers_and_others_have_none(data_set: DataSet) -> None:
    assert bool(data_set.personal_readers) == any(column.personal for column in data_set.columns)


def test_who_may_not_see_all_rows_sees_no_data_set_that_adds_them_up() -> None:
    # Cohorts tell no segment apart; whatever does has rules.
    orders = next(dashboard for dashboard in COLLECTION.dashboards if dashboard.name == "orders")
    unrestricted = {data_set.id for data_set in orders.data_sets if data_set.row_access is None}
    assert unrestricted == {data_sets.COHORT_RETENTION}


def test_every_query_belongs_to_a_data_set() -> None:
    assert {file.stem for file in SQL.glob("*.sql")} == {item.name for item in COLLECTION.data_sets if item.sql}


def test_every_calculated_column_is_used() -> None:
    shown = json.dumps([dashboard.definition for dashboard in COLLECTION.dashboards])
    for data_set in COLLECTION.data_sets:
        for column in data_set.calculated:
            used = [other.name for other in data_set.calculated if f"{{{column.name}}}" in other.expression]
            assert used or f'"ColumnName": "{column.name}"' in shown, (data_set.name, column.name)


def test_every_data_set_is_shown() -> None:
    shown = {data_set.id for dashboard in COLLECTION.dashboards for data_set in dashboard.data_sets}
    assert shown == set(DATA_SETS)
