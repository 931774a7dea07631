"""Dashboards, made of definitions. A definition that refers to what is not there gives CREATION_FAILED with errors.

A new dashboard is published; a later version is when UpdateDashboardPublishedVersion says so. Templates as a source
are refused. Source: `CreateDashboard`, `UpdateDashboard`, `DashboardVersion` of the API reference.
"""

from __future__ import annotations

import time

from laptop.emulator.quicksight import definitions, folders, permissions, versions
from laptop.emulator.quicksight.records import (
    DASHBOARDS,
    DATA_SETS,
    THEMES,
    invalid,
    page,
    serve,
    tags_of,
)
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError

_REFUSED = ("SourceEntity", "Parameters", "LinkSharingConfiguration", "LinkEntities")
_AWS_THEMES = ("CLASSIC", "MIDNIGHT", "SEASIDE", "RAINIER")
_SUMMARY = ("Arn", "DashboardId", "Name", "CreatedTime", "LastUpdatedTime", "LastPublishedTime")
_DECLARED = "DataSetIdentifierDeclarations"


def _version(arn: str, number: int, request: Json, done: str) -> Json:
    """Return a version with its outcome."""
    refused = [name for name in _REFUSED if request.get(name)]
    if refused or "Definition" not in request:
        raise NotImplementedOnLaptop(f"a dashboard with {', '.join(refused) or 'no Definition'}")
    if request.get("ThemeArn"):
        _require_theme(request["ThemeArn"])
    definition = request["Definition"]
    arns = {declared["Identifier"]: declared["DataSetArn"] for declared in definition[_DECLARED]}
    if len(arns) < len(definition[_DECLARED]):
        names = ", ".join(each["Identifier"] for each in definition[_DECLARED])
        raise invalid(f"identifiers of data sets must be different; got {names}")
    found = definitions.errors(definition, {identifier: _columns(arn) for identifier, arn in arns.items()})
    is_strict = (request.get("ValidationStrategy") or {}).get("Mode", "STRICT") == "STRICT"
    body = {
        "Definition": definition,
        "DataSetArns": list(arns.values()),
        "Sheets": [_pick(sheet, "SheetId", "Name") for sheet in definition.get("Sheets") or []],
        "Status": f"{done}_FAILED" if found and is_strict else f"{done}_SUCCESSFUL",
        **_pick(request, "ThemeArn", "DashboardPublishOptions"),
    }
    if found and is_strict:
        body["Errors"] = found
    if "VersionDescription" in request:
        body["Description"] = request["VersionDescription"]
    return versions.made(arn, number, body)


def _pick(members: Json, *names: str) -> Json:
    return {name: members[name] for name in names if name in members}


def _require_theme(arn: str) -> None:
    if arn.rpartition("/")[2] not in _AWS_THEMES:
        THEMES.find_by_arn(arn)


def _columns(arn: str) -> dict[str, str] | None:
    try:
        found = DATA_SETS.find_by_arn(arn)
    except ServiceError:
        return None
    return {column["Name"]: column["Type"] for column in found["OutputColumns"]}


@serve("CreateDashboard")
def create_dashboard(request: Json) -> Json:
    dashboard_id = request["DashboardId"]
    for arn in request.get("FolderArns") or []:
        folders.require(arn)
    version = _version(DASHBOARDS.arn(dashboard_id), 1, request, "CREATION")
    asset = {
        "DashboardId": dashboard_id,
        "Name": request["Name"],
        "permissions": permissions.granted(DASHBOARDS, request.get("Permissions")),
        "tags": tags_of(request),
        "versions": [version],
        "published": 1,
        "LastPublishedTime": time.time(),
    }
    made = DASHBOARDS.put_new(dashboard_id, asset)
    for arn in request.get("FolderArns") or []:
        folders.add(arn, "DASHBOARD", dashboard_id, made["Arn"])
    answer = {"Arn": made["Arn"], "VersionArn": version["Arn"], "DashboardId": dashboard_id}
    return answer | {"CreationStatus": "CREATION_IN_PROGRESS"}


@serve("UpdateDashboard")
def update_dashboard(request: Json) -> Json:
    found = DASHBOARDS.find(request["DashboardId"])
    version = _version(found["Arn"], len(found["versions"]) + 1, request, "CREATION")
    changed = found | {"Name": request["Name"], "versions": [*found["versions"], version]}
    DASHBOARDS.put(request["DashboardId"], changed)
    answer = {"Arn": found["Arn"], "VersionArn": version["Arn"], "DashboardId": request["DashboardId"]}
    return answer | {"CreationStatus": "CREATION_IN_PROGRESS"}


@serve("UpdateDashboardPublishedVersion")
def publish(request: Json) -> Json:
    found = DASHBOARDS.find(request["DashboardId"])
    version = versions.find(found, request, found["published"])
    if version["Status"].endswith("_FAILED"):
        raise invalid(f"a version that is published must not have failed; got version {version['VersionNumber']}")
    changed = found | {"published": version["VersionNumber"], "LastPublishedTime": time.time()}
    DASHBOARDS.put(request["DashboardId"], changed)
    return {"DashboardId": request["DashboardId"], "DashboardArn": found["Arn"]}


@serve("DescribeDashboard")
def describe_dashboard(request: Json) -> Json:
    found = DASHBOARDS.find(request["DashboardId"])
    version = versions.find(found, request, found["published"])
    shown = {name: value for name, value in version.items() if name not in {"Definition", "DashboardPublishOptions"}}
    return {"Dashboard": {name: found[name] for name in _SUMMARY} | {"Version": shown}}


@serve("DescribeDashboardDefinition")
def describe_dashboard_definition(request: Json) -> Json:
    found = DASHBOARDS.find(request["DashboardId"])
    version = versions.find(found, request, found["published"])
    return {
        "DashboardId": found["DashboardId"],
        "Name": found["Name"],
        "ResourceStatus": version["Status"],
        **_pick(version, "Definition", "Errors", "ThemeArn", "DashboardPublishOptions"),
    }


@serve("ListDashboardVersions")
def list_dashboard_versions(request: Json) -> Json:
    return page("DashboardVersionSummaryList", versions.summaries(DASHBOARDS.find(request["DashboardId"])), request)


@serve("DeleteDashboard")
def delete_dashboard(request: Json) -> Json:
    found = DASHBOARDS.find(request["DashboardId"])
    if request.get("VersionNumber"):
        raise NotImplementedOnLaptop("deleting one version of a dashboard")
    DASHBOARDS.store.delete(request["DashboardId"])
    folders.forget(found["Arn"])
    return {"Arn": found["Arn"], "DashboardId": request["DashboardId"]}


@serve("ListDashboards")
def list_dashboards(request: Json) -> Json:
    return page("DashboardSummaryList", [summary(found) for found in DASHBOARDS.all()], request)


def summary(found: Json) -> Json:
    return {name: found[name] for name in _SUMMARY} | {"PublishedVersionNumber": found["published"]}


@serve("UpdateDashboardLinks")
def update_dashboard_links(request: Json) -> Json:
    raise NotImplementedOnLaptop("linked entities of a dashboard")
