from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.athena import options, service, workgroups
from laptop.emulator.registry import NotImplementedOnLaptop

MINE, OTHER = "000000000000", "123456789012"
# As the lake's own templates and programs write them; CloudFormation has switches as text.
WORKGROUP: dict[str, Any] = {
    "EnforceWorkGroupConfiguration": "true",
    "RequesterPaysEnabled": "false",
    "BytesScannedCutoffPerQuery": 10_000_000,
    "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
    "ManagedQueryResultsConfiguration": {"Enabled": False},
    "ResultConfiguration": {"OutputLocation": "s3://results/", "ExpectedBucketOwner": MINE},
}
QUERY: dict[str, Any] = {
    "QueryString": "SELECT 1",
    "QueryExecutionContext": {"Catalog": "AwsDataCatalog", "Database": "lake_curated"},
    "ResultConfiguration": {"OutputLocation": "s3://results/"},
    "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True}},
}


def test_what_the_lake_asks_for_is_served() -> None:
    options.require_workgroup(WORKGROUP, MINE)
    options.require_query(QUERY, MINE)
    options.require_results({"QueryExecutionId": "1", "QueryResultType": "DATA_ROWS"})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"EngineVersion": {"SelectedEngineVersion": "PySpark engine version 3"}}, "the engine PySpark engine version"),
        ({"RequesterPaysEnabled": True}, "RequesterPaysEnabled"),
        ({"ManagedQueryResultsConfiguration": {"Enabled": True}}, "ManagedQueryResultsConfiguration"),
        ({"QueryResultsS3AccessGrantsConfiguration": {"EnableS3AccessGrants": "true"}}, "S3AccessGrants"),
        ({"EngineConfiguration": {"MaxConcurrentDpus": 20}}, "EngineConfiguration"),
        ({"ExecutionRole": "arn:aws:iam::000000000000:role/spark"}, "ExecutionRole"),
        ({"ResultConfiguration": {"ExpectedBucketOwner": OTHER}}, f"ExpectedBucketOwner {OTHER}"),
        (
            {"ResultConfiguration": {"AclConfiguration": {"S3AclOption": "BUCKET_OWNER_FULL_CONTROL"}}},
            "AclConfiguration",
        ),
    ],
)
def test_fails_for_a_workgroup_that_would_be_another_one_on_aws(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(NotImplementedOnLaptop, match=named):
        options.require_workgroup(WORKGROUP | changes, MINE)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"EngineConfiguration": {"CoordinatorDpuSize": 4}}, "a query with EngineConfiguration"),
        ({"QueryExecutionContext": {"Catalog": "orders_in_mysql"}}, "the catalog orders_in_mysql"),
        ({"ResultConfiguration": {"ExpectedBucketOwner": OTHER}}, "ExpectedBucketOwner"),
    ],
)
def test_fails_for_a_query_that_would_run_in_another_way_on_aws(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(NotImplementedOnLaptop, match=named):
        options.require_query(QUERY | changes, MINE)


@pytest.mark.parametrize(
    ("handler", "request_", "named"),
    [
        (service.start_query_execution, QUERY | {"EngineConfiguration": {"CoordinatorDpuSize": 4}}, "Engine"),
        (service.get_query_results, {"QueryExecutionId": "1", "QueryResultType": "DATA_MANIFEST"}, "DATA_MANIFEST"),
        (workgroups.create, {"Name": "spark", "Configuration": {"ExecutionRole": "role"}}, "ExecutionRole"),
    ],
    ids=["start", "results", "workgroup"],
)
def test_fails_before_anything_is_done(handler: Any, request_: dict[str, Any], named: str) -> None:
    def call(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError(f"{operation} must not be reached")

    with pytest.raises(NotImplementedOnLaptop, match=named):
        handler(request_, call)


def test_fails_to_query_in_a_workgroup_that_cloudformation_made_with_other_options() -> None:
    made = {"Name": "spark", "Configuration": {"ManagedQueryResultsConfiguration": {"Enabled": "true"}}}
    with pytest.raises(NotImplementedOnLaptop, match="a workgroup with ManagedQueryResultsConfiguration"):
        workgroups.settings("spark", {}, lambda operation, request: {"WorkGroup": made})
