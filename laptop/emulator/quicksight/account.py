"""The account's subscription and settings, tags of assets, and the searches of assets.

The laptop has an Enterprise subscription, which row-level security and embedding need. It cannot be changed here.
Source: `DescribeAccountSubscription`, `DescribeAccountSettings`, `TagResource`, `SearchDashboards`.
"""

from __future__ import annotations

from collections.abc import Callable

from laptop.emulator.clients import account
from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.quicksight import dashboards, data_sets, data_sources, folders, identities, permissions
from laptop.emulator.quicksight.records import (
    DASHBOARDS,
    DATA_SETS,
    DATA_SOURCES,
    FOLDERS,
    KINDS,
    Kind,
    invalid,
    not_found,
    page,
    serve,
)
from laptop.emulator.registry import Json

_EMAIL = "lake@example.com"


@serve("DescribeAccountSubscription")
def describe_account_subscription(request: Json) -> Json:
    return {
        "AccountInfo": {
            "AccountName": f"lake-{account()}",
            "Edition": "ENTERPRISE",
            "NotificationEmail": _EMAIL,
            "AuthenticationType": "IDENTITY_POOL",
            "AccountSubscriptionStatus": "ACCOUNT_CREATED",
        }
    }


@serve("DescribeAccountSettings")
def describe_account_settings(request: Json) -> Json:
    return {
        "AccountSettings": {
            "AccountName": f"lake-{account()}",
            "Edition": "ENTERPRISE",
            "DefaultNamespace": identities.DEFAULT_NAMESPACE,
            "NotificationEmail": _EMAIL,
            "PublicSharingEnabled": False,
            "TerminationProtectionEnabled": True,
        }
    }


def _tagged(arn: str) -> tuple[Kind, str, Json]:
    asset_id = arn.rpartition("/")[2]
    for kind in KINDS:
        if arn == kind.arn(asset_id):
            return kind, asset_id, kind.find(asset_id)
    raise not_found(f"a resource with tags must be one of QuickSight; got {arn}")


@serve("ListTagsForResource")
def list_tags(request: Json) -> Json:
    _, _, found = _tagged(request["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in found["tags"].items()]}


@serve("TagResource")
def tag_resource(request: Json) -> Json:
    kind, asset_id, found = _tagged(request["ResourceArn"])
    kind.store.put(asset_id, found | {"tags": found["tags"] | tag_map(request["Tags"])})
    return {}


@serve("UntagResource")
def untag_resource(request: Json) -> Json:
    kind, asset_id, found = _tagged(request["ResourceArn"])
    left = {key: value for key, value in found["tags"].items() if key not in request["TagKeys"]}
    kind.store.put(asset_id, found | {"tags": left})
    return {}


def _search(kind: Kind, member: str, summary: Callable[[Json], Json]) -> None:
    @serve(f"Search{kind.noun}s")
    def search(request: Json) -> Json:
        found = [asset for asset in kind.all() if all(_passes(kind, asset, test) for test in request["Filters"])]
        return page(member, [summary(asset) for asset in found], request)


def _passes(kind: Kind, asset: Json, test: Json) -> bool:
    name, value = test.get("Name", ""), test.get("Value", "")
    if name.endswith("_NAME"):
        is_like = test["Operator"] == "StringLike"
        return value.lower() in asset["Name"].lower() if is_like else bool(value == asset["Name"])
    if name == "PARENT_FOLDER_ARN":
        return bool(value == asset.get("ParentFolderArn"))
    if test["Operator"] != "StringEquals":
        raise invalid(f"{name} must be compared with StringEquals; got {test['Operator']}")
    principals = {value} if name.startswith("DIRECT_") else _principals(value)
    owns = permissions.is_owner(kind, asset, principals)
    if name.endswith("SOLE_OWNER"):
        owners = [each for each in asset["permissions"] if permissions.is_owner(kind, asset, [each])]
        return owners == [value]
    return owns if name.endswith("QUICKSIGHT_OWNER") else owns or permissions.may_read(kind, asset, principals)


def _principals(arn: str) -> set[str]:
    user = identities.user_of(arn)
    return identities.principals(identities.person(user["UserName"])) if user else {arn}


_search(DATA_SETS, "DataSetSummaries", data_sets.summary)
_search(DATA_SOURCES, "DataSourceSummaries", data_sources.summary)
_search(DASHBOARDS, "DashboardSummaryList", dashboards.summary)
_search(FOLDERS, "FolderSummaryList", folders.summary)
