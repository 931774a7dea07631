"""QuickSight's people, folders, themes and connections through the API, in an account of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.test_labeling_types import Account

NUMBER = "777788889999"
ARN = f"arn:aws:quicksight:us-east-1:{NUMBER}"
READ_DASHBOARD = ["quicksight:DescribeDashboard", "quicksight:ListDashboardVersions", "quicksight:QueryDashboard"]


@dataclass(frozen=True)
class Api:
    """QuickSight of one account."""

    account: Account
    client: Any

    def __call__(self, operation: str, **arguments: Any) -> Any:
        return getattr(self.client, operation)(AwsAccountId=NUMBER, **arguments)

    def register(self, *names: str) -> None:
        for name in names:
            given = {"UserName": name, "Email": f"{name}@example.com", "UserRole": "READER"}
            self("register_user", Namespace="default", IdentityType="QUICKSIGHT", **given)


@pytest.fixture(scope="module")
def api(laptop: Any) -> Api:
    account = Account(laptop, NUMBER)
    made = Api(account, account.client("quicksight"))
    made.register("ada", "ben")
    for group in ("readers", "owners"):
        made("create_group", Namespace="default", GroupName=group)
    made("create_group_membership", Namespace="default", GroupName="readers", MemberName="ada")
    return made


def test_the_account_has_an_enterprise_subscription_and_a_namespace(api: Api) -> None:
    subscription = api("describe_account_subscription")["AccountInfo"]
    assert (subscription["Edition"], subscription["AccountSubscriptionStatus"]) == ("ENTERPRISE", "ACCOUNT_CREATED")
    assert api("describe_account_settings")["AccountSettings"]["DefaultNamespace"] == "default"
    namespace = api("describe_namespace", Namespace="default")["Namespace"]
    assert (namespace["CreationStatus"], namespace["CapacityRegion"]) == ("CREATED", "us-east-1")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        api("list_users", Namespace="other")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        api.client.list_data_sets(AwsAccountId="123123123123")


def test_people_are_in_groups_until_they_or_the_group_are_deleted(api: Api) -> None:
    api.register("eve", "ron")
    for name in ("eve", "ron"):
        api("create_group_membership", Namespace="default", GroupName="owners", MemberName=name)
    groups = api("list_user_groups", Namespace="default", UserName="eve")["GroupList"]
    assert [group["Arn"] for group in groups] == [f"{ARN}:group/default/owners"]
    api("delete_group_membership", Namespace="default", GroupName="owners", MemberName="ron")
    api("delete_user", Namespace="default", UserName="eve")
    assert api("list_group_memberships", Namespace="default", GroupName="owners")["GroupMemberList"] == []
    with pytest.raises(ClientError, match="User eve is not found"):
        api("create_group_membership", Namespace="default", GroupName="owners", MemberName="eve")
    with pytest.raises(ClientError, match="ResourceExistsException"):
        api("create_group", Namespace="default", GroupName="owners")
    with pytest.raises(ClientError, match=r"ResourceExistsException.*User ada of namespace default already exists"):
        api.register("ada")
    first = api("list_users", Namespace="default", MaxResults=1)
    rest = api("list_users", Namespace="default", NextToken=first["NextToken"])["UserList"]
    assert [user["UserName"] for user in (*first["UserList"], *rest)] == ["ada", "ben", "ron"]


def permission(principal: str, actions: list[str]) -> list[dict[str, Any]]:
    return [{"Principal": f"{ARN}:{principal}", "Actions": actions}]


def dashboard(data_set: str = "none") -> dict[str, Any]:
    return {
        "Name": "Sales",
        "Definition": {
            "DataSetIdentifierDeclarations": [{"Identifier": "sales", "DataSetArn": f"{ARN}:dataset/{data_set}"}],
            "Sheets": [{"SheetId": "one", "Name": "One"}],
        },
    }


@pytest.mark.parametrize(
    ("permissions", "message"),
    [
        (permission("group/default/nobody", READ_DASHBOARD), "a principal must exist; got .*group/default/nobody"),
        (permission("user/default/eve", READ_DASHBOARD), "a principal must exist"),
        (
            permission("group/default/readers", READ_DASHBOARD[:2]),
            "of a reader or of an owner; .*QueryDashboard missing",
        ),
        (permission("group/default/readers", ["quicksight:PassDataSet"]), "must be of its own"),
        (
            [{"Principal": f"arn:aws:iam::{NUMBER}:root", "Actions": READ_DASHBOARD}],
            "must be a user or group of QuickSight",
        ),
        (
            [
                {
                    "Principal": f"{ARN.replace('us-east-1', 'eu-west-1')}:group/default/readers",
                    "Actions": READ_DASHBOARD,
                }
            ],
            "must be of the identity region us-east-1",
        ),
    ],
)
def test_fails_for_permissions_that_aws_would_refuse(api: Api, permissions: list[Any], message: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{message}"):
        api("create_dashboard", DashboardId="refused", **dashboard(), Permissions=permissions)
    assert "refused" not in [each["DashboardId"] for each in api("list_dashboards")["DashboardSummaryList"]]


def test_a_dashboard_without_its_data_set_fails_and_a_later_version_waits_to_be_published(api: Api) -> None:
    readers = permission("group/default/readers", READ_DASHBOARD)
    made = api("create_dashboard", DashboardId="sales", **dashboard(), Permissions=readers)
    assert made["CreationStatus"] == "CREATION_IN_PROGRESS"
    version = api("describe_dashboard", DashboardId="sales")["Dashboard"]["Version"]
    assert version["Status"] == "CREATION_FAILED"
    assert [error["Type"] for error in version["Errors"]] == ["DATA_SET_NOT_FOUND"]
    with pytest.raises(ClientError, match="ResourceExistsException"):
        api("create_dashboard", DashboardId="sales", **dashboard())
    empty = {"Name": "Sales", "Definition": {"DataSetIdentifierDeclarations": []}}
    api("update_dashboard", DashboardId="sales", **empty)
    assert api("describe_dashboard", DashboardId="sales")["Dashboard"]["Version"]["VersionNumber"] == 1
    with pytest.raises(ClientError, match="must not have failed; got version 1"):
        api("update_dashboard_published_version", DashboardId="sales", VersionNumber=1)
    api("update_dashboard_published_version", DashboardId="sales", VersionNumber=2)
    assert api("describe_dashboard", DashboardId="sales")["Dashboard"]["Version"]["VersionNumber"] == 2
    found = api(
        "search_dashboards",
        Filters=[{"Operator": "StringEquals", "Name": "QUICKSIGHT_USER", "Value": f"{ARN}:user/default/ada"}],
    )["DashboardSummaryList"]
    assert [each["DashboardId"] for each in found] == ["sales"]
    api("update_dashboard_permissions", DashboardId="sales", RevokePermissions=readers)
    assert api("describe_dashboard_permissions", DashboardId="sales")["Permissions"] == []
    api("delete_dashboard", DashboardId="sales")


def test_a_folder_with_something_in_it_is_not_deleted(api: Api) -> None:
    api("create_folder", FolderId="top", Name="Top")
    api("create_folder", FolderId="inner", Name="Inner", ParentFolderArn=f"{ARN}:folder/top")
    assert api("describe_folder", FolderId="inner")["Folder"]["FolderPath"] == [f"{ARN}:folder/top"]
    api("create_dashboard", DashboardId="inside", Name="x", Definition={"DataSetIdentifierDeclarations": []})
    api("create_folder_membership", FolderId="inner", MemberId="inside", MemberType="DASHBOARD")
    listed = api("list_folders_for_resource", ResourceArn=f"{ARN}:dashboard/inside")["Folders"]
    assert listed == [f"{ARN}:folder/inner"]
    for folder, inside in (("top", "inner"), ("inner", "inside")):
        with pytest.raises(ClientError, match=f"ConflictException.*must be empty to be deleted; it has {inside}"):
            api("delete_folder", FolderId=folder)
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*like {ARN}:folder/<id>; got {ARN}:theme/x"):
        api("create_dashboard", DashboardId="x", **dashboard(), FolderArns=[f"{ARN}:theme/x"])
    assert [found["DashboardId"] for found in api("list_dashboards")["DashboardSummaryList"]] == ["inside"]
    api("delete_dashboard", DashboardId="inside")
    api("delete_folder", FolderId="inner")
    api("delete_folder", FolderId="top")


def test_themes_have_versions_and_aliases(api: Api) -> None:
    given = {"BaseThemeId": "CLASSIC", "Configuration": {"DataColorPalette": {"Colors": ["#000000"]}}}
    api("create_theme", ThemeId="lake", Name="Lake", **given, Tags=[{"Key": "owner", "Value": "data"}])
    api("update_theme", ThemeId="lake", BaseThemeId="MIDNIGHT")
    api("create_theme_alias", ThemeId="lake", AliasName="first", ThemeVersionNumber=1)
    assert api("describe_theme", ThemeId="lake")["Theme"]["Version"]["BaseThemeId"] == "MIDNIGHT"
    aliased = api("describe_theme", ThemeId="lake", AliasName="first")["Theme"]["Version"]
    assert (aliased["VersionNumber"], aliased["BaseThemeId"]) == (1, "CLASSIC")
    api.client.untag_resource(ResourceArn=f"{ARN}:theme/lake", TagKeys=["owner"])
    assert api.client.list_tags_for_resource(ResourceArn=f"{ARN}:theme/lake")["Tags"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        api("create_theme", ThemeId="other", Name="x", **{**given, "BaseThemeId": "NOTHING"})


def test_the_starting_themes_of_aws_are_listed_and_may_be_used(api: Api) -> None:
    api("create_theme", ThemeId="own", Name="Own", BaseThemeId="RAINIER", Configuration={})
    listed = {
        kind: [theme["ThemeId"] for theme in api("list_themes", **of)["ThemeSummaryList"]]
        for kind, of in {"default": {}, "AWS": {"Type": "QUICKSIGHT"}, "own": {"Type": "CUSTOM"}}.items()
    }
    assert listed["AWS"] == ["CLASSIC", "MIDNIGHT", "SEASIDE", "RAINIER"]
    assert (listed["own"][-1], listed["default"]) == ("own", [*listed["AWS"], *listed["own"]])
    starter = "arn:aws:quicksight::aws:theme/MIDNIGHT"
    api("create_dashboard", DashboardId="dark", **dashboard(), ThemeArn=starter)
    assert api("describe_dashboard_definition", DashboardId="dark")["ThemeArn"] == starter
    with pytest.raises(ClientError, match="must be like"):
        api("create_dashboard", DashboardId="x", **dashboard(), ThemeArn=starter.replace("::aws", f"::{NUMBER}"))
    for kind, name in (("dashboard", "dark"), ("theme", "own")):
        api(f"delete_{kind}", **{f"{kind.title()}Id": name})


def test_a_data_source_says_why_it_cannot_connect(api: Api) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = api.account.client("iam").create_role(RoleName="glue-only", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    for name, athena, kind in (
        ("no-role", {"RoleArn": role}, "ACCESS_DENIED"),
        ("no-workgroup", {"WorkGroup": "nothing"}, "GENERIC_SQL_FAILURE"),
    ):
        parameters = {"AthenaParameters": athena}
        api("create_data_source", DataSourceId=name, Name=name, Type="ATHENA", DataSourceParameters=parameters)
        found = api("describe_data_source", DataSourceId=name)["DataSource"]
        assert (found["Status"], found["ErrorInfo"]["Type"]) == ("CREATION_FAILED", kind)
    with pytest.raises(ClientError, match="a data source of type MYSQL is not implemented on the laptop"):
        api("create_data_source", DataSourceId="x", Name="x", Type="MYSQL")
    people = {"AthenaParameters": {"IdentityCenterConfiguration": {"EnableIdentityPropagation": True}}}
    with pytest.raises(ClientError, match="IdentityCenterConfiguration of a data source is not implemented"):
        api("create_data_source", DataSourceId="x", Name="x", Type="ATHENA", DataSourceParameters=people)


def placed(column: str, role: str) -> dict[str, Any]:
    described = {"ColumnNames": [column], "ColumnProperties": [{"SemanticType": {"GeographicalRole": role}}]}
    table = {"Alias": "t", "DestinationTableId": "t", "SemanticMetadata": {"ColumnMetadata": [described]}}
    return {"TableMap": {"t": table}}


def test_fails_for_data_sets_that_cannot_be_and_says_what(api: Api) -> None:
    api("create_data_source", DataSourceId="athena", Name="athena", Type="ATHENA")
    columns = [{"Name": "id", "Type": "INTEGER"}, {"Name": "shop", "Type": "STRING"}]
    sql = {
        "DataSourceArn": f"{ARN}:datasource/athena",
        "Name": "q",
        "SqlQuery": "SELECT 1 AS id, 'x' AS shop",
        "Columns": columns,
    }
    good = {"DataSetId": "d", "Name": "d", "ImportMode": "DIRECT_QUERY", "PhysicalTableMap": {"t": {"CustomSql": sql}}}
    rules = {"Arn": f"{ARN}:dataset/d", "PermissionPolicy": "GRANT_ACCESS"}
    hidden = {"ColumnNames": ["shop"], "Principals": [f"{ARN}:group/default/nobody"]}
    away = sql | {"DataSourceArn": f"{ARN}:datasource/gone"}
    for change, message in (
        ({"PhysicalTableMap": {"t": {"CustomSql": away}}}, "DataSource gone is not found"),
        ({"UseAs": "RLS_RULES"}, "must have one of the columns GroupARN, GroupName, UserARN, UserName"),
        ({"FieldFolders": {"f": {"columns": ["town"]}}}, "FieldFolders must name columns .*; got town"),
        ({"ColumnLevelPermissionRules": [hidden]}, "a principal must exist"),
        ({"RowLevelPermissionDataSet": rules}, "DataSet d is not found"),
        (
            {"SemanticModelConfiguration": placed("shop", "LATITUDE")},
            "LATITUDE must be of type DECIMAL or INTEGER; got shop",
        ),
        ({"DataSetId": "../d"}, "must have letters, digits, - and _; got '../d'"),
        ({"SemanticModelConfiguration": placed("id", "CITY")}, "CITY must be of type STRING; got id of type INTEGER"),
        ({"SemanticModelConfiguration": placed("town", "CITY")}, "ColumnMetadata must name columns .*; got town"),
    ):
        with pytest.raises(ClientError, match=message):
            api("create_data_set", **{**good, **change})
    api("create_data_set", **good)
    with pytest.raises(ClientError, match="must have a column UserName or GroupName; got id, shop"):
        api("create_data_set", **{**good, "DataSetId": "e", "RowLevelPermissionDataSet": rules})
    with pytest.raises(ClientError, match="ResourceExistsException"):
        api("create_data_set", **good)


def test_a_vpc_connection_is_of_one_network_and_a_role_of_quicksight(api: Api) -> None:
    ec2, iam = api.account.client("ec2"), api.account.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "quicksight.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="quicksight-network", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24")["Subnet"]["SubnetId"] for number in range(2)
    ]
    group = ec2.create_security_group(GroupName="bi", Description="bi", VpcId=vpc)["GroupId"]
    given = {"Name": "lake", "SubnetIds": subnets, "SecurityGroupIds": [group], "RoleArn": role}
    api("create_vpc_connection", VPCConnectionId="lake", **given)
    found = api("describe_vpc_connection", VPCConnectionId="lake")["VPCConnection"]
    assert (found["VPCId"], found["AvailabilityStatus"]) == (vpc, "AVAILABLE")
    assert [each["SubnetId"] for each in found["NetworkInterfaces"]] == subnets
    with pytest.raises(ClientError, match="must be a role that trusts quicksight"):
        api("create_vpc_connection", VPCConnectionId="x", **{**given, "RoleArn": role + "x"})
    api("delete_vpc_connection", VPCConnectionId="lake")
    assert api("list_vpc_connections")["VPCConnectionSummaries"] == []


LINKS = [{"Principal": f"{ARN}:namespace/default", "Actions": READ_DASHBOARD}]
PERSON = {"Namespace": "default", "Email": "a@example.com", "UserRole": "READER", "UserName": "a"}


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("list_analyses", {}),
        ("list_templates", {}),
        ("list_topics", {}),
        ("describe_ip_restriction", {}),
        ("describe_theme", {"ThemeId": "CLASSIC"}),
        ("create_folder_membership", {"FolderId": "f", "MemberId": "m", "MemberType": "TOPIC"}),
        ("update_dashboard_permissions", {"DashboardId": "d", "GrantLinkPermissions": LINKS}),
        ("register_user", {**PERSON, "IdentityType": "IAM_IDENTITY_CENTER"}),
    ],
)
def test_fails_loudly_for_what_the_laptop_does_not_do(api: Api, operation: str, arguments: Any) -> None:
    with pytest.raises(ClientError, match=r"NotImplementedOnLaptop.*is not implemented on the laptop") as caught:
        api(operation, **arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
