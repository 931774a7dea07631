"""Data sets as QuickSight takes them: what they ask of Athena, how columns are described, who sees which rows.

Plain data with the member names of CloudFormation
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-quicksight-dataset.html).
`LogicalTableMap` and the row-level properties beside it are deprecated: data preparation and the semantic model replace
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lake_common.contract import Contract

from components.bi_preparation import RESULT, TABLE, Properties, physical_tables, preparation
from components.bi_rules import rules_columns, rules_sql
from dashboards import permissions
from dashboards.model import CalculatedColumn, DataColumn, DataSet, RowAccess


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
        ARN of the data set that holds its row-level rules; None if everybody sees all rows.

    Raises
    ------
    ValueError
        If rows are restricted and there are no rules: everybody would see all rows.
    """
    return {
        **_head(spec.id, spec.title, place),
        "ImportMode": spec.import_mode,
        "PhysicalTableMap": physical_tables(spec, place.data_source, place.contracts),
        "DataPrepConfiguration": preparation(spec.id, spec.calculated),
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
        "PhysicalTableMap": {TABLE: {"CustomSql": sql}},
        "DataPrepConfiguration": preparation(rules_id(spec), ()),
        "SemanticModelConfiguration": {
            "TableMap": {RESULT: {"Alias": rules_id(spec), "DestinationTableId": RESULT}},
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


def _semantic_model(spec: DataSet, place: DataSetPlace, rules: str | None) -> Properties:
    described = [
        {"ColumnNames": [name], "ColumnProperties": properties} for name, properties in _meanings(spec) if properties
    ]
    return {
        "SemanticMetadata": [{"Description": {"Text": spec.description}}],
        "TableMap": {
            RESULT: {
                "Alias": spec.id,
                "DestinationTableId": RESULT,
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
    if rules is None:
        raise ValueError(f"rows that are restricted by {list(access.columns)} must have a data set of rules; got none")
    configuration: Properties = {
        "RowLevelPermissionDataSet": {
            "Arn": rules,
            "FormatVersion": "VERSION_1",
            "Namespace": place.namespace,
            "PermissionPolicy": "GRANT_ACCESS",
            "Status": "ENABLED",
        }
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
