"""Data sets. Creating or changing one in SPICE starts an ingestion, as on AWS.

Source: `CreateDataSet`, `UpdateDataSet`, `DeleteDataSet` of the API reference.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.quicksight import (
    folders,
    geography,
    identities,
    imports,
    ingestion_runs,
    permissions,
    preparation,
    refreshes,
    row_security,
    semantic_model,
    spice,
    steps,
)
from laptop.emulator.quicksight.records import (
    DATA_SETS,
    DATA_SOURCES,
    invalid,
    page,
    serve,
    without,
)
from laptop.emulator.quicksight.steps import Prepared
from laptop.emulator.registry import Json

_KEPT = ("Arn", "CreatedTime", "permissions", "tags", "refresh_properties", "shown")
_HIDDEN = ("permissions", "tags", "refresh_properties", "shown")


@serve("CreateDataSet")
def create_data_set(request: Json) -> Json:
    prepared = _check(request)
    asset = without(request, "Permissions", "Tags", "FolderArns") | {
        "permissions": permissions.granted(DATA_SETS, request.get("Permissions")),
        "tags": tag_map(request.get("Tags")),
        "OutputColumns": _output(prepared),
        "shown": None,
    }
    made = folders.put_new("DATASET", request["DataSetId"], asset, request.get("FolderArns") or [])
    return _answer(made) | _ingest(made, "INITIAL_INGESTION")


@serve("UpdateDataSet")
def update_data_set(request: Json) -> Json:
    old = DATA_SETS.find(request["DataSetId"])
    prepared = _check(request)
    kept = {name: old[name] for name in _KEPT if name in old}
    asset = kept | without(request) | {"OutputColumns": _output(prepared)}
    if "UseAs" in old:
        # UpdateDataSet has no UseAs: what a data set is for stays.
        asset["UseAs"] = old["UseAs"]
    if asset["ImportMode"] != "SPICE":
        asset["shown"] = None
        spice.remove(request["DataSetId"])
    changed = DATA_SETS.put(request["DataSetId"], asset)
    return _answer(changed) | _ingest(changed, "EDIT")


def _answer(asset: Json) -> Json:
    return {"Arn": asset["Arn"], "DataSetId": asset["DataSetId"]}


def _ingest(asset: Json, request_type: str) -> Json:
    if asset["ImportMode"] != "SPICE":
        return {}
    started = ingestion_runs.start(asset["DataSetId"], str(uuid.uuid4()), request_type)
    return {"IngestionArn": started["Arn"], "IngestionId": started["IngestionId"]}


def prepare(asset: Json) -> Prepared:
    """Return the query of a data set.

    Raises
    ------
    ServiceError
        The data set cannot be computed.
    """
    try:
        return preparation.prepare(asset)
    except steps.PreparationError as error:
        raise invalid(f"data set {asset['DataSetId']}: {error}") from error


def _check(request: Json) -> Prepared:
    prepared = prepare(request)
    DATA_SOURCES.find_by_arn(prepared.data_source_arn)
    folder_columns = [name for folder in (request.get("FieldFolders") or {}).values() for name in folder["columns"]]
    _require_columns("FieldFolders", folder_columns, prepared)
    for rule in request.get("ColumnLevelPermissionRules") or []:
        _require_columns("ColumnLevelPermissionRules", rule.get("ColumnNames") or [], prepared)
        for principal in rule.get("Principals") or []:
            identities.require_principal(principal, namespaces=True)
    for wrong in geography.problems(request, prepared.types):
        raise invalid(wrong)
    rules, tags = row_security_of(request)
    if tags:
        for rule in tags["TagRules"]:
            _require_columns("TagRules", [rule["ColumnName"]], prepared)
            if prepared.types[rule["ColumnName"]] != "STRING":
                raise invalid(f"row-level security must be on text; got {rule['ColumnName']}")
    if rules:
        _check_rules(rules, prepared)
    if request.get("UseAs") == "RLS_RULES":
        _require_rules_of_some_version(request["DataSetId"], prepared)
    return prepared


def _require_columns(member: str, names: Iterable[str], prepared: Prepared) -> None:
    unknown = sorted(set(names) - prepared.types.keys())
    if unknown:
        known = ", ".join(prepared.types)
        raise invalid(f"{member} must name columns of the data set ({known}); got {', '.join(unknown)}")


def _check_rules(rules: Json, prepared: Prepared) -> None:
    if rules["PermissionPolicy"] != "GRANT_ACCESS":
        raise invalid("PermissionPolicy must be GRANT_ACCESS: DENY_ACCESS is not supported for new data sets")
    found = DATA_SETS.find_by_arn(rules["Arn"])
    names = [column["Name"] for column in found["OutputColumns"]]
    problems = row_security.shape_problems(rules.get("FormatVersion", "VERSION_1"), names, prepared.types)
    if problems:
        raise invalid(f"rules data set {found['DataSetId']}: {'; '.join(problems)}")


def _require_rules_of_some_version(data_set_id: str, prepared: Prepared) -> None:
    keys = {*row_security.key_columns("VERSION_1"), *row_security.key_columns("VERSION_2")}
    if not keys & prepared.types.keys():
        raise invalid(f"RLS_RULES {data_set_id} must have one of the columns {', '.join(sorted(keys))}")


def row_security_of(asset: Json) -> tuple[Json | None, Json | None]:
    """Return the RowLevelPermissionDataSet and the tag configuration that are in force."""
    configuration = {
        "RowLevelPermissionDataSet": asset.get("RowLevelPermissionDataSet"),
        "TagConfiguration": asset.get("RowLevelPermissionTagConfiguration"),
    }
    for table in semantic_model.tables(asset):
        configuration |= table.get("RowLevelPermissionConfiguration") or {}
    rules, tags = configuration["RowLevelPermissionDataSet"], configuration["TagConfiguration"]
    return _in_force(rules), _in_force(tags)


def _in_force(configuration: Json | None) -> Json | None:
    return configuration if configuration and configuration.get("Status", "ENABLED") == "ENABLED" else None


def _output(prepared: Prepared) -> list[Json]:
    return [
        {"Name": column.name, "Type": column.type}
        | ({"Id": column.id} if column.id else {})
        | ({"Description": column.description} if column.description else {})
        for column in prepared.columns
    ]


@serve("DescribeDataSet")
def describe_data_set(request: Json) -> Json:
    found = DATA_SETS.find(request["DataSetId"])
    file = imports.shown_file(found)
    size = {"ConsumedSpiceCapacityInBytes": file.stat().st_size} if file else {}
    return {"DataSet": without(found, *_HIDDEN) | size}


@serve("DeleteDataSet")
def delete_data_set(request: Json) -> Json:
    found = DATA_SETS.find(request["DataSetId"])
    DATA_SETS.store.delete(request["DataSetId"])
    folders.forget(found["Arn"])
    ingestion_runs.forget(request["DataSetId"])
    refreshes.forget(request["DataSetId"])
    return _answer(found)


@serve("ListDataSets")
def list_data_sets(request: Json) -> Json:
    return page("DataSetSummaries", [summary(found) for found in DATA_SETS.all()], request)


def summary(found: Json) -> Json:
    """Return what lists show of a data set."""
    shown: Json = {
        name: found[name]
        for name in ("Arn", "DataSetId", "Name", "CreatedTime", "LastUpdatedTime", "ImportMode", "UseAs")
        if name in found
    }
    rules, tags = row_security_of(found)
    if rules:
        shown["RowLevelPermissionDataSet"] = rules
    return shown | {
        "RowLevelPermissionTagConfigurationApplied": bool(tags),
        "ColumnLevelPermissionRulesApplied": bool(found.get("ColumnLevelPermissionRules")),
    }
