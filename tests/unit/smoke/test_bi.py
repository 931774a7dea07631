"""Checks of dashboards: each finds the fault that it is there for."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.loader import load_contracts
from dashboards.catalog import load
from smoke import bi
from smoke.check import CheckFailedError, NotProvenError

COLLECTION = load(load_contracts())
ORDERS = next(each for each in COLLECTION.data_sets if each.name == "orders")
PERSONAL = [column.name for column in ORDERS.columns if column.personal]
RULES = {"Arn": "arn:aws:quicksight:us-east-1:111111111111:dataset/lake-orders-access", "Status": "ENABLED"}
DESCRIBED = {
    "SemanticModelConfiguration": {
        "TableMap": {"t": {"RowLevelPermissionConfiguration": {"RowLevelPermissionDataSet": RULES}}}
    },
    "ColumnLevelPermissionRules": [{"Principals": ["arn:group"], "ColumnNames": PERSONAL}],
}


class QuickSight:
    """Answers of an account in order, for one data set and one dashboard; a test spoils one."""

    def __init__(self) -> None:
        self.data_sets = [ORDERS]
        self.described: Any = deepcopy(DESCRIBED)
        self.version: Any = {"VersionNumber": 2, "Status": "CREATION_SUCCESSFUL", "Errors": []}
        self.newest = 2
        self.held: list[int] = [5]
        self.refreshes = 0

    def describe_data_set(self, **_: str) -> Any:
        return {"DataSet": self.described}

    def describe_dashboard(self, **_: str) -> Any:
        return {"Dashboard": {"Version": self.version}}

    def get_paginator(self, operation: str) -> Any:
        """Give what is listed one by one, and the newest last."""
        good = [ingestion("COMPLETED", rows, at) for at, rows in enumerate(self.held)]
        member, found = {
            "list_dashboard_versions": (
                "DashboardVersionSummaryList",
                [{"VersionNumber": n} for n in (1, self.newest)],
            ),
            "list_ingestions": ("Ingestions", [ingestion("FAILED", 0, 99), *good]),
        }[operation]
        return SimpleNamespace(paginate=lambda **_: ({member: [each]} for each in found))

    def create_ingestion(self, **_: str) -> Any:
        self.refreshes += 1
        return {"IngestionStatus": "COMPLETED"}


def ingestion(status: str, rows: int, at: int) -> Any:
    return {"IngestionStatus": status, "RowInfo": {"TotalRowsInDataset": rows}, "CreatedTime": at}


@pytest.fixture
def quicksight(monkeypatch: pytest.MonkeyPatch) -> QuickSight:
    found = QuickSight()
    collection = SimpleNamespace(data_sets=found.data_sets, dashboards=COLLECTION.dashboards[:1])
    place = SimpleNamespace(quicksight=found, account="111111111111", collection=collection)
    monkeypatch.setattr(bi, "of", lambda lake: place)
    return found


def lake(count: int = 5, **outputs: str) -> Any:
    return SimpleNamespace(outputs={"BiDataSourceArn": "arn"} | outputs, scalar=lambda sql: count)


def test_equal_counts_prove_a_data_set_without_a_refresh(quicksight: QuickSight) -> None:
    quicksight.held = [4, 5]

    assert bi.rows(lake()) == "lake-orders 5"
    assert quicksight.refreshes == 0


@pytest.mark.parametrize("held", [[4], []])
def test_fails_when_a_data_set_holds_other_rows_after_a_refresh_too(quicksight: QuickSight, held: list[int]) -> None:
    quicksight.held = held

    with pytest.raises(CheckFailedError, match="lake-orders must hold 5 rows, as its SQL gives; got 0"):
        bi.rows(lake())
    assert quicksight.refreshes == 1


def test_rules_and_hidden_columns_as_declared_are_proof(quicksight: QuickSight) -> None:
    assert bi.restrictions(lake()) == "lake-orders has rules for rows; lake-orders hides customer_id"


def test_rules_of_an_older_generation_of_data_sets_are_found_too(quicksight: QuickSight) -> None:
    quicksight.described = DESCRIBED | {"SemanticModelConfiguration": {}, "RowLevelPermissionDataSet": RULES}

    assert "lake-orders has rules for rows" in bi.restrictions(lake())


def test_nothing_is_proven_of_restrictions_where_none_are_declared(quicksight: QuickSight) -> None:
    quicksight.data_sets[:] = [next(each for each in COLLECTION.data_sets if each.name == "usage")]
    quicksight.described = {}

    with pytest.raises(NotProvenError, match="no data set restricts its rows or has personal columns"):
        bi.restrictions(lake())


@pytest.mark.parametrize("rules", [None, RULES | {"Status": "DISABLED"}, RULES | {"Arn": "arn:x:dataset/other"}])
def test_fails_when_rows_are_not_restricted(quicksight: QuickSight, rules: Any) -> None:
    table = quicksight.described["SemanticModelConfiguration"]["TableMap"]["t"]
    table["RowLevelPermissionConfiguration"] = {"RowLevelPermissionDataSet": rules} if rules else {}

    with pytest.raises(CheckFailedError, match="lake-orders must have rules for rows from dataset/lake-orders-access"):
        bi.restrictions(lake())


@pytest.mark.parametrize("rules", [[], [{"Principals": [], "ColumnNames": PERSONAL}]])
def test_fails_when_a_personal_column_is_not_hidden(quicksight: QuickSight, rules: Any) -> None:
    quicksight.described["ColumnLevelPermissionRules"] = rules

    with pytest.raises(CheckFailedError, match=r"must hide \['customer_id'\]; it hides \[\]"):
        bi.restrictions(lake())


def test_published_newest_version_is_proof(quicksight: QuickSight) -> None:
    assert bi.versions(lake()) == "lake-orders 2"


@pytest.mark.parametrize(
    ("version", "newest"),
    [
        ({"Status": "CREATION_FAILED"}, 2),
        ({"Errors": [{"Type": "COLUMN_NOT_FOUND"}]}, 2),
        ({}, 3),
    ],
    ids=["failed", "with errors", "not the newest"],
)
def test_fails_when_a_dashboard_does_not_show_its_newest_version(
    quicksight: QuickSight, version: Any, newest: int
) -> None:
    quicksight.version |= version
    quicksight.newest = newest

    with pytest.raises(CheckFailedError, match="lake-orders"):
        bi.versions(lake())


@pytest.mark.parametrize("check", [bi.rows, bi.restrictions, bi.versions, bi.addresses, bi.usage])
def test_nothing_is_proven_where_there_are_no_dashboards(check: Any) -> None:
    with pytest.raises(NotProvenError, match="off in this environment"):
        check(SimpleNamespace(outputs={}))
