"""Dashboards, their theme and their schedules as QuickSight takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from components.bi_preparation import Properties
from dashboards import permissions
from dashboards.model import Dashboard, DataSet, Definition, Refresh
from dashboards.theme import NAME, THEME_ID

# A description of a version may have 512 characters; what is left is for the digest.
_DESCRIPTION = 480
_ON, _OFF = {"AvailabilityStatus": "ENABLED"}, {"AvailabilityStatus": "DISABLED"}


def dashboard(
    spec: Dashboard,
    *,
    account: str,
    data_sets: Mapping[str, str],
    theme: str,
    folder: str,
    owners: Sequence[str],
    readers: Sequence[str],
    export_to_csv: bool,
) -> Properties:
    """Give the properties of a dashboard. It is published as it is deployed, and shared by no link.

    Parameters
    ----------
    data_sets
        ARN of each data set by its id.
    """
    declared = [{"Identifier": each.id, "DataSetArn": data_sets[each.id]} for each in spec.data_sets]
    return {
        "AwsAccountId": account,
        "DashboardId": spec.id,
        "Name": spec.title,
        # What is deployed can be told from what is in the repository without comparing definitions.
        "VersionDescription": f"{spec.description[:_DESCRIPTION]} Definition {_digest(spec.definition)}",
        "Definition": {**spec.definition, "DataSetIdentifierDeclarations": declared},
        # A definition with an unknown column fails the deployment, and the version that people see stays.
        "ValidationStrategy": {"Mode": "STRICT"},
        "ThemeArn": theme,
        "FolderArns": [folder],
        "DashboardPublishOptions": {
            "AdHocFilteringOption": _OFF,
            "ExportToCSVOption": _ON if export_to_csv else _OFF,
            "ExportWithHiddenFieldsOption": _OFF,
            "SheetControlsOption": {"VisibilityState": "EXPANDED"},
        },
        "Permissions": [
            *permissions.grants("dashboard", "owner", owners),
            *permissions.grants("dashboard", "reader", readers),
        ],
    }


def uses_parameters(definition: Definition) -> bool:
    """Whether an expression names a parameter, which looks like one of CloudFormation's own."""
    return any("${" in field["Expression"] for field in definition.get("CalculatedFields", ()))


def theme(definition: Definition, *, account: str, owners: Sequence[str]) -> Properties:
    """Give the properties of the theme."""
    return {
        "AwsAccountId": account,
        "ThemeId": THEME_ID,
        "Name": NAME,
        "BaseThemeId": "CLASSIC",
        "Configuration": definition,
        "Permissions": permissions.grants("theme", "owner", owners),
    }


def folder(folder_id: str, title: str, *, account: str, owners: Sequence[str], readers: Sequence[str]) -> Properties:
    """Give the properties of a folder at the root: whoever may open it may open what is in it.

    Folders below others have no permissions of their own, so what different people see is in different folders.
    """
    return {
        "AwsAccountId": account,
        "FolderId": folder_id,
        "Name": title,
        "FolderType": "SHARED",
        "SharingModel": "ACCOUNT",
        "Permissions": [
            *permissions.grants("folder", "owner", owners),
            *permissions.grants("folder", "reader", readers),
        ],
    }


def refresh_schedule(spec: DataSet, refresh: Refresh, *, account: str, time_zone: str) -> Properties:
    """Give the properties of a schedule that brings new rows into SPICE."""
    frequency: Properties = {"Interval": refresh.interval, "TimeZone": time_zone}
    if refresh.time_of_day:
        frequency["TimeOfTheDay"] = refresh.time_of_day
    if refresh.day:
        frequency["RefreshOnDay"] = {"DayOfWeek" if refresh.interval == "WEEKLY" else "DayOfMonth": refresh.day}
    return {
        "AwsAccountId": account,
        "DataSetId": spec.id,
        "Schedule": {
            "ScheduleId": refresh.id,
            "RefreshType": refresh.kind,
            "ScheduleFrequency": frequency,
        },
    }


def _digest(definition: Definition) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:12]
