"""Dashboards, made of definitions. A definition that refers to what is not there gives CREATION_FAILED with errors.

A new dashboard is published; a later version is when UpdateDashboardPublishedVersion says so. Templates as a source
are refused. Source: `CreateDashboard`, `UpdateDashboard`, `DashboardVersion` of the API reference.
"""

from __future__ import annotations

import time

from laptop.emulator.cloudformation.shape import pick, tag_map
from laptop.emulator.quicksight import definitions, folders, permissions, themes, versions
from laptop.emulator.quicksight.records import DASHBOARDS, DATA_SETS, invalid, page, serve, types_of
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError

_REFUSED = ("SourceEntity", "Parameters", "LinkSharingConfiguration", "LinkEntities")
_SUMMARY = ("Arn", "DashboardId", "Name", "CreatedTime", "LastUpdatedTime", "LastPublishedTime")
_DECLARED = "DataSetIdentifierDeclarations"


def _version(arn: str, number: int, request: Json) -> Json:
    """Return a version with its outcome."""
    refused = [name for name in _REFUSED if request.get(name)]
    if refused or "Definition" not in request:
        raise NotImplementedOnLaptop(f"a dashboard with {', '.join(refused) or 'no Definition'}")
    if request.get("ThemeArn"):
        themes.require(request["ThemeArn"])
    definition = request["Definition"]
    arns = {declared["Identifier"]: declared["DataSetArn"] for declared in definition[_DECLARED]}
    if len(arns) < len(definition[_DECLARED]):
        names = ", ".join(each["Identifier"] for each in definition[_DECLARED])
        raise invalid(f"identifiers of data sets must be different; got {names}")
    found = definitions.errors(definition, {identifier: _columns(arn) for identifier, arn in arns.items()})
    is_strict = (request.get("ValidationStrategy") or {}).get("Mode", "STRICT") == "STRICT"
    has_failed = bool(found) and is_strict
    body = {
        "Definition": definition,
        "DataSetArns": list(arns.values()),
        "Sheets": [pick(sheet, "SheetId", "Name") for sheet in definition.get("Sheets") or []],
        "Status": "CREATION_FAILED" if has_failed else "CREATION_SUCCESSFUL",
        **pick(request, "ThemeArn", "DashboardPublishOptions"),
    }
    if has_failed:
        body["Errors"] = found
    if "VersionDescription" in request:
        body["Description"] = request["VersionDescription"]
    return versions.made(arn, number, body)


def _columns(arn: str) -> dict[str, str] | None:
    try:
        return types_of(DATA_SETS.find_by_arn(arn))
    except ServiceError:
        return None


@serve("CreateDashboard")
def create_dashboard(request: Json) -> Json:
    dashboard_id = request["DashboardId"]
    version = _version(DASHBOARDS.arn(dashboard_id), 1, request)
    asset = {
        "DashboardId": dashboard_id,
        "Name": request["Name"],
        "permissions": permissions.granted(DASHBOARDS, request.get("Permissions")),
        "tags": tag_map(request.get("Tags")),
        "versions": [version],
        "published": 1,
        "LastPublishedTime": time.time(),
    }
    return _answer(folders.put_new("DASHBOARD", dashboard_id, asset, request.get("FolderArns") or []), version)


def _answer(dashboard: Json, version: Json) -> Json:
    answer = {"Arn": dashboard["Arn"], "VersionArn": version["Arn"], "DashboardId": dashboard["DashboardId"]}
    return answer | {"CreationStatus": "CREATION_IN_PROGRESS"}


@serve("UpdateDashboard")
def update_dashboard(request: Json) -> Json:
    found = DASHBOARDS.find(request["DashboardId"])
    version = _version(found["Arn"], len(found["versions"]) + 1, request)
    changed = found | {"Name": request["Name"], "versions": [*found["versions"], version]}
    return _answer(DASHBOARDS.put(request["DashboardId"], changed), version)


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
        **pick(version, "Definition", "Errors", "ThemeArn", "DashboardPublishOptions"),
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
