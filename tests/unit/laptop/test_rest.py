from __future__ import annotations

import json
from typing import Any

import pytest

from laptop.emulator import rest

TAGGED = "arn:aws:emr-serverless:us-east-1:0:/applications/00a"


@pytest.mark.parametrize(
    ("line", "query", "operation", "request_"),
    [
        ("POST /applications", {}, "CreateApplication", {}),
        ("GET /applications/00a", {}, "GetApplication", {"applicationId": "00a"}),
        ("PATCH /applications/00a", {}, "UpdateApplication", {"applicationId": "00a"}),
        (
            "GET /applications/00a/jobruns",
            {"maxResults": ["5"], "states": ["FAILED", "SUCCESS"]},
            "ListJobRuns",
            {"applicationId": "00a", "maxResults": 5, "states": ["FAILED", "SUCCESS"]},
        ),
        ("DELETE /applications/00a/jobruns/00b", {}, "CancelJobRun", {"applicationId": "00a", "jobRunId": "00b"}),
        (f"GET /tags/{TAGGED}", {}, "ListTagsForResource", {"resourceArn": TAGGED}),
    ],
)
def test_operation_of_a_request_is_found_with_its_members(
    line: str, query: dict[str, Any], operation: str, request_: dict[str, Any]
) -> None:
    method, path = line.split()
    found = rest.resolve("emr-serverless", method, path, query, b'{"mine": 1}')
    assert found is not None
    assert (found[0], json.loads(found[1])) == (operation, request_ | {"mine": 1})


def test_an_arn_in_the_middle_of_a_path_may_have_slashes() -> None:
    arn = "arn:aws:quicksight:us-east-1:0:dashboard/orders"
    found = rest.resolve("quicksight", "GET", f"/resources/{arn}/tags", {}, b"")
    assert found is not None
    assert (found[0], json.loads(found[1])) == ("ListTagsForResource", {"ResourceArn": arn})


def test_a_number_in_a_path_is_a_number() -> None:
    found = rest.resolve("quicksight", "PUT", "/accounts/0/dashboards/orders/versions/2", {}, b"")
    assert found is not None
    assert json.loads(found[1]) == {"AwsAccountId": "0", "DashboardId": "orders", "VersionNumber": 2}


@pytest.mark.parametrize(
    ("service", "path"), [("emr-serverless", "/nowhere"), ("glue", "/applications"), ("no-such-service", "/")]
)
def test_request_without_a_route_is_nobodys(service: str, path: str) -> None:
    assert rest.resolve(service, "GET", path, {}, b"") is None
