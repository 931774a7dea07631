"""Data sources: Athena, through a workgroup and a role of their own.

The creation of a data source connects to it: a workgroup or role that is not there makes it CREATION_FAILED, which is
seen by DescribeDataSource, as on AWS. Source: `CreateDataSource`, `DataSourceErrorInfo` of the API reference.
"""

from __future__ import annotations

from botocore.exceptions import ClientError

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.quicksight import folders, identities, permissions
from laptop.emulator.quicksight.records import (
    DATA_SOURCES,
    VPC_CONNECTIONS,
    invalid,
    page,
    serve,
    without,
)
from laptop.emulator.registry import Json, NotImplementedOnLaptop

_REFUSED = ("Credentials",)
_SUMMARY = ("Arn", "DataSourceId", "Name", "Type", "CreatedTime", "LastUpdatedTime")
_HIDDEN = ("permissions", "tags")
_DEFAULT_WORKGROUP = "primary"


def athena_of(data_source: Json) -> Json:
    """Return the AthenaParameters of a data source."""
    found: Json = (data_source.get("DataSourceParameters") or {}).get("AthenaParameters") or {}
    return found


def workgroup_of(data_source: Json) -> str:
    return str(athena_of(data_source).get("WorkGroup", _DEFAULT_WORKGROUP))


def role_problem(data_source: Json) -> str | None:
    """Say why QuickSight could not assume the data source's role, or None."""
    role = athena_of(data_source).get("RoleArn")
    if role and not identities.role_is_assumable(role):
        return f"{role} must exist and trust quicksight.amazonaws.com"
    return None


def _check(request: Json) -> None:
    refused = [name for name in _REFUSED if request.get(name)]
    if request.get("Type", "ATHENA") != "ATHENA":
        raise NotImplementedOnLaptop(f"a data source of type {request['Type']}")
    if refused:
        raise NotImplementedOnLaptop(f"{', '.join(refused)} of a data source")
    parameters = request.get("DataSourceParameters") or {}
    if parameters.keys() - {"AthenaParameters"}:
        raise invalid(f"a data source of type ATHENA must have AthenaParameters; got {', '.join(parameters)}")
    unknown = athena_of(request).keys() - {"WorkGroup", "RoleArn"}
    if unknown:
        raise NotImplementedOnLaptop(f"{', '.join(sorted(unknown))} of a data source")
    network = request.get("VpcConnectionProperties")
    if network:
        VPC_CONNECTIONS.find_by_arn(network["VpcConnectionArn"])


def _status(data_source: Json, done: str) -> Json:
    problem = role_problem(data_source)
    if problem:
        return {"Status": f"{done}_FAILED", "ErrorInfo": {"Type": "ACCESS_DENIED", "Message": problem}}
    try:
        client("athena").get_work_group(WorkGroup=workgroup_of(data_source))
    except ClientError as error:
        message = error.response["Error"]["Message"]
        return {"Status": f"{done}_FAILED", "ErrorInfo": {"Type": "GENERIC_SQL_FAILURE", "Message": message}}
    return {"Status": f"{done}_SUCCESSFUL"}


@serve("CreateDataSource")
def create_data_source(request: Json) -> Json:
    _check(request)
    asset = without(request, "Permissions", "Tags", "FolderArns") | {
        "permissions": permissions.granted(DATA_SOURCES, request.get("Permissions")),
        "tags": tag_map(request.get("Tags")),
    }
    asset |= _status(asset, "CREATION")
    made = folders.put_new("DATASOURCE", request["DataSourceId"], asset, request.get("FolderArns") or [])
    return {"Arn": made["Arn"], "DataSourceId": request["DataSourceId"], "CreationStatus": "CREATION_IN_PROGRESS"}


@serve("UpdateDataSource")
def update_data_source(request: Json) -> Json:
    old = DATA_SOURCES.find(request["DataSourceId"])
    _check(request)
    kept = {name: old[name] for name in ("Arn", "CreatedTime", "Type", "permissions", "tags")}
    asset = kept | without(request)
    DATA_SOURCES.put(request["DataSourceId"], asset | _status(asset, "UPDATE"))
    return {"Arn": old["Arn"], "DataSourceId": request["DataSourceId"], "UpdateStatus": "UPDATE_IN_PROGRESS"}


@serve("DescribeDataSource")
def describe_data_source(request: Json) -> Json:
    return {"DataSource": without(DATA_SOURCES.find(request["DataSourceId"]), *_HIDDEN)}


@serve("DeleteDataSource")
def delete_data_source(request: Json) -> Json:
    found = DATA_SOURCES.find(request["DataSourceId"])
    DATA_SOURCES.store.delete(request["DataSourceId"])
    folders.forget(found["Arn"])
    return {"Arn": found["Arn"], "DataSourceId": request["DataSourceId"]}


@serve("ListDataSources")
def list_data_sources(request: Json) -> Json:
    return page("DataSources", [without(found, *_HIDDEN) for found in DATA_SOURCES.all()], request)


def summary(found: Json) -> Json:
    return {name: found[name] for name in _SUMMARY}
