"""What QuickSight lets a principal do with an asset.

Permissions are granted in fixed sets, one for those who look and one for those who own; a part of a set, or an action
more, is refused (InvalidParameterValueException) or shows up in the console as a level without a name. Many of the
actions, QueryDashboard among them, are not in the service authorization reference: only these lists can check them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.nearest import suggestion

Kind = Literal["data source", "data set", "dashboard", "analysis", "theme", "folder"]
Level = Literal["reader", "owner"]


@dataclass(frozen=True, kw_only=True)
class Actions:
    """The two sets of actions of a kind of asset: owners may do what readers may, and more.

    Attributes
    ----------
    source
        Where AWS writes them down.
    namespace
        Whether a whole namespace may be the principal; else only users and groups.
    """

    reader: tuple[str, ...]
    more: tuple[str, ...]
    source: str
    namespace: bool

    @property
    def owner(self) -> tuple[str, ...]:
        return self.reader + self.more


def _actions(names: str) -> tuple[str, ...]:
    return tuple(f"quicksight:{name}" for name in names.split())


_API = "https://docs.aws.amazon.com/quicksight/latest/APIReference"
_GUIDE = "https://docs.aws.amazon.com/quicksight/latest/user"

ACTIONS: Mapping[Kind, Actions] = {
    "data source": Actions(
        reader=_actions("DescribeDataSource DescribeDataSourcePermissions PassDataSource"),
        more=_actions("UpdateDataSource DeleteDataSource UpdateDataSourcePermissions"),
        source=f"{_API}/API_UpdateDataSourcePermissions.html",
        namespace=False,
    ),
    "data set": Actions(
        reader=_actions(
            "DescribeDataSet DescribeDataSetPermissions PassDataSet DescribeIngestion ListIngestions "
            "DescribeRefreshSchedule ListRefreshSchedules"
        ),
        # 18 since data sets have refresh properties: https://github.com/hashicorp/terraform-provider-aws/issues/33907
        more=_actions(
            "UpdateDataSet DeleteDataSet CreateIngestion CancelIngestion "
            "UpdateDataSetPermissions DescribeDataSetRefreshProperties PutDataSetRefreshProperties "
            "DeleteDataSetRefreshProperties CreateRefreshSchedule UpdateRefreshSchedule DeleteRefreshSchedule"
        ),
        source=f"{_API}/API_UpdateDataSetPermissions.html",
        namespace=False,
    ),
    "dashboard": Actions(
        reader=_actions("DescribeDashboard ListDashboardVersions QueryDashboard"),
        more=_actions(
            "UpdateDashboard DeleteDashboard "
            "UpdateDashboardPermissions DescribeDashboardPermissions UpdateDashboardPublishedVersion"
        ),
        source=f"{_API}/API_UpdateDashboardPermissions.html",
        namespace=True,
    ),
    "analysis": Actions(
        reader=_actions("DescribeAnalysis QueryAnalysis"),
        more=_actions(
            "UpdateAnalysis DeleteAnalysis RestoreAnalysis UpdateAnalysisPermissions DescribeAnalysisPermissions"
        ),
        source=f"{_API}/API_UpdateAnalysisPermissions.html",
        namespace=True,
    ),
    "theme": Actions(
        reader=_actions("DescribeTheme DescribeThemeAlias ListThemeAliases ListThemeVersions"),
        more=_actions(
            "DeleteTheme UpdateTheme "
            "CreateThemeAlias DeleteThemeAlias UpdateThemeAlias UpdateThemePermissions DescribeThemePermissions"
        ),
        source=f"{_API}/API_UpdateThemePermissions.html",
        namespace=True,
    ),
    "folder": Actions(
        reader=_actions("DescribeFolder"),
        more=_actions(
            "CreateFolder UpdateFolder DeleteFolder CreateFolderMembership DeleteFolderMembership "
            "DescribeFolderPermissions UpdateFolderPermissions"
        ),
        source=f"{_GUIDE}/sharing-folders.html",
        namespace=False,
    ),
}

# `arn:<partition>:quicksight:<identity region>:<account>:user|group|namespace/...`; users' names may have slashes.
_PRINCIPAL = re.compile(
    r"arn:(?P<partition>[^:]+):quicksight:(?P<region>[^:]*):(?P<account>[^:]+):(?P<kind>user|group|namespace)/(?P<name>.+)"
)
_ROOT = re.compile(r"arn:[^:]+:iam::[^:]+:root")


class PermissionsError(ValueError):
    """A grant that QuickSight would refuse, or that would mean something else than it seems to."""


def actions_of(kind: Kind, level: Level) -> list[str]:
    """Give the set of actions of a level."""
    return list(ACTIONS[kind].owner if level == "owner" else ACTIONS[kind].reader)


def action_problems(kind: Kind, actions: Collection[str]) -> list[str]:
    """Say what is wrong with the actions of a grant: unknown ones, twice the same, or a set that is not whole."""
    known, got = ACTIONS[kind], set(actions)
    unknown = sorted(got - set(known.owner) - set(known.reader))
    if unknown:
        return [f"a {kind} has no action {name}{suggestion(name, known.owner)}" for name in unknown]
    if len(actions) != len(got):
        return [f"actions of a {kind} are given more than once: {sorted(actions)}"]
    if got not in (set(known.owner), set(known.reader)):
        level = "reader" if len(got) <= len(known.reader) else "owner"
        missing = sorted(set(known.reader if level == "reader" else known.owner) - got)
        return [f"the actions for the {level} of a {kind} are not whole; {', '.join(missing)} missing ({known.source})"]
    return []


def principal_problems(kind: Kind, arn: str, *, partition: str, identity_region: str, namespace: str) -> list[str]:
    """Say why an ARN cannot be the principal of a grant.

    Parameters
    ----------
    partition
        As the stack writes it: a name or CloudFormation's reference to it.
    identity_region
        The region in which users and groups of the account live, which may be another than that of the data.
    namespace
        The namespace whose users and groups may be named.
    """
    if _ROOT.fullmatch(arn):
        return [f"{arn} is the root of an account, with which only templates can be shared; expected a user or a group"]
    found = _PRINCIPAL.fullmatch(arn)
    if found is None:
        return [f"{arn} is no principal of a {kind}; expected the ARN of a user, a group or a namespace of QuickSight"]
    problems = []
    if found["partition"] != partition:
        problems.append(f"{arn} is of partition {found['partition']}; expected {partition}")
    if found["region"] != identity_region:
        problems.append(f"{arn} is of region {found['region']}; expected the identity region {identity_region}")
    if found["kind"] == "namespace" and not ACTIONS[kind].namespace:
        problems.append(f"{arn} is a namespace; a {kind} can be shared with users and groups only")
    if found["name"].split("/")[0] != namespace:
        problems.append(f"{arn} is of namespace {found['name'].split('/')[0]}; expected {namespace}")
    if found["kind"] != "namespace" and "/" not in found["name"]:
        problems.append(f"{arn} names no {found['kind']}; expected {found['kind']}/{namespace}/<name>")
    return problems


def grants(kind: Kind, level: Level, principals: Collection[str]) -> list[dict[str, Any]]:
    """Write a property `Permissions`: every principal gets the actions of the level."""
    return [{"Principal": arn, "Actions": actions_of(kind, level)} for arn in principals]


def require(
    kind: Kind, permissions: Collection[Mapping[str, Any]], *, partition: str, identity_region: str, namespace: str
) -> None:
    """Check a property `Permissions` whole.

    Raises
    ------
    PermissionsError
        If QuickSight would refuse a grant; the message names every reason.
    """
    found = []
    principals = [entry["Principal"] for entry in permissions]
    found += [f"{arn} is named more than once" for arn in sorted(set(principals)) if principals.count(arn) > 1]
    for entry in permissions:
        found += action_problems(kind, entry["Actions"])
        found += principal_problems(
            kind, entry["Principal"], partition=partition, identity_region=identity_region, namespace=namespace
        )
    if found:
        raise PermissionsError(f"permissions of a {kind}: " + "; ".join(found))
