"""What QuickSight keeps when the laptop is killed in the middle of an import."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.conftest import Laptop, running_laptop

ACCOUNT = "000000000000"
READ = [
    f"quicksight:{name}"
    for name in [
        "DescribeDataSet",
        "DescribeDataSetPermissions",
        "PassDataSet",
        "DescribeIngestion",
        "ListIngestions",
        "DescribeRefreshSchedule",
        "ListRefreshSchedules",
    ]
]
ENDLESS = "SELECT count(*) AS n FROM UNNEST(sequence(1, 100000)) AS a(x), UNNEST(sequence(1, 100000)) AS b(y)"


def data_set(sql: str) -> dict[str, Any]:
    query = {
        "DataSourceArn": f"arn:aws:quicksight:us-east-1:{ACCOUNT}:datasource/athena",
        "Name": "numbers",
        "SqlQuery": sql,
        "Columns": [{"Name": "n", "Type": "INTEGER"}],
    }
    return {
        "AwsAccountId": ACCOUNT,
        "DataSetId": "numbers",
        "Name": "Numbers",
        "ImportMode": "SPICE",
        "PhysicalTableMap": {"t": {"CustomSql": query}},
    }


def status(api: Any, ingestion: str, until: set[str]) -> dict[str, Any]:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = api.describe_ingestion(AwsAccountId=ACCOUNT, DataSetId="numbers", IngestionId=ingestion)["Ingestion"]
        if found["IngestionStatus"] in until:
            return dict(found)
        time.sleep(0.05)
    raise AssertionError(f"{ingestion} must become one of {until}; got {found}")


def begin(laptop: Laptop) -> str:
    """Import a number, then begin an import that does not end; return its id."""
    laptop.client("s3").create_bucket(Bucket="kept")
    results = {"ResultConfiguration": {"OutputLocation": "s3://kept/results/"}}
    laptop.client("athena").create_work_group(Name="bi", Configuration=results)
    api = laptop.client("quicksight")
    user = {"UserName": "ada", "Email": "ada@example.com", "IdentityType": "QUICKSIGHT", "UserRole": "READER"}
    api.register_user(AwsAccountId=ACCOUNT, Namespace="default", **user)
    api.create_data_source(
        AwsAccountId=ACCOUNT,
        DataSourceId="athena",
        Name="athena",
        Type="ATHENA",
        DataSourceParameters={"AthenaParameters": {"WorkGroup": "bi"}},
    )
    reader = {"Principal": f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/ada", "Actions": READ}
    first = api.create_data_set(**data_set("SELECT 7 AS n"), Permissions=[reader])["IngestionId"]
    assert status(api, first, {"COMPLETED", "FAILED"})["IngestionStatus"] == "COMPLETED"
    second: str = api.update_data_set(**data_set(ENDLESS))["IngestionId"]
    status(api, second, {"RUNNING"})
    return second


def test_a_killed_import_has_failed_and_the_last_good_rows_are_still_there(tmp_path: Path) -> None:
    running = contextmanager(running_laptop)
    with running(tmp_path) as laptop:
        cut_off = begin(laptop)
        os.kill(laptop.run.pid, signal.SIGKILL)
    with running(tmp_path) as laptop:
        failed = status(laptop.client("quicksight"), cut_off, {"FAILED", "COMPLETED"})
        assert failed["ErrorInfo"]["Type"] == "INTERNAL_SERVICE_ERROR"
        assert "was stopped while the ingestion ran" in failed["ErrorInfo"]["Message"]
        address = f"{laptop.endpoint}/_lake/quicksight/data-sets/numbers/rows?user=ada"
        with urllib.request.urlopen(address) as answer:
            seen = json.load(answer)
        assert seen["data"] == {"n": [7]}
        assert (seen["ingestion"]["status"], seen["shown"]["status"]) == ("FAILED", "COMPLETED")
