"""What CloudFormation made of QuickSight, as QuickSight itself describes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from laptop.emulator.clients import account, client
from laptop.emulator.cloudformation.reads import READS, ReadBack, Reader, is_absence
from laptop.emulator.cloudformation.shape import pick
from laptop.emulator.registry import Json

# How a template may write a moment.
_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%d")


def call(operation: str, **arguments: Any) -> Json:
    """Call an operation of QuickSight in the stack's account."""
    answer = getattr(client("quicksight"), xform_name(operation))(AwsAccountId=account(), **arguments)
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "RequestId", "Status"}}


def _reading(noun: str, *more: str, part: int = 1) -> Reader:
    """Return a reader of all that QuickSight says about an asset.

    Parameters
    ----------
    more
        Ends of the names of operations besides Describe<noun>.
    part
        Where the id of the asset stands in `Ref`.
    """

    def read(physical_id: str, properties: Json, attributes: Json) -> Any:
        asset = {f"{noun}Id": physical_id.split("|")[part]}
        answers = [_answer(f"Describe{noun}{end}", asset) for end in ("", *more)]
        tags = client("quicksight").list_tags_for_resource(ResourceArn=attributes["Arn"])["Tags"]
        folders = _answer("ListFoldersForResource", {"ResourceArn": attributes["Arn"]}) if part else {}
        return [_spelled(answers), {"AwsAccountId": account()}, tags, folders]

    return read


def _answer(operation: str, arguments: Json) -> Json:
    try:
        return call(operation, **arguments)
    except ClientError as error:
        # A data set without refresh properties.
        if is_absence(error):
            return {}
        raise


def _spelled(value: Any) -> Any:
    """Return an answer with each moment in every form in which a template may write it."""
    if isinstance(value, dict):
        return {name: _spelled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    return [value.strftime(form) for form in _FORMATS] if isinstance(value, datetime) else value


def _schedule(physical_id: str, properties: Json, attributes: Json) -> Any:
    _, data_set_id, schedule_id = physical_id.split("|")
    found = call("DescribeRefreshSchedule", DataSetId=data_set_id, ScheduleId=schedule_id)
    return [_spelled(found), {"DataSetId": data_set_id, "AwsAccountId": account()}]


def _group(arn: str, properties: Json, attributes: Json) -> Any:
    found = call("DescribeGroup", **pick(properties, "GroupName", "Namespace"))
    return [found, {"Namespace": arn.split("/")[1], "AwsAccountId": account()}]


def _folder(physical_id: str, properties: Json, attributes: Json) -> Any:
    found = call("DescribeFolder", FolderId=physical_id.partition("|")[2])["Folder"]
    return {"ParentFolderArn": (found.get("FolderPath") or [None])[-1]}


READS |= {
    "AWS::QuickSight::DataSource": ReadBack(
        (_reading("DataSource", "Permissions"),),
        aliases={"FolderArns": "Folders"},
    ),
    "AWS::QuickSight::DataSet": ReadBack(
        (_reading("DataSet", "Permissions", "RefreshProperties"),),
        aliases={"FolderArns": "Folders"},
        unread={"IngestionWaitPolicy": "what CloudFormation does, not what the data set is"},
    ),
    "AWS::QuickSight::Dashboard": ReadBack(
        (_reading("Dashboard", "Definition", "Permissions"),),
        aliases={"FolderArns": "Folders", "VersionDescription": "Description"},
        unread={"ValidationStrategy": "how the definition is checked, not part of it"},
    ),
    "AWS::QuickSight::Theme": ReadBack(
        (_reading("Theme", "Permissions", part=0),),
        aliases={"VersionDescription": "Description"},
    ),
    "AWS::QuickSight::Folder": ReadBack((_reading("Folder", "Permissions"), _folder)),
    "AWS::QuickSight::VPCConnection": ReadBack(
        (_reading("VPCConnection"),),
        aliases={"SubnetIds": "SubnetId"},
    ),
    "AWS::QuickSight::RefreshSchedule": ReadBack((_schedule,)),
    "AWS::QuickSight::Group": ReadBack((_group,)),
}
