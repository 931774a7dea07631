"""Who is in which group. No type of CloudFormation can say it, and it is nothing that a deployment should change."""

from __future__ import annotations

from botocore.exceptions import ClientError
from rich.console import Console

from dashboards.cli.place import Place
from dashboards.errors import DashboardError


def run(place: Place, console: Console, *, group: str, user: str | None, remove: bool) -> int:
    """Change the members of a group if a user is named, and show who is in it then."""
    known = [each.name for each in place.collection.groups]
    if group not in known:
        raise DashboardError(f"group must be one of {known}; got {group!r}")
    if remove and not user:
        raise DashboardError("--remove needs --user, whom to take out")
    if user:
        _remove(place, group, user) if remove else _add(place, group, user)
    for member in members(place, group):
        console.print(member, markup=False)
    return 0


def members(place: Place, group: str) -> list[str]:
    """Return the names of the members, sorted."""
    pages = place.identities.get_paginator("list_group_memberships").paginate(**_where(place, group))
    return sorted(member["MemberName"] for page in pages for member in page["GroupMemberList"])


def _add(place: Place, group: str, user: str) -> None:
    """Put a user into a group; one who is in it stays."""
    try:
        place.identities.create_group_membership(MemberName=user, **_where(place, group))
    except ClientError as error:
        raise _explained(error, group, user) from error


def _remove(place: Place, group: str, user: str) -> None:
    try:
        place.identities.delete_group_membership(MemberName=user, **_where(place, group))
    except ClientError as error:
        raise _explained(error, group, user) from error


def _explained(error: ClientError, group: str, user: str) -> Exception:
    if error.response["Error"]["Code"] != "ResourceNotFoundException":
        return error
    return DashboardError(
        f"{user} must be a user of QuickSight, {group} a group that is deployed, and whoever leaves it a member; "
        f"QuickSight says: {error.response['Error'].get('Message', '')}"
    )


def _where(place: Place, group: str) -> dict[str, str]:
    return {"AwsAccountId": place.account, "Namespace": place.namespace, "GroupName": group}
