"""What the project deploys is something that the laptop can compute, without an emulator."""

from __future__ import annotations

import pytest

from components.bi_data_set import DataSetPlace, data_set
from contracts.loader import load_contracts
from dashboards.catalog import load
from dashboards.model import Dashboard, DataSet
from laptop.emulator.quicksight import definitions, geography
from laptop.emulator.quicksight.preparation import prepare
from laptop.emulator.quicksight.steps import Prepared

CONTRACTS = load_contracts()
COLLECTION = load(CONTRACTS)
PLACE = DataSetPlace(
    account="000000000000",
    namespace="default",
    data_source="source",
    folder="folder",
    groups={group.name: group.name for group in COLLECTION.groups},
    owners=["lake-authors"],
    contracts={contract.name: contract for contract in CONTRACTS},
)
# "Amazon QuickSight accepts Boolean values by promoting them to integers."
PROMOTED = {"BOOLEAN": "INTEGER"}


def prepared(spec: DataSet) -> Prepared:
    return prepare(data_set(spec, PLACE, "rules"))


@pytest.mark.parametrize("spec", COLLECTION.data_sets, ids=lambda spec: spec.name)
def test_each_data_set_has_the_columns_and_types_that_it_declares(spec: DataSet) -> None:
    given = {column.name: str(column.type) for column in spec.columns}
    given |= {column.name: str(column.type) for column in spec.calculated}
    declared = {name: PROMOTED.get(kind, kind) for name, kind in given.items()}
    assert prepared(spec).types == declared
    assert list(geography.problems(data_set(spec, PLACE, "rules"), declared)) == []


@pytest.mark.parametrize("dashboard", COLLECTION.dashboards, ids=lambda dashboard: dashboard.name)
def test_each_dashboard_refers_to_what_is_there(dashboard: Dashboard) -> None:
    columns = {spec.id: prepared(spec).types for spec in dashboard.data_sets}
    assert definitions.errors(dict(dashboard.definition), columns) == []
