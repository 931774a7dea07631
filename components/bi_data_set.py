"""Data sets as QuickSight takes them: what they ask of Athena, how columns are described, who sees which rows.

Plain data with the member names of CloudFormation
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-quicksight-dataset.html).
`LogicalTableMap` and the row-level properties beside it are deprecated: data preparation and the semantic model replace
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lake_common.contract import Contract

from components.bi_rules import rules_columns, rules_sql
from dashboards import permissions
from dashboards.model import CalculatedColumn, DataColumn, DataSet, RowAccess

Properties = dict[str, Any]

_TABLE, _SOURCE, _IMPORT, _CALCULATE, _RESULT = "table", "source", "import", "calculate", "result"
# SPICE keeps four digits after the point of a decimal number that is not said to be a float.
# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
_FIXED = re.compile(r"decimal\(\d+,[0-4]\)")


@dataclass(frozen=True, kw_only=True)
class DataSetPlace:
    """What all data sets of an environment have in common.

    Attributes
    ----------
    groups
        ARN of each group.
    owners
        ARNs of those who may change data sets and build on them.
    """

    account: str
    namespace: str
    data_source: str
    folder: str
    groups: Mapping[str, str]
    owners: Sequence[str]
    contracts: Mapping[str, Contract]


def data_set(spec: DataSet, place: DataSetPlace, rules: str | None) -> Properties:
    """Give the properties of a data set.

    Parameters
    ----------
    rules
        ARN of the data set that holds its row-level rules, if it has any.
    """
    return {
        **_head(spec.id, spec.title, place),
        "ImportMode": spec.import_mode,
        "PhysicalTableMap": {_TABLE: _physical_table(spec, place)},
        "DataPrepConfiguration": _preparation(spec.id, spec.calculated),
        "SemanticModelConfiguration": _semantic_model(spec, place, rules),
        **_folders([*spec.columns, *spec.calculated]),
        **_withheld(spec, place),
        **_spice(spec),
    }


def rules_data_set(spec: DataSet, access: RowAccess, place: DataSetPlace) -> Properties:
    """Give the properties of the data set with the row-level rules of another.

    It is asked each time, not imported: a right that is taken away ends with the deployment, not with a refresh.
    """
    sql = {
        "DataSourceArn": place.data_source,
        "Name": rules_id(spec),
        "SqlQuery": rules_sql(access),
        "Columns": [{"Id": name, "Name": name, "Type": "STRING"} for name in rules_columns(access)],
    }
    return {
        **_head(rules_id(spec), f"{spec.title}: who sees which rows", place),
        "ImportMode": "DIRECT_QUERY",
        "UseAs": "RLS_RULES",
        "PhysicalTableMap": {_TABLE: {"CustomSql": sql}},
        "DataPrepConfiguration": _preparation(rules_id(spec), ()),
        "SemanticModelConfiguration": {
            "TableMap": {_RESULT: {"Alias": rules_id(spec), "DestinationTableId": _RESULT}},
        },
    }


def rules_id(spec: DataSet) -> str:
    """Name the data set that holds the row-level rules of another."""
    return f"{spec.id}-access"


def _head(data_set_id: str, title: str, place: DataSetPlace) -> Properties:
    return {
        "AwsAccountId": place.account,
        "DataSetId": data_set_id,
        "Name": title,
        "FolderArns": [place.folder],
        "Permissions": permissions.grants("data set", "owner", place.owners),
    }


def _physical_table(spec: DataSet, place: DataSetPlace) -> Properties:
    columns = [_input_column(column, spec, place.contracts) for column in spec.columns]
    if spec.sql is not None:
        return {
            "CustomSql": {
                "DataSourceArn": place.data_source,
                "Name": spec.id,
                "SqlQuery": spec.sql,
                "Columns": columns,
            }
        }
    contract = place.contracts[spec.tables[0]]
    return {
        "RelationalTable": {
            "DataSourceArn": place.data_source,
            "Catalog": "AwsDataCatalog",
            "Schema": f"lake_{contract.zone}",
            "Name": contract.name,
            "InputColumns": columns,
        }
    }


def _input_column(column: DataColumn, spec: DataSet, contracts: Mapping[str, Contract]) -> Properties:
    decimal = column.type == "DECIMAL" and spec.import_mode == "SPICE"
    return {
        "Id": column.name,
        "Name": column.name,
        "Type": column.type,
        **({"SubType": _sub_type(column, contracts)} if decimal else {}),
    }


def _sub_type(column: DataColumn, contracts: Mapping[str, Contract]) -> str:
    types = [
        next((each.type for each in contracts[table].columns if each.name == name), "") if table in contracts else ""
        for table, _, name in (source.partition(".") for source in column.sources)
    ]
    return "FIXED" if types and all(_FIXED.fullmatch(type_) for type_ in types) else "FLOAT"


def _preparation(alias: str, calculated: Sequence[CalculatedColumn]) -> Properties:
    """Import the table, then add the calculated columns."""
    steps: Properties = {_IMPORT: {"ImportTableStep": {"Alias": alias, "Source": {"SourceTableId": _SOURCE}}}}
    if calculated:
        steps[_CALCULATE] = {
            "CreateColumnsStep": {
                "Alias": _CALCULATE,
                "Source": {"TransformOperationId": _IMPORT},
                "Columns": [
                    {"ColumnId": column.name, "ColumnName": column.name, "Expression": column.expression}
                    for column in calculated
                ],
            }
        }
    return {
        "SourceTableMap": {_SOURCE: {"PhysicalTableId": _TABLE}},
        "TransformStepMap": steps,
        "DestinationTableMap": {_RESULT: {"Alias": alias, "Source": {"TransformOperationId": list(steps)[-1]}}},
    }


def _semantic_model(spec: DataSet, place: DataSetPlace, rules: str | None) -> Properties:
    described = [
        {"ColumnNames": [name], "ColumnProperties": properties} for name, properties in _meanings(spec) if properties
    ]
    return {
        "SemanticMetadata": [{"Description": {"Text": spec.description}}],
        "TableMap": {
            _RESULT: {
                "Alias": spec.id,
                "DestinationTableId": _RESULT,
                **({"SemanticMetadata": {"ColumnMetadata": described}} if described else {}),
                **_row_level_security(spec.row_access, place, rules),
            }
        },
    }


def _meanings(spec: DataSet) -> Iterator[tuple[str, list[Properties]]]:
    """Yield what is said of each column."""
    for column in spec.columns:
        role = column.geographic_role
        place = [{"SemanticType": {"GeographicalRole": role}}] if role else []
        yield column.name, [*_description(column.description), *place]
    for calculated in spec.calculated:
        yield calculated.name, _description(calculated.description)


def _description(text: str) -> list[Properties]:
    return [{"Description": {"Text": text}}] if text else []


def _row_level_security(access: RowAccess | None, place: DataSetPlace, rules: str | None) -> Properties:
    if access is None:
        return {}
    configuration: Properties = {}
    if rules:
        configuration["RowLevelPermissionDataSet"] = {
            "Arn": rules,
            "FormatVersion": "VERSION_1",
            "Namespace": place.namespace,
            "PermissionPolicy": "GRANT_ACCESS",
            "Status": "ENABLED",
        }
    if access.tags:
        configuration["TagConfiguration"] = {
            "Status": "ENABLED",
            "TagRules": [
                {"TagKey": tag, "ColumnName": column, "TagMultiValueDelimiter": ","}
                for tag, column in access.tags.items()
            ],
            # One alternative only: a session that lacks a tag sees nothing.
            "TagRuleConfigurations": [list(access.tags)],
        }
    return {"RowLevelPermissionConfiguration": configuration}


def _folders(columns: Sequence[DataColumn | CalculatedColumn]) -> Properties:
    """Sort columns into field folders; an author finds the others above them."""
    folders: dict[str, list[str]] = {}
    for column in columns:
        if column.folder:
            folders.setdefault(column.folder, []).append(column.name)
    return {"FieldFolders": {name: {"Columns": names} for name, names in folders.items()}} if folders else {}


def _withheld(spec: DataSet, place: DataSetPlace) -> Properties:
    """Let only the named groups read what says something of a person."""
    personal = [column.name for column in spec.columns if column.personal]
    if not personal:
        return {}
    readers = [place.groups[group] for group in spec.personal_readers]
    return {"ColumnLevelPermissionRules": [{"ColumnNames": personal, "Principals": readers}]}


def _spice(spec: DataSet) -> Properties:
    if spec.import_mode != "SPICE":
        return {}
    # By default a deployment waits for the first import, up to 36 hours: over an empty lake, it would fail.
    waits: Properties = {"IngestionWaitPolicy": {"WaitForSpiceIngestion": False}}
    if spec.look_back is None:
        return waits
    window = {"ColumnName": spec.look_back.column, "Size": spec.look_back.size, "SizeUnit": spec.look_back.unit}
    refresh = {
        "RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": window}},
        "FailureConfiguration": {"EmailAlert": {"AlertStatus": "ENABLED"}},
    }
    return {**waits, "DataSetRefreshProperties": refresh}
