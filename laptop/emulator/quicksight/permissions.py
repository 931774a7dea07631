"""Who may do what with an asset: grants to users and groups, in the fixed sets of actions that AWS documents.

A set that is not whole, an action of another kind, or a principal that is not there is refused with
InvalidParameterValueException. Source: `UpdateDataSourcePermissions`, `UpdateDataSetPermissions`,
`UpdateDashboardPermissions`, `UpdateThemePermissions` of the API reference, and "Sharing folders" of the user guide.
"""

from __future__ import annotations

from collections.abc import Iterable

from laptop.emulator.quicksight import identities
from laptop.emulator.quicksight.records import (
    DASHBOARDS,
    DATA_SETS,
    DATA_SOURCES,
    FOLDERS,
    THEMES,
    Kind,
    invalid,
    serve,
)
from laptop.emulator.registry import Json, NotImplementedOnLaptop


def _actions(names: str) -> frozenset[str]:
    return frozenset(f"quicksight:{name}" for name in names.split())


# Part of the ARN -> what a reader and an owner may do.
READERS: dict[str, frozenset[str]] = {
    "datasource": _actions("DescribeDataSource DescribeDataSourcePermissions PassDataSource"),
    "dataset": _actions(
        "DescribeDataSet DescribeDataSetPermissions PassDataSet DescribeIngestion ListIngestions "
        "DescribeRefreshSchedule ListRefreshSchedules"
    ),
    "dashboard": _actions("DescribeDashboard ListDashboardVersions QueryDashboard"),
    "theme": _actions("DescribeTheme DescribeThemeAlias ListThemeAliases ListThemeVersions"),
    "folder": _actions("DescribeFolder"),
}
_MORE: dict[str, frozenset[str]] = {
    "datasource": _actions("UpdateDataSource DeleteDataSource UpdateDataSourcePermissions"),
    "dataset": _actions(
        "UpdateDataSet DeleteDataSet CreateIngestion CancelIngestion UpdateDataSetPermissions "
        "DescribeDataSetRefreshProperties PutDataSetRefreshProperties DeleteDataSetRefreshProperties "
        "CreateRefreshSchedule UpdateRefreshSchedule DeleteRefreshSchedule"
    ),
    "dashboard": _actions(
        "UpdateDashboard DeleteDashboard UpdateDashboardPermissions DescribeDashboardPermissions "
        "UpdateDashboardPublishedVersion"
    ),
    "theme": _actions(
        "DeleteTheme UpdateTheme CreateThemeAlias DeleteThemeAlias UpdateThemeAlias UpdateThemePermissions "
        "DescribeThemePermissions"
    ),
    "folder": _actions(
        "CreateFolder UpdateFolder DeleteFolder CreateFolderMembership DeleteFolderMembership "
        "DescribeFolderPermissions UpdateFolderPermissions"
    ),
}
OWNERS = {kind: READERS[kind] | more for kind, more in _MORE.items()}
_SHARED_WITH_NAMESPACES = frozenset({"dashboard", "theme"})

Grants = dict[str, list[str]]


def granted(kind: Kind, permissions: Iterable[Json] | None) -> Grants:
    """Return grants by principal.

    Raises
    ------
    ServiceError
        A principal is not there, or its actions are not one of the fixed sets.
    """
    grants: Grants = {}
    for permission in permissions or []:
        principal, actions = permission["Principal"], permission["Actions"]
        identities.require_principal(principal, namespaces=kind.path in _SHARED_WITH_NAMESPACES)
        _require_set(kind, actions)
        if principal in grants:
            raise invalid(f"a principal must be named once; got {principal} again")
        grants[principal] = sorted(actions)
    return grants


def _require_set(kind: Kind, actions: list[str]) -> None:
    reader, owner, got = READERS[kind.path], OWNERS[kind.path], frozenset(actions)
    if got in {reader, owner}:
        return
    unknown = sorted(got - owner)
    if unknown:
        raise invalid(f"the actions of a {kind.noun} must be of its own; got {', '.join(unknown)}")
    closest = reader if got <= reader else owner
    missing = ", ".join(sorted(closest - got))
    raise invalid(f"the actions of a {kind.noun} must be those of a reader or of an owner; {missing} missing")


def listed(grants: Grants) -> list[Json]:
    return [{"Principal": principal, "Actions": actions} for principal, actions in grants.items()]


def is_owner(kind: Kind, asset: Json, principals: Iterable[str]) -> bool:
    """Tell whether one of the principals owns an asset."""
    return any(OWNERS[kind.path] <= set(asset["permissions"].get(principal, ())) for principal in principals)


def may_read(kind: Kind, asset: Json, principals: Iterable[str]) -> bool:
    return any(READERS[kind.path] <= set(asset["permissions"].get(principal, ())) for principal in principals)


def change(kind: Kind, asset_id: str, request: Json) -> Json:
    """Apply a request with GrantPermissions and RevokePermissions; return the asset."""
    asset = kind.find(asset_id)
    grants: Grants = dict(asset["permissions"])
    for revoked in request.get("RevokePermissions") or []:
        left = sorted(set(grants.pop(revoked["Principal"], [])) - set(revoked["Actions"]))
        if left:
            grants[revoked["Principal"]] = left
    grants |= granted(kind, request.get("GrantPermissions"))
    return kind.put(asset_id, asset | {"permissions": grants})


def _serve(kind: Kind, id_member: str, arn_member: str) -> None:
    def answer(asset_id: str, asset: Json) -> Json:
        return {id_member: asset_id, arn_member: asset["Arn"], "Permissions": listed(asset["permissions"])}

    @serve(f"Describe{kind.noun}Permissions")
    def describe(request: Json) -> Json:
        return answer(request[id_member], kind.find(request[id_member]))

    @serve(f"Update{kind.noun}Permissions")
    def update(request: Json) -> Json:
        for member in ("GrantLinkPermissions", "RevokeLinkPermissions"):
            if request.get(member):
                raise NotImplementedOnLaptop(member)
        return answer(request[id_member], change(kind, request[id_member], request))


_serve(DATA_SOURCES, "DataSourceId", "DataSourceArn")
_serve(DATA_SETS, "DataSetId", "DataSetArn")
_serve(DASHBOARDS, "DashboardId", "DashboardArn")
_serve(THEMES, "ThemeId", "ThemeArn")
_serve(FOLDERS, "FolderId", "Arn")
