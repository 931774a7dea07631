"""What QuickSight lets a principal do with an asset.

Permissions are granted in fixed sets, one for those who look and one for those who own; a part of a set, or an action
more, is refused (InvalidParameterValueException) or shows up in the console as a level without a name. Many of the
actions, QueryDashboard among them, are not in the service authorization reference: only these lists can check them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["data source", "data set", "dashboard", "theme", "folder"]
Level = Literal["reader", "owner"]


@dataclass(frozen=True, kw_only=True)
class Actions:
    """The two sets of actions of a kind of asset: owners may do what readers may, and more."""

    reader: tuple[str, ...]
    more: tuple[str, ...]

    @property
    def owner(self) -> tuple[str, ...]:
        return self.reader + self.more


def _actions(names: str) -> tuple[str, ...]:
    return tuple(f"quicksight:{name}" for name in names.split())


# As https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Update<kind>Permissions.html and
# https://docs.aws.amazon.com/quicksight/latest/user/sharing-folders.html write them down.
ACTIONS: Mapping[Kind, Actions] = {
    "data source": Actions(
        reader=_actions("DescribeDataSource DescribeDataSourcePermissions PassDataSource"),
        more=_actions("UpdateDataSource DeleteDataSource UpdateDataSourcePermissions"),
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
    ),
    "dashboard": Actions(
        reader=_actions("DescribeDashboard ListDashboardVersions QueryDashboard"),
        more=_actions(
            "UpdateDashboard DeleteDashboard "
            "UpdateDashboardPermissions DescribeDashboardPermissions UpdateDashboardPublishedVersion"
        ),
    ),
    "theme": Actions(
        reader=_actions("DescribeTheme DescribeThemeAlias ListThemeAliases ListThemeVersions"),
        more=_actions(
            "DeleteTheme UpdateTheme "
            "CreateThemeAlias DeleteThemeAlias UpdateThemeAlias UpdateThemePermissions DescribeThemePermissions"
        ),
    ),
    "folder": Actions(
        reader=_actions("DescribeFolder"),
        more=_actions(
            "CreateFolder UpdateFolder DeleteFolder CreateFolderMembership DeleteFolderMembership "
            "DescribeFolderPermissions UpdateFolderPermissions"
        ),
    ),
}


def actions_of(kind: Kind, level: Level) -> list[str]:
    """Give the set of actions of a level."""
    return list(ACTIONS[kind].owner if level == "owner" else ACTIONS[kind].reader)


def grants(kind: Kind, level: Level, principals: Iterable[str]) -> list[dict[str, Any]]:
    """Write a property `Permissions`: every principal gets the actions of the level."""
    return [{"Principal": arn, "Actions": actions_of(kind, level)} for arn in principals]
