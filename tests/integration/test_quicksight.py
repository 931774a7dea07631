"""QuickSight on the laptop: what a template says is kept, imports really run, and each person sees their rows."""

from __future__ import annotations

import json
import time
import urllib.error
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
    "SELECT sale_id, shop, amount, CAST(current_timestamp AS timestamp) - age AS sold_at, online, customer FROM (VALUES"
    " (1, 'Oslo', 100.5, INTERVAL '30' DAY, true, 'ann'),"
    " (2, 'Bergen', 20.0, INTERVAL '1' DAY, false, 'ben'),"
    " (3, 'Rome', 300.0, INTERVAL '2' HOUR, true, CAST(NULL AS varchar)))"
    " AS t (sale_id, shop, amount, age, online, customer)"
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

    def replace(self, sql: str) -> None:
        """Make the table anew from the rows of a query."""
        self.athena("DROP TABLE IF EXISTS sales_lake.sales")
        folder = f"s3://sales-lake/tables/{time.monotonic_ns()}/"
        self.athena(f"CREATE TABLE sales_lake.sales WITH (format = 'PARQUET', external_location = '{folder}') AS {sql}")

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
    made.replace(SALES)
    for user in ("amy", "nils", "otto", "eve", "zoe"):
        given = {"UserName": user, "Email": f"{user}@example.com", "UserRole": "READER", "IdentityType": "QUICKSIGHT"}
        made.call("register_user", Namespace="default", **given)
    made.call("create_group", Namespace="default", GroupName="northerners")
    made.call("create_group_membership", Namespace="default", GroupName="northerners", MemberName="nils")
    return made


@pytest.fixture(scope="module")
def stack(lake: Lake) -> Stack:
    made = Stack(lake.laptop, "quicksight")
    assert made.deploy(template("quicksight.yaml")) == "CREATE_COMPLETE", made.failures()
    for group, member in (("managers", "amy"), ("authors", "otto")):
        lake.call("create_group_membership", Namespace="default", GroupName=group, MemberName=member)
    return made


def test_a_template_makes_what_it_says(lake: Lake, stack: Stack) -> None:
    outputs = stack.outputs()
    assert outputs["Dashboard"] == f"{ACCOUNT}|sales"
    assert outputs["Schedule"] == f"{ACCOUNT}|sales|nightly"
    assert outputs["Theme"] == f"sales-lake|{ACCOUNT}"
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
    seen = lake.rows("sales", user="amy")
    assert sorted(seen["data"]["shop"]) == ["Bergen", "Oslo", "Rome"]
    assert seen["hidden"] == ["customer"]
    assert (seen["ingestion"]["id"], seen["shown"]["id"], seen["count"]) == ("first", "first", 3)
    assert sorted(lake.rows("sales", user="nils")["data"]["shop"]) == ["Bergen", "Oslo"]
    owner = lake.rows("sales", user="otto")
    assert (owner["count"], owner["hidden"], set(owner["data"]["customer"])) == (3, [], {"ann", "ben", None})
    assert lake.rows("sales", user="eve")["count"] == 0
    with pytest.raises(urllib.error.HTTPError, match="401"):
        lake.rows("sales", user="zoe")
    by_size = lake.rows("sales", user="amy")["data"]
    assert dict(zip(by_size["shop"], by_size["size"], strict=True)) == {
        "Oslo": "large",
        "Bergen": "small",
        "Rome": "large",
    }
    assert dict(zip(by_size["shop"], by_size["online"], strict=True)) == {"Oslo": 1, "Bergen": 0, "Rome": 1}
    assert lake.rows("sales", **{"tag.shop": "Rome"})["data"]["shop"] == ["Rome"]
    with pytest.raises(ClientError, match="ResourceExistsException"):
        lake.call("create_ingestion", DataSetId="sales", IngestionId="first")


def test_an_incremental_refresh_replaces_the_rows_of_its_window_only(lake: Lake, stack: Stack) -> None:
    lake.ingest("sales", "before")
    # Outside of the window of seven days a change stays unseen until the next full refresh.
    changed = SALES.replace("100.5", "1.0").replace("300.0", "333.0").replace("(2, 'Bergen', 20.0", "(4, 'Bergen', 5.0")
    lake.replace(changed)
    done = lake.ingest("sales", "incremental", IngestionType="INCREMENTAL_REFRESH")
    assert (done["IngestionStatus"], done["RequestType"]) == ("COMPLETED", "INCREMENTAL_REFRESH"), done
    assert done["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 0, "TotalRowsInDataset": 3}
    assert amounts(lake) == {1: 100.5, 3: 333.0, 4: 5.0}
    lake.ingest("sales", "full")
    assert amounts(lake) == {1: 1.0, 3: 333.0, 4: 5.0}


def amounts(lake: Lake) -> dict[int, float]:
    seen = lake.rows("sales", user="amy")["data"]
    return dict(zip(seen["sale_id"], seen["amount"], strict=True))


def test_a_failed_ingestion_says_why_and_keeps_the_last_good_rows(lake: Lake, stack: Stack) -> None:
    lake.replace(SALES)
    lake.ingest("sales", "good")
    lake.athena("DROP TABLE sales_lake.sales")
    failed = lake.ingest("sales", "bad")
    assert (failed["IngestionStatus"], failed["ErrorInfo"]["Type"]) == ("FAILED", "SQL_TABLE_NOT_FOUND"), failed
    seen = lake.rows("sales", user="amy")
    assert (seen["count"], seen["shown"]["id"], seen["ingestion"]["id"]) == (3, "good", "bad")
    assert "SQL_TABLE_NOT_FOUND" in seen["ingestion"]["error"]
    lake.replace(SALES + " WHERE false")
    assert lake.ingest("sales", "empty")["RowInfo"]["TotalRowsInDataset"] == 0
    assert lake.rows("sales", user="amy")["count"] == 0
    lake.replace(SALES)
    metrics = lake.laptop.client("cloudwatch")
    listed = metrics.list_metrics(Namespace="AWS/QuickSight", MetricName="IngestionErrorCount")["Metrics"]
    assert [{"Name": "DatasetId", "Value": "sales"}] in [metric["Dimensions"] for metric in listed]


def test_ingestions_of_a_data_set_wait_for_each_other_and_can_be_cancelled(lake: Lake, stack: Stack) -> None:
    for ingestion in ("one", "two", "three"):
        lake.call("create_ingestion", DataSetId="sales", IngestionId=ingestion)
    waiting = lake.call("describe_ingestion", DataSetId="sales", IngestionId="three")["Ingestion"]
    assert waiting["IngestionStatus"] == "QUEUED"
    assert waiting["QueueInfo"]["WaitingOnIngestion"] == "three"
    lake.call("cancel_ingestion", DataSetId="sales", IngestionId="three")
    ends = [lake.wait("sales", ingestion)["IngestionStatus"] for ingestion in ("one", "two", "three")]
    assert ends == ["COMPLETED", "COMPLETED", "CANCELLED"]
    newest = lake.call("list_ingestions", DataSetId="sales", MaxResults=2)
    assert [found["IngestionId"] for found in newest["Ingestions"]] == ["three", "two"]
    assert newest["NextToken"]
    with pytest.raises(ClientError, match="must not have ended"):
        lake.call("cancel_ingestion", DataSetId="sales", IngestionId="one")


def test_an_ingestion_that_runs_is_cancelled_and_its_query_stopped(lake: Lake, stack: Stack) -> None:
    endless = "SELECT count(*) AS n FROM UNNEST(sequence(1, 100000)) AS a(x), UNNEST(sequence(1, 100000)) AS b(y)"
    query = {
        "DataSourceArn": f"{ARN}:datasource/sales-athena",
        "Name": "endless",
        "SqlQuery": endless,
        "Columns": [{"Name": "n", "Type": "INTEGER"}],
    }
    given = {"DataSetId": "endless", "Name": "Endless", "PhysicalTableMap": {"t": {"CustomSql": query}}}
    ingestion = lake.call("create_data_set", **given, ImportMode="SPICE")["IngestionId"]
    place = {"DataSetId": "endless", "IngestionId": ingestion}
    deadline = time.monotonic() + 60
    while lake.call("describe_ingestion", **place)["Ingestion"]["IngestionStatus"] != "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    lake.call("cancel_ingestion", **place)
    assert lake.wait("endless", ingestion)["IngestionStatus"] == "CANCELLED"
    lake.call("delete_data_set", DataSetId="endless")


def test_a_state_machine_refreshes_a_data_set_and_knows_errors_by_name(lake: Lake, stack: Stack) -> None:
    def task(operation: str, **more: Any) -> dict[str, Any]:
        arguments = {"AwsAccountId": ACCOUNT, "DataSetId": "sales", "IngestionId": "by-a-machine"}
        resource = f"arn:aws:states:::aws-sdk:quicksight:{operation}"
        return {"Type": "Task", "Resource": resource, "Parameters": arguments, **more}

    known = [{"ErrorEquals": ["QuickSight.ResourceExistsException"], "Next": "Look"}]
    definition = {
        "StartAt": "Start",
        "States": {
            "Start": task("createIngestion", Next="Again"),
            "Again": task("createIngestion", Catch=known, Next="Wrong"),
            "Wrong": {"Type": "Fail"},
            "Look": task("describeIngestion", End=True),
        },
    }
    states = lake.laptop.client("stepfunctions")
    machine = states.create_state_machine(
        name="refresh", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{ACCOUNT}:role/quicksight-athena"
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    deadline = time.monotonic() + 60
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found["status"] == "SUCCEEDED", found
    assert json.loads(found["output"])["Ingestion"]["IngestionId"] == "by-a-machine"
    lake.wait("sales", "by-a-machine")


def test_fails_to_deploy_a_dashboard_on_a_column_that_is_not_there(lake: Lake, stack: Stack) -> None:
    assert stack.deploy(template("quicksight.yaml"), Column="revenue") == "UPDATE_ROLLBACK_COMPLETE"
    assert "COLUMN_REPLACEMENT_MISSING" in stack.failures()
    assert "must use a column of sales; got revenue" in stack.failures()
    shown = lake.call("describe_dashboard", DashboardId="sales")["Dashboard"]["Version"]
    assert shown["Status"] == "CREATION_SUCCESSFUL"


def test_an_update_publishes_a_new_version_and_replaces_nothing(lake: Lake, stack: Stack) -> None:
    before = stack.outputs()
    assert stack.deploy(template("quicksight.yaml"), Title="All sales", Refresh="WEEKLY") == "UPDATE_COMPLETE", (
        stack.failures()
    )
    assert stack.outputs() == before
    dashboard = lake.call("describe_dashboard", DashboardId="sales")["Dashboard"]
    assert (dashboard["Name"], dashboard["Version"]["Status"]) == ("All sales", "CREATION_SUCCESSFUL")
    schedule = lake.call("describe_refresh_schedule", DataSetId="sales", ScheduleId="nightly")["RefreshSchedule"]
    assert schedule["ScheduleFrequency"]["Interval"] == "WEEKLY"


def test_an_update_moves_a_data_set_to_another_folder_and_a_failed_one_moves_it_back(lake: Lake, stack: Stack) -> None:
    changed = template("quicksight.yaml")
    data_sets = changed["Resources"]
    folder = {"AwsAccountId": ACCOUNT, "FolderId": "sales-more", "Name": "More"}
    data_sets["More"] = {"Type": "AWS::QuickSight::Folder", "Properties": folder}
    before = data_sets["Sales"]["Properties"]["FolderArns"]
    data_sets["Sales"]["Properties"]["FolderArns"] = [{"Fn::GetAtt": ["More", "Arn"]}]
    assert stack.deploy(changed) == "UPDATE_COMPLETE", stack.failures()
    place = {"ResourceArn": f"{ARN}:dataset/sales"}
    assert lake.call("list_folders_for_resource", **place)["Folders"] == [f"{ARN}:folder/sales-more"]
    data_sets["Sales"]["Properties"]["FolderArns"] = before
    assert stack.deploy(changed, Column="revenue") == "UPDATE_ROLLBACK_COMPLETE"
    assert lake.call("list_folders_for_resource", **place)["Folders"] == [f"{ARN}:folder/sales-more"]


def test_fails_for_an_update_of_what_a_data_set_is_for(lake: Lake, stack: Stack) -> None:
    changed = template("quicksight.yaml")
    del changed["Resources"]["Rules"]["Properties"]["UseAs"]
    assert stack.deploy(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert "a change of UseAs of a data set is not implemented on the laptop" in stack.failures()
    assert lake.call("describe_data_set", DataSetId="sales-access")["DataSet"]["UseAs"] == "RLS_RULES"


def test_fails_for_refreshes_that_a_data_set_cannot_have(lake: Lake, stack: Stack) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*must be in SPICE"):
        lake.call("create_ingestion", DataSetId="sales-access", IngestionId="x")
    schedule = {"ScheduleId": "s", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": {"Interval": "HOURLY"}}
    with pytest.raises(ClientError, match="must be in SPICE"):
        lake.call("create_refresh_schedule", DataSetId="sales-access", Schedule=schedule)
    lake.call("delete_data_set_refresh_properties", DataSetId="sales")
    with pytest.raises(ClientError, match="an incremental refresh must have a look-back window"):
        lake.call("create_ingestion", DataSetId="sales", IngestionId="x", IngestionType="INCREMENTAL_REFRESH")
    window = {"ColumnName": "shop", "Size": 1, "SizeUnit": "DAY"}
    properties = {"RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": window}}}
    with pytest.raises(ClientError, match="must be on a column of type DATETIME; got shop: STRING"):
        lake.call("put_data_set_refresh_properties", DataSetId="sales", DataSetRefreshProperties=properties)


def test_a_url_to_embed_is_given_to_those_who_may_look(lake: Lake, stack: Stack) -> None:
    experience = {"Dashboard": {"InitialDashboardId": "sales"}}
    given = {"ExperienceConfiguration": experience, "SessionLifetimeInMinutes": 15}
    url = lake.call("generate_embed_url_for_registered_user", UserArn=f"{ARN}:user/default/amy", **given)["EmbedUrl"]
    assert url.startswith("https://us-east-1.quicksight.aws.amazon.com/embed/")
    assert "/dashboards/sales?code=" in url
    with pytest.raises(ClientError, match=r"AccessDeniedException.*must have permissions on dashboard sales"):
        lake.call("generate_embed_url_for_registered_user", UserArn=f"{ARN}:user/default/otto", **given)
    with pytest.raises(ClientError, match="QuickSightUserNotFoundException"):
        lake.call("generate_embed_url_for_registered_user", UserArn=f"{ARN}:user/default/nobody", **given)
    anonymous = {**given, "Namespace": "default", "AuthorizedResourceArns": [f"{ARN}:dashboard/sales"]}
    tags = [{"Key": "shop", "Value": "Oslo"}]
    tagged = lake.call("generate_embed_url_for_anonymous_user", **anonymous, SessionTags=tags)
    assert tagged["AnonymousUserArn"].startswith(f"{ARN}:anonymousUser/")
    for change, message in (
        ({"SessionTags": [{"Key": "city", "Value": "Oslo"}]}, "must be keys of tag rules .shop.; got city"),
        ({"AuthorizedResourceArns": [f"{ARN}:dashboard/other"]}, "must have the first dashboard"),
        ({"AllowedDomains": ["http://example.com"]}, "AllowedDomains must be like"),
        ({"SessionLifetimeInMinutes": 601}, "less than or equal to 600"),
    ):
        with pytest.raises(ClientError, match=message):
            lake.call("generate_embed_url_for_anonymous_user", **{**anonymous, **change})


def test_deleting_the_stack_leaves_nothing(lake: Lake, stack: Stack) -> None:
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    # Another test may have put its own stack into this emulator.
    dashboards, data_sets, folders = (lake.call(f"list_{kind}") for kind in ("dashboards", "data_sets", "folders"))
    assert "sales" not in {found["DashboardId"] for found in dashboards["DashboardSummaryList"]}
    assert not {"sales", "sales-access"} & {found["DataSetId"] for found in data_sets["DataSetSummaries"]}
    assert "sales-lake" not in {found["FolderId"] for found in folders["FolderSummaryList"]}
    groups = lake.call("list_groups", Namespace="default")["GroupList"]
    assert not {"managers", "authors"} & {group["GroupName"] for group in groups}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        lake.call("describe_ingestion", DataSetId="sales", IngestionId="first")
