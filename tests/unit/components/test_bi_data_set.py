"""Data sets as QuickSight takes them: each request is checked by the model of its API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.validate import validate_parameters

from components.bi_data_set import DataSetPlace, data_set, rules_data_set
from contracts.loader import load_contracts
from dashboards.model import CalculatedColumn, DataColumn, DataSet, LookBack, RowAccess, RowRule

CONTRACTS = {contract.name: contract for contract in load_contracts()}
PLACE = DataSetPlace(
    account="000000000000",
    namespace="default",
    data_source="arn:aws:quicksight:us-east-1:000000000000:datasource/lake-athena",
    folder="arn:aws:quicksight:us-east-1:000000000000:folder/lake",
    groups={
        name: f"arn:aws:quicksight:us-east-1:000000000000:group/default/{name}" for name in ("lake-authors", "lake-ops")
    },
    owners=["arn:aws:quicksight:us-east-1:000000000000:group/default/lake-authors"],
    contracts=CONTRACTS,
)
ACCESS = RowAccess(
    columns=("segment",), rules=(RowRule(group="lake-ops", values={"segment": ("new",)}),), tags={"shop": "segment"}
)
RULES = "arn:aws:quicksight:us-east-1:000000000000:dataset/lake-orders-access"
# What CloudFormation sends by other calls than CreateDataSet.
SENT_OTHERWISE = ("IngestionWaitPolicy", "DataSetRefreshProperties")


def column(name: str, type_: str = "STRING", *sources: str, **more: Any) -> DataColumn:
    return DataColumn(name=name, type=type_, description=f"About {name}", sources=sources, **more)  # type: ignore[arg-type]


ORDERS = DataSet(
    name="orders",
    title="Orders",
    description="One row per order",
    products=("orders",),
    tables=("orders",),
    sql="select * from lake_curated.orders",
    import_mode="SPICE",
    columns=(
        column("order_id", "STRING", "orders.order_id"),
        column("customer_id", "INTEGER", "orders.customer_id", personal=True, folder="People/Buyers"),
        column("order_date", "DATETIME", "orders.order_date"),
        column("amount", "DECIMAL", "orders.amount", folder="Money"),
        column("per_disc", "DECIMAL", "orders.amount", "orders.quantity", folder="Money"),
        column("segment", "STRING", "customer_history.segment"),
        column("country", "STRING", geographic_role="COUNTRY"),
    ),
    calculated=(
        CalculatedColumn(
            name="large", type="STRING", expression="ifelse({amount} > 50, 'yes', 'no')", description="", folder="Money"
        ),
    ),
    row_access=ACCESS,
    personal_readers=("lake-authors",),
    look_back=LookBack(column="order_date", size=90, unit="DAY"),
)


def accepted(properties: Mapping[str, Any]) -> None:
    """Ask botocore's model of the API; it knows each member, its type and which are needed."""
    model = boto3.Session(region_name="us-east-1").client("quicksight").meta.service_model
    request = {name: value for name, value in properties.items() if name not in SENT_OTHERWISE}
    if "FieldFolders" in request:
        # The one place where CloudFormation writes a member with a capital and the API does not.
        request["FieldFolders"] = {name: {"columns": each["Columns"]} for name, each in request["FieldFolders"].items()}
    validate_parameters(request, model.operation_model("CreateDataSet").input_shape)
    if "DataSetRefreshProperties" in properties:
        shape = model.operation_model("PutDataSetRefreshProperties").input_shape
        validate_parameters(
            {name: properties[name] for name in ("AwsAccountId", "DataSetId", SENT_OTHERWISE[1])}, shape
        )


def result(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    table: Mapping[str, Any] = properties["SemanticModelConfiguration"]["TableMap"]["result"]
    return table


def test_the_api_accepts_every_kind_of_data_set() -> None:
    table = replace(ORDERS, sql=None, row_access=None, look_back=None, calculated=(), import_mode="DIRECT_QUERY")
    for properties in (
        data_set(ORDERS, PLACE, RULES),
        data_set(table, PLACE, None),
        rules_data_set(ORDERS, ACCESS, PLACE),
    ):
        accepted(properties)


def test_deprecated_properties_are_not_used() -> None:
    deprecated = {"LogicalTableMap", "RowLevelPermissionDataSet", "RowLevelPermissionTagConfiguration"}
    assert not deprecated & set(data_set(ORDERS, PLACE, RULES))


def test_sql_is_asked_as_it_is_and_a_table_by_its_name() -> None:
    sql = data_set(ORDERS, PLACE, RULES)["PhysicalTableMap"]["table"]["CustomSql"]
    assert sql["SqlQuery"] == ORDERS.sql
    table = data_set(replace(ORDERS, sql=None), PLACE, RULES)["PhysicalTableMap"]["table"]["RelationalTable"]
    assert (table["Catalog"], table["Schema"], table["Name"]) == ("AwsDataCatalog", "lake_curated", "orders")
    assert [each["Name"] for each in table["InputColumns"]] == [each.name for each in ORDERS.columns]


def test_a_decimal_of_up_to_four_digits_is_fixed_and_any_other_a_float() -> None:
    """SPICE would make 0.0000 of what a query costs."""
    columns = data_set(ORDERS, PLACE, RULES)["PhysicalTableMap"]["table"]["CustomSql"]["Columns"]
    types = {each["Name"]: each.get("SubType") for each in columns}
    assert (types["amount"], types["per_disc"], types["order_id"]) == ("FIXED", "FLOAT", None)


def test_only_spice_knows_subtypes_and_imports() -> None:
    properties = data_set(replace(ORDERS, import_mode="DIRECT_QUERY", look_back=None), PLACE, RULES)
    assert "SubType" not in str(properties)
    assert not {"IngestionWaitPolicy", "DataSetRefreshProperties"} & set(properties)


def test_no_deployment_waits_for_an_import() -> None:
    assert data_set(ORDERS, PLACE, RULES)["IngestionWaitPolicy"] == {"WaitForSpiceIngestion": False}


def test_an_incremental_refresh_looks_back_and_tells_owners_if_it_fails() -> None:
    assert data_set(ORDERS, PLACE, RULES)["DataSetRefreshProperties"] == {
        "RefreshConfiguration": {
            "IncrementalRefresh": {"LookbackWindow": {"ColumnName": "order_date", "Size": 90, "SizeUnit": "DAY"}}
        },
        "FailureConfiguration": {"EmailAlert": {"AlertStatus": "ENABLED"}},
    }
    assert "DataSetRefreshProperties" not in data_set(replace(ORDERS, look_back=None), PLACE, RULES)


@pytest.mark.parametrize(("calculated", "last"), [(ORDERS.calculated, "calculate"), ((), "import")])
def test_what_people_see_is_the_last_step(calculated: tuple[CalculatedColumn, ...], last: str) -> None:
    preparation = data_set(replace(ORDERS, calculated=calculated), PLACE, RULES)["DataPrepConfiguration"]
    assert list(preparation["TransformStepMap"])[-1] == last
    assert preparation["DestinationTableMap"]["result"]["Source"] == {"TransformOperationId": last}


def test_columns_are_described_and_places_are_known_as_such() -> None:
    described = {
        each["ColumnNames"][0]: each["ColumnProperties"]
        for each in result(data_set(ORDERS, PLACE, RULES))["SemanticMetadata"]["ColumnMetadata"]
    }
    assert described["order_id"] == [{"Description": {"Text": "About order_id"}}]
    assert {"SemanticType": {"GeographicalRole": "COUNTRY"}} in described["country"]
    # A calculated column without a description has nothing to say.
    assert "large" not in described


def test_columns_lie_in_their_folders() -> None:
    assert data_set(ORDERS, PLACE, RULES)["FieldFolders"] == {
        "People/Buyers": {"Columns": ["customer_id"]},
        "Money": {"Columns": ["amount", "per_disc", "large"]},
    }


def test_personal_columns_are_read_by_the_named_groups_only() -> None:
    assert data_set(ORDERS, PLACE, RULES)["ColumnLevelPermissionRules"] == [
        {"ColumnNames": ["customer_id"], "Principals": [PLACE.groups["lake-authors"]]}
    ]


def test_rows_are_restricted_by_group_and_by_session_tag() -> None:
    assert result(data_set(ORDERS, PLACE, RULES))["RowLevelPermissionConfiguration"] == {
        "RowLevelPermissionDataSet": {
            "Arn": RULES,
            "FormatVersion": "VERSION_1",
            "Namespace": "default",
            "PermissionPolicy": "GRANT_ACCESS",
            "Status": "ENABLED",
        },
        "TagConfiguration": {
            "Status": "ENABLED",
            "TagRules": [{"TagKey": "shop", "ColumnName": "segment", "TagMultiValueDelimiter": ","}],
            "TagRuleConfigurations": [["shop"]],
        },
    }
    assert "RowLevelPermissionConfiguration" not in result(data_set(replace(ORDERS, row_access=None), PLACE, None))


def test_fails_if_restricted_rows_have_no_rules() -> None:
    with pytest.raises(ValueError, match=r"restricted by \['segment'\] must have a data set of rules; got none"):
        data_set(ORDERS, PLACE, None)


def test_rules_hold_at_once_and_are_marked_as_rules() -> None:
    properties = rules_data_set(ORDERS, ACCESS, PLACE)
    assert (properties["DataSetId"], properties["UseAs"], properties["ImportMode"]) == (
        "lake-orders-access",
        "RLS_RULES",
        "DIRECT_QUERY",
    )
