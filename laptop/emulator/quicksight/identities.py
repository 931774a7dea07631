"""Namespaces, users, groups and who is in them.

An account has the namespace `default`. A user is active at once: nobody has to accept an invitation here. The region
of the lake is the identity region.
"""

from __future__ import annotations

import re
import uuid

from laptop.emulator.clients import account, client, region
from laptop.emulator.quicksight.records import exists, invalid, not_found, page, serve
from laptop.emulator.quicksight.row_security import Person
from laptop.emulator.registry import Json, NotImplementedOnLaptop
from laptop.emulator.store import Store

USERS = Store("quicksight-users")
GROUPS = Store("quicksight-groups")
MEMBERS = Store("quicksight-members")

DEFAULT_NAMESPACE = "default"
_GIVEN = ("Email", "IdentityType", "CustomPermissionsName")
_PRINCIPAL = re.compile(r"arn:aws:quicksight:([^:]*):(\d{12}):(user|group|namespace)/([^/]+)(?:/(.+))?")


def arn_of(kind: str, namespace: str, name: str) -> str:
    return f"arn:aws:quicksight:{region()}:{account()}:{kind}/{namespace}/{name}"


def key_of(namespace: str, name: str) -> str:
    return f"{namespace}/{name}"


def member_key(namespace: str, group: str, name: str = "") -> str:
    """Return the key of a membership, or what those of a group begin with; a group's name may have a slash."""
    escaped = group.replace("%", "%25").replace("/", "%2F")
    return key_of(namespace, f"{escaped}/{name}")


def require_namespace(request: Json) -> str:
    namespace = str(request["Namespace"])
    if namespace != DEFAULT_NAMESPACE:
        raise not_found(f"Namespace {namespace} is not found")
    return namespace


def find_user(namespace: str, name: str) -> Json:
    """Return a user.

    Raises
    ------
    ServiceError
        Nobody registered them.
    """
    found: Json | None = USERS.get(key_of(namespace, name))
    if found is None:
        raise not_found(f"User {name} is not found in namespace {namespace}")
    return found


def person(name: str, namespace: str = DEFAULT_NAMESPACE) -> Person:
    """Return a registered user with their groups."""
    user = find_user(namespace, name)
    groups = _groups_of(namespace, name)
    names, arns = (frozenset(group[member] for group in groups) for member in ("GroupName", "Arn"))
    return Person(name, user["Arn"], names, arns)


def principals(who: Person) -> set[str]:
    """Return the ARNs by which permissions may name a person."""
    namespace = f"arn:aws:quicksight:{region()}:{account()}:namespace/{DEFAULT_NAMESPACE}"
    return {who.arn, namespace, *who.group_arns}


def user_of(arn: str) -> Json | None:
    """Return the user of an ARN, or None."""
    return next((user for _, user in USERS.items() if user["Arn"] == arn), None)


def require_principal(arn: str, *, namespaces: bool) -> None:
    """Refuse a principal of permissions that is not there.

    Raises
    ------
    ServiceError
        It is of another account or region, no user and no group, or does not exist.
    """
    match = _PRINCIPAL.fullmatch(arn)
    if not match or match[2] != account():
        raise invalid(f"a principal must be a user or group of QuickSight in account {account()}; got {arn}")
    place, kind, namespace, name = match[1], match[3], match[4], match[5]
    if place != region():
        raise invalid(f"a principal must be of the identity region {region()}; got {arn}")
    if kind == "namespace":
        if not namespaces or namespace != DEFAULT_NAMESPACE or name:
            raise invalid(f"this asset cannot be shared with {arn}")
        return
    store = USERS if kind == "user" else GROUPS
    if store.get(key_of(namespace, name or "")) is None:
        raise invalid(f"a principal must exist; got {arn}")


@serve("DescribeNamespace")
def describe_namespace(request: Json) -> Json:
    return {"Namespace": _namespace(require_namespace(request))}


@serve("ListNamespaces")
def list_namespaces(request: Json) -> Json:
    return page("Namespaces", [_namespace(DEFAULT_NAMESPACE)], request)


def _namespace(name: str) -> Json:
    return {
        "Name": name,
        "Arn": f"arn:aws:quicksight:{region()}:{account()}:namespace/{name}",
        "CapacityRegion": region(),
        "CreationStatus": "CREATED",
        "IdentityStore": "QUICKSIGHT",
    }


@serve("RegisterUser")
def register_user(request: Json) -> Json:
    namespace = require_namespace(request)
    name = _user_name(request)
    if USERS.get(key_of(namespace, name)):
        raise exists(f"User {name} of namespace {namespace}")
    user = {
        **{member: request[member] for member in _GIVEN if member in request},
        "Arn": arn_of("user", namespace, name),
        "UserName": name,
        "Role": request["UserRole"],
        "Active": True,
        "PrincipalId": f"federated/iam/{uuid.uuid4()}",
    }
    USERS.put(key_of(namespace, name), user)
    return {"User": user}


def _user_name(request: Json) -> str:
    if request["IdentityType"] == "QUICKSIGHT":
        if not request.get("UserName"):
            raise invalid("UserName must be given for a user of QuickSight")
        return str(request["UserName"])
    if request["IdentityType"] != "IAM":
        raise NotImplementedOnLaptop(f"a user of IdentityType {request['IdentityType']}")
    if not request.get("IamArn"):
        raise invalid("IamArn must be given for a user of IAM")
    # "<role>/<session>" for a role, the name for a user.
    name = str(request["IamArn"].partition("/")[2])
    return f"{name}/{request['SessionName']}" if request.get("SessionName") else name


@serve("DescribeUser")
def describe_user(request: Json) -> Json:
    return {"User": find_user(require_namespace(request), request["UserName"])}


@serve("UpdateUser")
def update_user(request: Json) -> Json:
    namespace = require_namespace(request)
    user = find_user(namespace, request["UserName"]) | {"Email": request["Email"], "Role": request["Role"]}
    USERS.put(key_of(namespace, request["UserName"]), user)
    return {"User": user}


@serve("DeleteUser")
def delete_user(request: Json) -> Json:
    namespace, name = require_namespace(request), request["UserName"]
    find_user(namespace, name)
    for group in _groups_of(namespace, name):
        MEMBERS.delete(member_key(namespace, group["GroupName"], name))
    USERS.delete(key_of(namespace, name))
    return {}


@serve("ListUsers")
def list_users(request: Json) -> Json:
    prefix = key_of(require_namespace(request), "")
    return page("UserList", [user for _, user in USERS.items(prefix)], request)


@serve("ListUserGroups")
def list_user_groups(request: Json) -> Json:
    namespace = require_namespace(request)
    find_user(namespace, request["UserName"])
    return page("GroupList", _groups_of(namespace, request["UserName"]), request)


def _groups_of(namespace: str, name: str) -> list[Json]:
    groups = (group for _, group in GROUPS.items(key_of(namespace, "")))
    return [group for group in groups if MEMBERS.get(member_key(namespace, group["GroupName"], name))]


def role_is_assumable(arn: str) -> bool:
    """Tell whether a role exists and QuickSight may assume it."""
    iam = client("iam")
    try:
        role = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except iam.exceptions.NoSuchEntityException:
        return False
    return "quicksight.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
