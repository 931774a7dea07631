"""What QuickSight gets: exact permissions, data sets that say the truth in time, dashboards that only some may open."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from components.bi_functions import session_tags
from components.bi_principals import BiPrincipals
from config.bi import BiConfig
from config.loader import load
from contracts.loader import load_contracts
from dashboards import catalog, permissions
from delivery.doctor import quicksight_data
from stacks.bi_stack import refreshed_after
from tests.policy.rules import listed
from tests.synthesis import Assembly, Resource
from tests.unit.stacks.templates import allowed, short

COLLECTION = catalog.load(load_contracts())
CONFIG = load("laptop").bi
# How permissions name each type.
KINDS: dict[str, permissions.Kind] = {
    "Dashboard": "dashboard",
    "DataSet": "data set",
    "DataSource": "data source",
    "Folder": "folder",
    "Theme": "theme",
}


def made(assembly: Assembly, kind: str) -> list[Resource]:
    return list(assembly.resources("Bi", f"AWS::QuickSight::{kind}"))


def by(assembly: Assembly, kind: str, key: str) -> dict[str, dict[str, Any]]:
    return {each.properties[key]: dict(each.properties) for each in made(assembly, kind)}


def principal(assembly: Assembly, value: Any) -> str:
    """Write a principal of a grant as its ARN, as CloudFormation will."""
    if isinstance(value, str):
        return value
    logical_id, attribute = value["Fn::GetAtt"]
    assert attribute == "Arn"
    group = assembly.templates["Bi"]["Resources"][logical_id]["Properties"]
    return f"arn:aws:quicksight:us-east-1:000000000000:group/{group['Namespace']}/{group['GroupName']}"


def grants(assembly: Assembly, properties: dict[str, Any]) -> dict[str, set[str]]:
    """Give what each principal may do, by the principal's name."""
    return {
        principal(assembly, each["Principal"]).rpartition("/")[2]: set(each["Actions"])
        for each in properties["Permissions"]
    }


def variables(assembly: Assembly, prefix: str) -> dict[str, Any]:
    function = assembly.only("Bi", "AWS::Lambda::Function", prefix).properties
    found: dict[str, Any] = function["Environment"]["Variables"]
    return found


def people(config: BiConfig) -> tuple[BiPrincipals, cdk.Stack]:
    app = cdk.App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    stack = cdk.Stack(app, "S", env=cdk.Environment(account="000000000000", region="cn-north-1"))
    return BiPrincipals(stack, "People", config=config, groups=COLLECTION.groups), stack


def changed(**changes: Any) -> BiConfig:
    return BiConfig.model_validate(CONFIG.model_dump() | changes)


def test_everything_of_the_collection_is_deployed(laptop_assembly: Assembly) -> None:
    restricted = {f"{each.id}-access" for each in COLLECTION.data_sets if each.row_access}
    assert restricted
    assert set(by(laptop_assembly, "DataSet", "DataSetId")) == {each.id for each in COLLECTION.data_sets} | restricted
    assert set(by(laptop_assembly, "Dashboard", "DashboardId")) == {each.id for each in COLLECTION.dashboards}
    assert set(by(laptop_assembly, "Group", "GroupName")) == {each.name for each in COLLECTION.groups}
    assert set(by(laptop_assembly, "Theme", "ThemeId")) == {"lake"}
    schedules = {each.properties["Schedule"]["ScheduleId"] for each in made(laptop_assembly, "RefreshSchedule")}
    assert schedules == {refresh.id for each in COLLECTION.data_sets for refresh in each.refreshes}


def test_nothing_of_quicksight_is_there_where_it_is_off(prod_assembly: Assembly) -> None:
    assert "Bi" not in prod_assembly.templates
    assert [each for each in prod_assembly.resources() if each.type.startswith("AWS::QuickSight")] == []
    assert not [each for each in prod_assembly.resources("Processing") if "quicksight:" in str(each.properties)]


def test_scripts_find_dashboards_and_functions_in_the_outputs(laptop_assembly: Assembly) -> None:
    outputs = laptop_assembly.outputs("Bi")
    assert {name: value for name, value in outputs.items() if isinstance(value, str)} == {
        f"{each.name.capitalize()}DashboardId": each.id for each in COLLECTION.dashboards
    }
    assert set(outputs) >= {
        "BiDataSourceArn",
        "DashboardUrlFunctionName",
        "UsageHistoryFunctionName",
        "OrdersDashboardId",
        "TrafficDashboardId",
        "OperationsDashboardId",
    }


def test_athena_is_asked_in_a_workgroup_and_with_a_role_of_its_own_over_tls(laptop_assembly: Assembly) -> None:
    source = by(laptop_assembly, "DataSource", "DataSourceId")["lake-athena"]
    athena = source["DataSourceParameters"]["AthenaParameters"]
    assert "Query:ExportsOutputRefBi" in str(athena["WorkGroup"])
    assert athena["RoleArn"]["Fn::GetAtt"][0].startswith("AthenaRole")
    assert source["SslProperties"] == {"DisableSsl": False}
    assert source["VpcConnectionProperties"]["VpcConnectionArn"]["Fn::GetAtt"][0].startswith("NetworkConnection")


def test_only_quicksight_of_this_account_takes_the_roles(laptop_assembly: Assembly) -> None:
    for prefix in ("AthenaRole", "NetworkRole"):
        trust = laptop_assembly.only("Bi", "AWS::IAM::Role", prefix).properties["AssumeRolePolicyDocument"]
        (statement,) = trust["Statement"]
        assert statement["Principal"] == {"Service": "quicksight.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "000000000000"}}


def test_quicksight_reads_the_tables_of_data_sets_and_writes_results_only(laptop_assembly: Assembly) -> None:
    may = allowed(laptop_assembly, "Bi", "AthenaRole")
    tables = {name for each in COLLECTION.data_sets for name in each.tables}
    catalog_tables = {each.rpartition("/")[2] for each in may["glue:GetTable"] if ":table/" in each}
    assert catalog_tables == tables
    assert not [
        action for action in may if action.startswith("glue:") and not action.startswith(("glue:Get", "glue:B"))
    ]
    assert {each.partition("/")[2].partition("/")[0] for each in may["s3:GetObject"]} == {*tables, "bi"}
    assert {each.partition("/")[2] for each in may["s3:PutObject"]} == {"bi/*"}
    assert len(may["athena:StartQueryExecution"]) == 1
    assert "Bi" in next(iter(may["athena:StartQueryExecution"]))


def test_every_grant_is_a_whole_set_and_nobody_has_two(laptop_assembly: Assembly) -> None:
    checked = 0
    for kind, name in KINDS.items():
        whole = [permissions.actions_of(name, "reader"), permissions.actions_of(name, "owner")]
        for each in made(laptop_assembly, kind):
            entries = each.properties["Permissions"]
            assert [grant for grant in entries if grant["Actions"] not in whole] == [], each
            principals = [principal(laptop_assembly, grant["Principal"]) for grant in entries]
            assert len(set(principals)) == len(principals), each
            checked += 1
    assert checked >= len(COLLECTION.data_sets) + 2 * len(COLLECTION.dashboards) + 3


def test_authors_own_everything_and_readers_open_their_dashboards_and_no_data_set(laptop_assembly: Assembly) -> None:
    folders = by(laptop_assembly, "Folder", "FolderId")
    for spec in COLLECTION.dashboards:
        properties = by(laptop_assembly, "Dashboard", "DashboardId")[spec.id]
        owners = {"lake-authors": set(permissions.actions_of("dashboard", "owner"))}
        readers = {name: set(permissions.actions_of("dashboard", "reader")) for name in spec.readers}
        assert grants(laptop_assembly, properties) == owners | readers
        assert set(grants(laptop_assembly, folders[spec.id])) == {"lake-authors", *spec.readers}
    for kind in ("DataSource", "DataSet", "Theme"):
        for each in made(laptop_assembly, kind):
            assert set(grants(laptop_assembly, dict(each.properties))) == {"lake-authors"}


def test_what_is_in_a_folder_is_for_those_who_may_open_it(laptop_assembly: Assembly) -> None:
    """A reader of a folder may open what is in it, and folders below it are open to the same people."""
    resources = laptop_assembly.templates["Bi"]["Resources"]
    for each in made(laptop_assembly, "Dashboard"):
        (folder,) = each.properties["FolderArns"]
        properties = resources[folder["Fn::GetAtt"][0]]["Properties"]
        assert properties["FolderId"] == each.properties["DashboardId"]
        assert "ParentFolderArn" not in properties
    for each in (*made(laptop_assembly, "DataSet"), *made(laptop_assembly, "DataSource")):
        (folder,) = each.properties["FolderArns"]
        assert resources[folder["Fn::GetAtt"][0]]["Properties"]["FolderId"] == "lake"


def test_a_dashboard_names_its_data_sets_and_is_refused_if_one_lacks_a_column(laptop_assembly: Assembly) -> None:
    data_sets = {each.logical_id: each.properties["DataSetId"] for each in made(laptop_assembly, "DataSet")}
    for spec in COLLECTION.dashboards:
        properties = by(laptop_assembly, "Dashboard", "DashboardId")[spec.id]
        declared = {
            each["Identifier"]: data_sets[each["DataSetArn"]["Fn::GetAtt"][0]]
            for each in properties["Definition"]["DataSetIdentifierDeclarations"]
        }
        assert declared == {each.id: each.id for each in spec.data_sets}
        assert properties["ValidationStrategy"] == {"Mode": "STRICT"}
        assert properties["ThemeArn"] == {"Fn::GetAtt": ["Theme", "Arn"]}


def test_nobody_gets_in_by_a_link_and_exports_are_as_configured(laptop_assembly: Assembly) -> None:
    for properties in by(laptop_assembly, "Dashboard", "DashboardId").values():
        assert "LinkSharingConfiguration" not in properties
        assert properties["DashboardPublishOptions"]["ExportToCSVOption"] == {"AvailabilityStatus": "ENABLED"}
        assert properties["DashboardPublishOptions"]["ExportWithHiddenFieldsOption"] == {
            "AvailabilityStatus": "DISABLED"
        }


def test_another_definition_has_another_description(laptop_assembly: Assembly) -> None:
    described = [each["VersionDescription"] for each in by(laptop_assembly, "Dashboard", "DashboardId").values()]
    assert len({text.rpartition(" ")[2] for text in described}) == len(described)


def test_a_restricted_data_set_points_to_its_rules(laptop_assembly: Assembly) -> None:
    deployed = by(laptop_assembly, "DataSet", "DataSetId")
    rules = {each.logical_id: each.properties["DataSetId"] for each in made(laptop_assembly, "DataSet")}
    for spec in COLLECTION.data_sets:
        table = deployed[spec.id]["SemanticModelConfiguration"]["TableMap"]["result"]
        found = table.get("RowLevelPermissionConfiguration", {}).get("RowLevelPermissionDataSet")
        assert bool(found) == bool(spec.row_access)
        if found:
            assert rules[found["Arn"]["Fn::GetAtt"][0]] == f"{spec.id}-access"
            assert deployed[f"{spec.id}-access"]["UseAs"] == "RLS_RULES"


def test_schedules_wait_for_their_data_set_and_keep_the_clock_of_the_environment(laptop_assembly: Assembly) -> None:
    data_sets = {each.logical_id: each.properties["DataSetId"] for each in made(laptop_assembly, "DataSet")}
    for each in made(laptop_assembly, "RefreshSchedule"):
        assert [data_sets[name] for name in each.body["DependsOn"]] == [each.properties["DataSetId"]]
        assert each.properties["Schedule"]["ScheduleFrequency"]["TimeZone"] == CONFIG.time_zone
    weekly = next(
        each.properties["Schedule"]["ScheduleFrequency"]
        for each in made(laptop_assembly, "RefreshSchedule")
        if each.properties["Schedule"]["ScheduleId"] == "orders-weekly"
    )
    assert weekly["RefreshOnDay"] == {"DayOfWeek": "SUNDAY"}


def test_a_failed_refresh_of_each_imported_data_set_rings(laptop_assembly: Assembly) -> None:
    watched = set()
    for each in laptop_assembly.resources("Bi", "AWS::CloudWatch::Alarm"):
        for query in each.properties["Metrics"]:
            metric = query["MetricStat"]["Metric"]
            if metric["Namespace"] == "AWS/QuickSight":
                assert metric["MetricName"] == "IngestionErrorCount"
                (dimension,) = metric["Dimensions"]
                assert dimension["Name"] == "DatasetId"
                watched.add(dimension["Value"])
    assert watched == {each.id for each in COLLECTION.data_sets if each.import_mode == "SPICE"}


def test_pipelines_refresh_the_imported_data_sets_of_their_product(laptop_assembly: Assembly) -> None:
    expected = refreshed_after(COLLECTION)
    assert "lake-orders" in expected["orders"]
    assert not [name for names in expected.values() for name in names if name == "lake-flights"]
    machines = laptop_assembly.resources("Processing", "AWS::StepFunctions::StateMachine")
    found = {str(each.properties["DefinitionSubstitutions"]["DataSets"]) for each in machines}
    assert found == {",".join(names) for names in expected.values()} | {"none"}


def test_interfaces_of_quicksight_reach_the_endpoints_of_the_network_and_nothing_else(
    laptop_assembly: Assembly,
) -> None:
    group = laptop_assembly.only("Bi", "AWS::EC2::SecurityGroup").properties
    (outward,), (inward,) = group["SecurityGroupEgress"], group["SecurityGroupIngress"]
    assert (outward["FromPort"], outward["ToPort"]) == (443, 443)
    assert outward["DestinationSecurityGroupId"] == inward["SourceSecurityGroupId"]
    assert "EndpointAccess" in str(outward["DestinationSecurityGroupId"])
    role = laptop_assembly.only("Bi", "AWS::IAM::Role", "NetworkRole").properties
    changing = [
        statement
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]
        if "ec2:DeleteNetworkInterface" in listed(statement["Action"])
    ]
    assert [list(statement["Condition"]["ArnEquals"]) for statement in changing] == [["ec2:Vpc"]]


def test_addresses_are_made_for_the_lakes_dashboards_and_configured_pages_only(laptop_assembly: Assembly) -> None:
    environment = variables(laptop_assembly, "FunctionsDashboardUrl")
    assert set(environment["DASHBOARDS"].split(",")) == {each.id for each in COLLECTION.dashboards}
    assert json.loads(environment["ANONYMOUS"]) == {"lake-orders": ["segment"]}
    assert (environment["DOMAINS"], environment["SESSION_MINUTES"]) == ("http://localhost:8080", "60")
    may = allowed(laptop_assembly, "Bi", "FunctionsDashboardUrlRole")
    everywhere = "arn:aws:quicksight:us-east-1:000000000000"
    dashboards = {f"{everywhere}:dashboard/{each.id}" for each in COLLECTION.dashboards}
    users = f"{everywhere}:user/default/*"
    assert may["quicksight:GenerateEmbedUrlForRegisteredUser"] == {short(each) for each in (*dashboards, users)}
    anonymous = (f"{everywhere}:dashboard/lake-orders", f"{everywhere}:namespace/default")
    assert may["quicksight:GenerateEmbedUrlForAnonymousUser"] == {short(each) for each in anonymous}
    role = laptop_assembly.only("Bi", "AWS::IAM::Role", "FunctionsDashboardUrlRole").properties
    conditions = [
        statement["Condition"]
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]
        if "quicksight" in str(statement["Action"])
    ]
    only_there = {"ForAllValues:StringEquals": {"quicksight:AllowedEmbeddingDomains": ["http://localhost:8080"]}}
    assert conditions == [only_there, only_there]


def test_usage_is_counted_of_all_workgroups_and_jobs_and_written_to_its_table_only(laptop_assembly: Assembly) -> None:
    environment = variables(laptop_assembly, "FunctionsUsageHistory")
    assert environment["WORKGROUPS"].split(",") == ["lake-analysts", "lake-engineers", "lake-pipeline", "lake-bi"]
    jobs = len(list(laptop_assembly.resources("Processing", "AWS::Glue::Job")))
    assert str(environment["JOBS"]).count("Fn::ImportValue") == jobs
    assert "curate-orders=" in str(environment["JOBS"])
    may = allowed(laptop_assembly, "Bi", "FunctionsUsageHistoryRole")
    assert len(may["glue:GetJobRuns"]) == jobs
    assert {each.partition("/")[2] for each in may["s3:PutObject"]} == {"usage/*"}
    schedule = laptop_assembly.only("Bi", "AWS::Scheduler::Schedule").properties
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert "PipelinesUndelivered" in str(schedule["Target"]["DeadLetterConfig"])


def test_hours_that_could_not_be_counted_wait_in_the_queue_that_rings(laptop_assembly: Assembly) -> None:
    failures = laptop_assembly.only("Bi", "AWS::Lambda::EventInvokeConfig").properties
    assert failures["FunctionName"]["Ref"].startswith("FunctionsUsageHistory")
    assert "PipelinesUndelivered" in str(failures["DestinationConfig"]["OnFailure"]["Destination"])
    may = allowed(laptop_assembly, "Bi", "FunctionsUsageHistoryRole")
    assert "PipelinesUndelivered" in str(may["sqs:SendMessage"])


def test_people_of_the_configuration_own_or_read_besides_the_groups() -> None:
    config = changed(owners=("user/default/ada",), readers=("group/default/board",), identity_region="cn-north-1")
    principals, _ = people(config)
    assert principals.owners[1:] == ["arn:aws-cn:quicksight:cn-north-1:000000000000:user/default/ada"]
    readers = principals.readers(COLLECTION.dashboards[0])
    assert readers[-1] == "arn:aws-cn:quicksight:cn-north-1:000000000000:group/default/board"
    assert len(readers) == len(COLLECTION.dashboards[0].readers) + 1


def test_authors_who_are_named_as_readers_get_one_grant() -> None:
    principals, _ = people(CONFIG)
    spec = replace(COLLECTION.dashboards[0], readers=("lake-authors", "lake-managers"))
    assert principals.readers(spec) == [principals.groups["lake-managers"]]


def test_groups_that_exist_already_are_named_in_the_identity_region_and_not_made() -> None:
    principals, stack = people(changed(create_groups=False, identity_region="cn-northwest-1"))
    assert Template.from_stack(stack).to_json().get("Resources", {}) == {}
    assert principals.groups["lake-managers"] == (
        "arn:aws-cn:quicksight:cn-northwest-1:000000000000:group/default/lake-managers"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"owners": ("group/default/lake-managers",)}, r"must not name groups of dashboards/groups.py; got"),
        ({"readers": ("user/other/ada",)}, r"must be of namespace default; got \['user/other/ada'\]"),
    ],
)
def test_fails_for_somebody_who_cannot_have_the_role(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Exception, match=message):
        people(changed(**changes))


def test_fails_for_an_open_dashboard_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"bi.embedding.anonymous must be dashboards out of .*; got \['sales'\]"):
        session_tags(COLLECTION, ["sales"])


def test_fails_for_an_open_dashboard_that_nothing_restricts() -> None:
    with pytest.raises(
        ValueError, match=r"with a data set that has tags in row_access.toml; got \['lake-operations'\]"
    ):
        session_tags(COLLECTION, ["operations"])


def test_a_data_set_that_is_asked_each_time_is_not_refreshed() -> None:
    orders = next(each for each in COLLECTION.data_sets if each.name == "orders")
    asked = replace(orders, name="asked", import_mode="DIRECT_QUERY")
    assert refreshed_after(replace(COLLECTION, data_sets=(orders, asked))) == {"orders": ("lake-orders",)}


def test_the_doctor_looks_for_the_ids_that_the_stack_gives(laptop_assembly: Assembly) -> None:
    (source,), (connection,) = made(laptop_assembly, "DataSource"), made(laptop_assembly, "VPCConnection")
    assert source.properties["DataSourceId"] == quicksight_data.DATA_SOURCE
    assert connection.properties["VPCConnectionId"] == quicksight_data.VPC_CONNECTION
