"""How a data set of QuickSight gets its columns: from Athena, with their types, and by calculation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-quicksight-dataset-dataprepconfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lake_common.contract import Contract

from dashboards.model import CalculatedColumn, DataColumn, DataSet

Properties = dict[str, Any]

# Names within a data set: what is asked, and what comes out.
TABLE, RESULT = "table", "result"
_SOURCE, _IMPORT, _CALCULATE = "source", "import", "calculate"
# SPICE keeps four digits after the point of a decimal number that is not said to be a float.
# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
_FIXED = re.compile(r"decimal\(\d+,[0-4]\)")


def physical_tables(spec: DataSet, data_source: str, contracts: Mapping[str, Contract]) -> Properties:
    """Say what is asked of Athena: the data set's SQL, or a table of the catalog."""
    columns = [_input_column(column, spec, contracts) for column in spec.columns]
    if spec.sql is not None:
        sql = {"DataSourceArn": data_source, "Name": spec.id, "SqlQuery": spec.sql, "Columns": columns}
        return {TABLE: {"CustomSql": sql}}
    contract = contracts[spec.tables[0]]
    table = {
        "DataSourceArn": data_source,
        "Catalog": "AwsDataCatalog",
        "Schema": f"lake_{contract.zone}",
        "Name": contract.name,
        "InputColumns": columns,
    }
    return {TABLE: {"RelationalTable": table}}


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


def preparation(alias: str, calculated: Sequence[CalculatedColumn]) -> Properties:
    """Import the table, then add the calculated columns; the last step gives what people see."""
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
        "SourceTableMap": {_SOURCE: {"PhysicalTableId": TABLE}},
        "TransformStepMap": steps,
        "DestinationTableMap": {RESULT: {"Alias": alias, "Source": {"TransformOperationId": list(steps)[-1]}}},
    }
