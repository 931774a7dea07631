"""Groups of users, and who is in them."""

from __future__ import annotations

import uuid

from laptop.emulator.quicksight.identities import (
    GROUPS,
    MEMBERS,
    arn_of,
    find_user,
    key_of,
    member_key,
    require_namespace,
)
from laptop.emulator.quicksight.records import exists, not_found, page, serve, without
from laptop.emulator.registry import Json


def find_group(namespace: str, name: str) -> Json:
    found: Json | None = GROUPS.get(key_of(namespace, name))
    if found is None:
        raise not_found(f"Group {name} is not found in namespace {namespace}")
    return found


@serve("CreateGroup")
def create_group(request: Json) -> Json:
    namespace, name = require_namespace(request), request["GroupName"]
    if GROUPS.get(key_of(namespace, name)):
        raise exists(f"Group {name} of namespace {namespace}")
    made = {"Arn": arn_of("group", namespace, name), "PrincipalId": f"group/{uuid.uuid4()}"}
    group = without(request, "Namespace") | made
    GROUPS.put(key_of(namespace, name), group)
    return {"Group": group}


@serve("DescribeGroup")
def describe_group(request: Json) -> Json:
    return {"Group": find_group(require_namespace(request), request["GroupName"])}


@serve("UpdateGroup")
def update_group(request: Json) -> Json:
    namespace, name = require_namespace(request), request["GroupName"]
    group = find_group(namespace, name) | {"Description": request.get("Description", "")}
    GROUPS.put(key_of(namespace, name), group)
    return {"Group": group}


@serve("DeleteGroup")
def delete_group(request: Json) -> Json:
    namespace, name = require_namespace(request), request["GroupName"]
    find_group(namespace, name)
    for key, _ in list(MEMBERS.items(member_key(namespace, name))):
        MEMBERS.delete(key)
    GROUPS.delete(key_of(namespace, name))
    return {}


@serve("ListGroups")
def list_groups(request: Json) -> Json:
    prefix = key_of(require_namespace(request), "")
    return page("GroupList", [group for _, group in GROUPS.items(prefix)], request)


@serve("SearchGroups")
def search_groups(request: Json) -> Json:
    start = request["Filters"][0]["Value"]
    prefix = key_of(require_namespace(request), "")
    found = [group for _, group in GROUPS.items(prefix) if group["GroupName"].startswith(start)]
    return page("GroupList", found, request)


@serve("CreateGroupMembership")
def create_group_membership(request: Json) -> Json:
    namespace, group, name = require_namespace(request), request["GroupName"], request["MemberName"]
    find_group(namespace, group)
    member = {"Arn": find_user(namespace, name)["Arn"], "MemberName": name}
    # Who is in a group already stays in it.
    MEMBERS.put(member_key(namespace, group, name), member)
    return {"GroupMember": member}


@serve("DescribeGroupMembership")
def describe_group_membership(request: Json) -> Json:
    return {"GroupMember": _membership(request)}


@serve("DeleteGroupMembership")
def delete_group_membership(request: Json) -> Json:
    _membership(request)
    MEMBERS.delete(member_key(request["Namespace"], request["GroupName"], request["MemberName"]))
    return {}


def _membership(request: Json) -> Json:
    namespace, group, name = require_namespace(request), request["GroupName"], request["MemberName"]
    find_group(namespace, group)
    found: Json | None = MEMBERS.get(member_key(namespace, group, name))
    if found is None:
        raise not_found(f"User {name} is not a member of group {group}")
    return found


@serve("ListGroupMemberships")
def list_group_memberships(request: Json) -> Json:
    namespace, group = require_namespace(request), request["GroupName"]
    find_group(namespace, group)
    members = [member for _, member in MEMBERS.items(member_key(namespace, group))]
    return page("GroupMemberList", members, request)
