"""QuickSight on the laptop: what a template says is kept, imports really run, and each person sees their rows."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

from tests.integration.test_cloudformation import Stack, template

ACCOUNT = "000000000000"
ARN = f"arn:aws:quicksight:us-east-1:{ACCOUNT}"
SALES = (
    "SELECT * FROM (VALUES"
    " (1, 'Oslo', 100.5, current_timestamp - INTERVAL '30' DAY, true, 'ann'),"
    " (2, 'Bergen', 20.0, current_timestamp - INTERVAL '1' DAY, false, 'ben'),"
    " (3, 'Rome', 300.0, current_timestamp - INTERVAL '2' HOUR, true, CAST(NULL AS varchar)))"
    " AS t (sale_id, shop, amount, sold_at, online, customer)"
)


@dataclass(frozen=True)
class Lake:
    """A small table in Athena, and the API of QuickSight."""

    laptop: Any
    api: Any

    def athena(self, sql: str) -> None:
        athena = self.laptop.client("athena")
        query = athena.start_query_execution(QueryString=sql, WorkGroup="sales-bi")["QueryExecutionId"]
        while (found := athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"])["State"] in {
            "QUEUED",
            "RUNNING",
        }:
            time.sleep(0.05)
        assert found["State"] == "SUCCEEDED", found

    def call(self, operation: str, **arguments: Any) -> Any:
        return getattr(self.api, operation)(AwsAccountId=ACCOUNT, **arguments)

    def rows(self, data_set: str, **query: str) -> Any:
        address = f"{self.laptop.endpoint}/_lake/quicksight/data-sets/{data_set}/rows?{urlencode(query)}"
        with urllib.request.urlopen(address) as answer:
            return json.load(answer)

    def ingest(self, data_set: str, ingestion: str, **arguments: str) -> Any:
        """Start an ingestion and wait for its end."""
        self.call("create_ingestion", DataSetId=data_set, IngestionId=ingestion, **arguments)
        return self.wait(data_set, ingestion)

    def wait(self, data_set: str, ingestion: str) -> Any:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.call("describe_ingestion", DataSetId=data_set, IngestionId=ingestion)["Ingestion"]
            if found["IngestionStatus"] not in {"INITIALIZED", "QUEUED", "RUNNING"}:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"ingestion {ingestion} must end; got {found}")


@pytest.fixture(scope="module")
def lake(laptop: Any) -> Lake:
    s3, athena, glue = (laptop.client(service) for service in ("s3", "athena", "glue"))
    s3.create_bucket(Bucket="sales-lake")
    athena.create_work_group(
        Name="sales-bi",
        Configuration={"ResultConfiguration": {"OutputLocation": "s3://sales-lake/results/"}},
    )
    glue.create_database(DatabaseInput={"Name": "sales_lake", "LocationUri": "s3://sales-lake/tables/"})
    made = Lake(laptop, laptop.client("quicksight"))
    made.athena(
        "CREATE TABLE sales_lake.sales"
        " WITH (format = 'PARQUET', external_location = 's3://sales-lake/tables/sales/') AS " + SALES.replace("current_timestamp", "CAST(current_timestamp AS timestamp)")
    )
    for user, email in (("ada", "ada@example.com"), ("ron", "ron@example.com"), ("max", "max@example.com")):
        made.call(
            "register_user",
            Namespace="default",
            IdentityType="QUICKSIGHT",
            UserRole="READER",
            UserName=user,
            Email=email,
        )
    made.call("create_group", Namespace="default", GroupName="northerners")
    made.call("create_group_membership", Namespace="default", GroupName="northerners", MemberName="ron")
    return made


@pytest.fixture(scope="module")
def stack(lake: Lake) -> Stack:
    made = Stack(lake.laptop, "quicksight")
    assert made.deploy(template("quicksight.yaml")) == "CREATE_COMPLETE", made.failures()
    for group, member in (("managers", "ada"), ("authors", "max")):
        lake.call("create_group_membership", Namespace="default", GroupName=group, MemberName=member)
    return made


def test_a_template_makes_what_it_says(lake: Lake, stack: Stack) -> None:
    outputs = stack.outputs()
    assert outputs["Dashboard"] == f"{ACCOUNT}|sales"
    assert outputs["Schedule"] == f"{ACCOUNT}|sales|nightly"
    assert outputs["Theme"] == f"lake|{ACCOUNT}"
    assert outputs["DataSetArn"] == f"{ARN}:dataset/sales"
    data_set = lake.call("describe_data_set", DataSetId="sales")["DataSet"]
    assert {column["Name"]: column["Type"] for column in data_set["OutputColumns"]} == {
        "sale_id": "INTEGER",
        "shop": "STRING",
        "amount": "DECIMAL",
        "sold_at": "DATETIME",
        "online": "INTEGER",
        "customer": "STRING",
        "size": "STRING",
        "month": "DATETIME",
    }


def test_an_ingestion_imports_the_rows_and_each_person_sees_theirs(lake: Lake, stack: Stack) -> None:
    done = lake.ingest("sales", "first")
    assert (done["IngestionStatus"], done["RowInfo"]["TotalRowsInDataset"]) == ("COMPLETED", 3), done
    seen = lake.rows("sales", user="ada")
    assert sorted(seen["data"]["shop"]) == ["Bergen", "Oslo", "Rome"]
    assert seen["hidden"] == ["customer"]
    assert (seen["ingestion"]["id"], seen["shown"]["id"], seen["count"]) == ("first", "first", 3)
    assert sorted(lake.rows("sales", user="ron")["data"]["shop"]) == ["Bergen", "Oslo"]
    assert lake.rows("sales", user="max")["count"] == 0
    by_size = lake.rows("sales", user="ada")["data"]
    assert dict(zip(by_size["shop"], by_size["size"], strict=True)) == {
        "Oslo": "large",
        "Bergen": "small",
        "Rome": "large",
    }
    assert dict(zip(by_size["shop"], by_size["online"], strict=True)) == {"Oslo": 1, "Bergen": 0, "Rome": 1}
    assert lake.rows("sales", **{"tag.shop": "Rome"})["data"]["shop"] == ["Rome"]
    with pytest.raises(ClientError, match="ResourceExistsException"):
        lake.call("create_ingestion", DataSetId="sales", IngestionId="first")
