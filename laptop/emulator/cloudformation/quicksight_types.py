r"""QuickSight's resource types, which the emulator lacks.

| type | `Ref` | replaced by another | in place |
|---|---|---|---|
| DataSource | `account\\|id` | Type, id | everything else; a failed connection fails the deployment |
| DataSet | `account\\|id` | id | everything else but UseAs, which UpdateDataSet does not have; waits for the first \
import unless IngestionWaitPolicy says no |
| RefreshSchedule | `account\\|data set\\|id` | id, data set | the schedule |
| Dashboard | `account\\|id` | id | everything else; a new version is published, a failed one fails the deployment |
| Theme | `id\\|account` | id | everything else |
| Folder | `account\\|id` | id, parent, FolderType, SharingModel | name, permissions, tags |
| Group | ARN | name, namespace | description |
| VPCConnection | `account\\|id` | id | everything else |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_QuickSight.html
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from laptop.emulator.clients import account, client
from laptop.emulator.cloudformation.quicksight_reads import call
from laptop.emulator.cloudformation.shape import is_true, pick, tag_map
from laptop.emulator.registry import Context, Created, Json, NotImplementedOnLaptop, Resource, resource_type

_POLL_SECONDS = 0.1
_HOUR_SECONDS = 3600
_DEFAULT_WAIT_HOURS = 36


def _permit(noun: str, id_member: str, asset_id: str, old: Json, new: Json) -> None:
    before, after = (
        {each["Principal"]: sorted(each["Actions"]) for each in properties.get("Permissions") or []}
        for properties in (old, new)
    )
    revoked = [{"Principal": who, "Actions": actions} for who, actions in before.items() if after.get(who) != actions]
    granted = [{"Principal": who, "Actions": actions} for who, actions in after.items() if before.get(who) != actions]
    changes = {"RevokePermissions": revoked, "GrantPermissions": granted}
    wanted = {name: value for name, value in changes.items() if value}
    if wanted:
        call(f"Update{noun}Permissions", **{id_member: asset_id}, **wanted)


def _retag(arn: str, old: Json, new: Json) -> None:
    gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
    api = client("quicksight")
    if gone:
        api.untag_resource(ResourceArn=arn, TagKeys=gone)
    if new.get("Tags"):
        api.tag_resource(ResourceArn=arn, Tags=new["Tags"])


def _refile(noun: str, asset_id: str, arn: str, old: Json, new: Json) -> None:
    """Move an asset between the folders of its FolderArns; those into which others put it stay."""
    before, after = (set(properties.get("FolderArns") or []) for properties in (old, new))
    if before == after:
        return
    # A rollback comes here even if the update did not.
    current = set(call("ListFoldersForResource", ResourceArn=arn)["Folders"])
    for operation, folders in (("Create", after - current), ("Delete", before & current - after)):
        for folder in sorted(folders):
            member = {"MemberType": noun.upper(), "MemberId": asset_id}
            call(f"{operation}FolderMembership", FolderId=folder.rpartition("/")[2], **member)


class _Asset(Resource):
    """An asset with an id, permissions and tags, by the operations Create, Update, Describe and Delete of its noun."""

    noun: str
    id_member: str
    # Members of UpdateX besides the id.
    updated: tuple[str, ...]
    # Members of CreateX that are none of UpdateX.
    created: tuple[str, ...] = ()
    # Properties that are neither, and those besides the id whose change makes another asset.
    more: tuple[str, ...] = ()
    replacing: tuple[str, ...] = ()
    # Attributes for Fn::GetAtt.
    shown: tuple[str, ...] = ("Arn", "CreatedTime", "LastUpdatedTime", "Status")

    def __init_subclass__(cls) -> None:
        cls.id_member = f"{cls.noun}Id"
        fixed = frozenset({"AwsAccountId", cls.id_member})
        cls.properties = fixed.union(cls.updated, cls.created, cls.more)
        cls.replaced_by = fixed.union(cls.replacing)

    def create(self, properties: Json, context: Context) -> Created:
        asset_id = str(properties.get(self.id_member) or context.name)
        request = pick(properties, *self.updated, *self.created)
        call(f"Create{self.noun}", **{self.id_member: asset_id}, **self.api(request))
        try:
            self.finish(asset_id, {}, properties)
        except Exception:
            # CloudFormation does not know the asset yet, so its rollback would leave it behind.
            self.delete(self.physical_id(asset_id), properties)
            raise
        return self.made(asset_id)

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        asset_id = self.asset_id(physical_id)
        call(f"Update{self.noun}", **{self.id_member: asset_id}, **self.api(pick(new, *self.updated)))
        if "Permissions" in self.properties:
            _permit(self.noun, self.id_member, asset_id, old, new)
        arn = self.describe(asset_id)["Arn"]
        _refile(self.noun, asset_id, arn, old, new)
        _retag(arn, old, new)
        self.finish(asset_id, old, new)
        return self.made(asset_id)

    def delete(self, physical_id: str, properties: Json) -> None:
        call(f"Delete{self.noun}", **{self.id_member: self.asset_id(physical_id)})

    def describe(self, asset_id: str) -> Json:
        found: Json = call(f"Describe{self.noun}", **{self.id_member: asset_id})[self.noun]
        return found

    def made(self, asset_id: str) -> Created:
        shown = pick(self.describe(asset_id), *self.shown)
        return Created(self.physical_id(asset_id), {name: _text(value) for name, value in shown.items()})

    def physical_id(self, asset_id: str) -> str:
        return f"{account()}|{asset_id}"

    def asset_id(self, physical_id: str) -> str:
        return physical_id.partition("|")[2]

    def api(self, request: Json) -> Json:
        """Return a request with the names of the API."""
        return request

    def finish(self, asset_id: str, old: Json, new: Json) -> None:
        """Do what creation and update leave to other operations; raise if the asset has failed."""


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@resource_type("AWS::QuickSight::DataSource")
class DataSource(_Asset):
    noun = "DataSource"
    updated = ("Name", "DataSourceParameters", "VpcConnectionProperties", "SslProperties")
    created = ("Type", "Permissions", "Tags", "FolderArns")
    replacing = ("Type",)

    def finish(self, asset_id: str, old: Json, new: Json) -> None:
        found = self.describe(asset_id)
        if found["Status"].endswith("_FAILED"):
            error = found["ErrorInfo"]
            raise ValueError(f"data source {asset_id}: {found['Status']}: {error['Type']}: {error['Message']}")


_DATA_SET = (
    "Name",
    "PhysicalTableMap",
    "LogicalTableMap",
    "ImportMode",
    "FieldFolders",
    "RowLevelPermissionDataSet",
    "RowLevelPermissionTagConfiguration",
    "ColumnLevelPermissionRules",
    "DataSetUsageConfiguration",
    "DatasetParameters",
    "PerformanceConfiguration",
    "DataPrepConfiguration",
    "SemanticModelConfiguration",
)


@resource_type("AWS::QuickSight::DataSet")
class DataSet(_Asset):
    noun = "DataSet"
    updated = _DATA_SET
    created = ("Permissions", "Tags", "FolderArns", "UseAs")
    more = ("DataSetRefreshProperties", "IngestionWaitPolicy")
    shown = (*_Asset.shown, "OutputColumns", "ConsumedSpiceCapacityInBytes")

    def api(self, request: Json) -> Json:
        folders = request.get("FieldFolders")
        if not folders:
            return request
        renamed = {
            name: {member.lower(): value for member, value in folder.items()} for name, folder in folders.items()
        }
        return request | {"FieldFolders": renamed}

    def finish(self, asset_id: str, old: Json, new: Json) -> None:
        if self.describe(asset_id).get("UseAs") != new.get("UseAs"):
            raise NotImplementedOnLaptop("a change of UseAs of a data set")
        refresh = new.get("DataSetRefreshProperties")
        if refresh:
            call("PutDataSetRefreshProperties", DataSetId=asset_id, DataSetRefreshProperties=refresh)
        elif old.get("DataSetRefreshProperties"):
            call("DeleteDataSetRefreshProperties", DataSetId=asset_id)
        policy = new.get("IngestionWaitPolicy") or {}
        # It is on unless a template switches it off.
        if new["ImportMode"] == "SPICE" and is_true(policy.get("WaitForSpiceIngestion", True)):
            _wait(asset_id, float(policy.get("IngestionWaitTimeInHours", _DEFAULT_WAIT_HOURS)) * _HOUR_SECONDS)


def _wait(data_set_id: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        newest = call("ListIngestions", DataSetId=data_set_id, MaxResults=1)["Ingestions"][0]
        if newest["IngestionStatus"] == "COMPLETED":
            return
        if newest["IngestionStatus"] in {"FAILED", "CANCELLED"}:
            raise ValueError(f"data set {data_set_id}: {newest['IngestionStatus']}: {newest.get('ErrorInfo')}")
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"data set {data_set_id} must be imported within {seconds:.0f} seconds")


@resource_type("AWS::QuickSight::Dashboard")
class Dashboard(_Asset):
    noun = "Dashboard"
    updated = (
        "Name",
        "SourceEntity",
        "Parameters",
        "VersionDescription",
        "DashboardPublishOptions",
        "ThemeArn",
        "Definition",
        "ValidationStrategy",
    )
    created = ("Permissions", "Tags", "FolderArns")

    def finish(self, asset_id: str, old: Json, new: Json) -> None:
        version = call("DescribeDashboard", DashboardId=asset_id, AliasName="$LATEST")["Dashboard"]["Version"]
        if version["Status"].endswith("_FAILED"):
            errors = "; ".join(f"{error['Type']}: {error['Message']}" for error in version["Errors"])
            raise ValueError(f"dashboard {asset_id}: {version['Status']}: {errors}")
        if old:
            number = version["VersionNumber"]
            call("UpdateDashboardPublishedVersion", DashboardId=asset_id, VersionNumber=number)


@resource_type("AWS::QuickSight::Theme")
class Theme(_Asset):
    noun = "Theme"
    updated = ("Name", "BaseThemeId", "Configuration", "VersionDescription")
    created = ("Permissions", "Tags")

    def physical_id(self, asset_id: str) -> str:
        return f"{asset_id}|{account()}"

    def asset_id(self, physical_id: str) -> str:
        return physical_id.partition("|")[0]


@resource_type("AWS::QuickSight::Folder")
class Folder(_Asset):
    noun = "Folder"
    updated = ("Name",)
    created = ("FolderType", "ParentFolderArn", "SharingModel", "Permissions", "Tags")
    replacing = ("ParentFolderArn", "SharingModel", "FolderType")


@resource_type("AWS::QuickSight::VPCConnection")
class VpcConnection(_Asset):
    noun = "VPCConnection"
    updated = ("Name", "SubnetIds", "SecurityGroupIds", "DnsResolvers", "RoleArn")
    created = ("Tags",)
    more = ("AvailabilityStatus",)
    shown = (*_Asset.shown, "VPCId")


def _api_schedule(schedule: Json) -> Json:
    """Return a schedule with the API's name of the time zone."""
    frequency = schedule["ScheduleFrequency"]
    named = {"Timezone" if name == "TimeZone" else name: value for name, value in frequency.items()}
    return schedule | {"ScheduleFrequency": named}


@resource_type("AWS::QuickSight::RefreshSchedule")
class RefreshSchedule(Resource):
    properties = frozenset({"AwsAccountId", "DataSetId", "Schedule"})
    replaced_by = frozenset({"AwsAccountId", "DataSetId"})

    def create(self, properties: Json, context: Context) -> Created:
        return self._made("CreateRefreshSchedule", properties)

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        if old["Schedule"]["ScheduleId"] != new["Schedule"]["ScheduleId"]:
            # "Update requires: Replacement"; an id within a property is not one that CloudFormation's part here sees.
            created = self._made("CreateRefreshSchedule", new)
            self.delete(physical_id, old)
            return created
        return self._made("UpdateRefreshSchedule", new)

    def delete(self, physical_id: str, properties: Json) -> None:
        _, data_set_id, schedule_id = physical_id.split("|")
        call("DeleteRefreshSchedule", DataSetId=data_set_id, ScheduleId=schedule_id)

    @staticmethod
    def _made(operation: str, properties: Json) -> Created:
        data_set_id, schedule = properties["DataSetId"], _api_schedule(properties["Schedule"])
        arn = call(operation, DataSetId=data_set_id, Schedule=schedule)["Arn"]
        return Created(f"{account()}|{data_set_id}|{schedule['ScheduleId']}", {"Arn": arn})


@resource_type("AWS::QuickSight::Group")
class Group(Resource):
    properties = frozenset({"AwsAccountId", "Description", "GroupName", "Namespace"})
    replaced_by = frozenset({"AwsAccountId", "GroupName", "Namespace"})

    def create(self, properties: Json, context: Context) -> Created:
        return self._made("CreateGroup", properties)

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        return self._made("UpdateGroup", new)

    def delete(self, physical_id: str, properties: Json) -> None:
        call("DeleteGroup", **pick(properties, "GroupName", "Namespace"))

    @staticmethod
    def _made(operation: str, properties: Json) -> Created:
        group = call(operation, **pick(properties, "GroupName", "Namespace", "Description"))["Group"]
        return Created(group["Arn"], pick(group, "Arn", "PrincipalId"))
