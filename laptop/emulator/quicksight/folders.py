"""Folders, and what is in them.

Source: `CreateFolder`, `CreateFolderMembership`, `DeleteFolder` ("Deletes an empty folder") of the API reference.
"""

from __future__ import annotations

from collections.abc import Iterable

from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.quicksight import permissions
from laptop.emulator.quicksight.records import (
    DASHBOARDS,
    DATA_SETS,
    DATA_SOURCES,
    FOLDERS,
    Kind,
    not_found,
    page,
    serve,
    without,
)
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError
from laptop.emulator.store import Store

MEMBERS = Store("quicksight-folder-members")
_KINDS: dict[str, Kind] = {"DASHBOARD": DASHBOARDS, "DATASET": DATA_SETS, "DATASOURCE": DATA_SOURCES}
_HIDDEN = ("permissions", "tags", "ParentFolderArn")


def require(arn: str) -> Json:
    """Return the folder of an ARN."""
    return FOLDERS.find_by_arn(arn)


def put_new(member_type: str, asset_id: str, asset: Json, folder_arns: Iterable[str]) -> Json:
    """Keep a new asset and put it into folders, which must all be there; return it as `Kind.put_new` does."""
    folder_ids = [require(arn)["FolderId"] for arn in folder_arns]
    made = _KINDS[member_type].put_new(asset_id, asset)
    for folder_id in folder_ids:
        _add(folder_id, member_type, asset_id, made["Arn"])
    return made


def _add(folder_id: str, member_type: str, member_id: str, arn: str) -> None:
    member = {"MemberId": member_id, "MemberArn": arn, "MemberType": member_type}
    MEMBERS.put(f"{folder_id}/{member_type}/{member_id}", member)


def forget(member_arn: str) -> None:
    """Take a deleted asset out of its folders."""
    for key, member in list(MEMBERS.items()):
        if member["MemberArn"] == member_arn:
            MEMBERS.delete(key)


@serve("CreateFolder")
def create_folder(request: Json) -> Json:
    path = _path(request.get("ParentFolderArn"))
    asset = without(request, "Permissions", "Tags") | {
        "Name": request.get("Name", request["FolderId"]),
        "FolderType": request.get("FolderType", "SHARED"),
        "SharingModel": request.get("SharingModel", "ACCOUNT"),
        "permissions": permissions.granted(FOLDERS, request.get("Permissions")),
        "tags": tag_map(request.get("Tags")),
    }
    made = FOLDERS.put_new(request["FolderId"], asset | ({"FolderPath": path} if path else {}))
    return {"Arn": made["Arn"], "FolderId": request["FolderId"]}


def _path(parent: str | None) -> list[str]:
    return [*require(parent).get("FolderPath", []), parent] if parent else []


@serve("UpdateFolder")
def update_folder(request: Json) -> Json:
    changed = FOLDERS.put(request["FolderId"], FOLDERS.find(request["FolderId"]) | {"Name": request["Name"]})
    return {"Arn": changed["Arn"], "FolderId": request["FolderId"]}


@serve("DescribeFolder")
def describe_folder(request: Json) -> Json:
    return {"Folder": without(FOLDERS.find(request["FolderId"]), *_HIDDEN)}


@serve("DescribeFolderResolvedPermissions")
def describe_resolved_permissions(request: Json) -> Json:
    found = FOLDERS.find(request["FolderId"])
    # Permissions of a folder are those of the one above it as well.
    grants = dict(found["permissions"])
    for arn in found.get("FolderPath", []):
        grants = require(arn)["permissions"] | grants
    return {"FolderId": request["FolderId"], "Arn": found["Arn"], "Permissions": permissions.listed(grants)}


@serve("DeleteFolder")
def delete_folder(request: Json) -> Json:
    found = FOLDERS.find(request["FolderId"])
    inside = [folder["FolderId"] for folder in FOLDERS.all() if found["Arn"] in folder.get("FolderPath", [])]
    inside += [member["MemberId"] for _, member in MEMBERS.items(f"{request['FolderId']}/")]
    if inside:
        message = f"folder {request['FolderId']} must be empty to be deleted; it has {', '.join(inside)}"
        raise ServiceError("ConflictException", message, 409)
    FOLDERS.store.delete(request["FolderId"])
    return {"Arn": found["Arn"], "FolderId": request["FolderId"]}


@serve("ListFolders")
def list_folders(request: Json) -> Json:
    return page("FolderSummaryList", [summary(found) for found in FOLDERS.all()], request)


def summary(found: Json) -> Json:
    return without(found, *_HIDDEN, "FolderPath")


@serve("CreateFolderMembership")
def create_folder_membership(request: Json) -> Json:
    member_type, member_id = request["MemberType"], request["MemberId"]
    if member_type not in _KINDS:
        raise NotImplementedOnLaptop(f"a folder member of type {member_type}")
    FOLDERS.find(request["FolderId"])
    _add(request["FolderId"], member_type, member_id, _KINDS[member_type].find(member_id)["Arn"])
    return {"FolderMember": {"MemberId": member_id, "MemberType": member_type}}


@serve("DeleteFolderMembership")
def delete_folder_membership(request: Json) -> Json:
    FOLDERS.find(request["FolderId"])
    if not MEMBERS.delete(f"{request['FolderId']}/{request['MemberType']}/{request['MemberId']}"):
        raise not_found(f"{request['MemberId']} is not a member of folder {request['FolderId']}")
    return {}


@serve("ListFolderMembers")
def list_folder_members(request: Json) -> Json:
    FOLDERS.find(request["FolderId"])
    members = [without(member, "MemberType") for _, member in MEMBERS.items(f"{request['FolderId']}/")]
    return page("FolderMemberList", members, request)


@serve("ListFoldersForResource")
def list_folders_for_resource(request: Json) -> Json:
    found = [key.partition("/")[0] for key, member in MEMBERS.items() if member["MemberArn"] == request["ResourceArn"]]
    return page("Folders", [FOLDERS.arn(folder_id) for folder_id in found], request)
