"""Serdes and formats by name: what Glue stores for `STORED AS PARQUET` and its like."""

from __future__ import annotations

from typing import Any

from laptop.emulator.athena.catalog import Table
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.statements import CreateTable

_TEXT_IN = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet."
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
FORMATS = {
    "PARQUET": (
        f"{_PARQUET}MapredParquetInputFormat",
        f"{_PARQUET}MapredParquetOutputFormat",
        f"{_PARQUET}serde.ParquetHiveSerDe",
    ),
    "TEXTFILE": (_TEXT_IN, _TEXT_OUT, LAZY_SIMPLE),
    "JSON": (_TEXT_IN, _TEXT_OUT, "org.openx.data.jsonserde.JsonSerDe"),
}


def descriptor(name: str, properties: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the format part of a StorageDescriptor."""
    if name not in FORMATS:
        if name in {"ORC", "AVRO", "RCFILE", "SEQUENCEFILE", "ION"}:
            raise NotSupportedOnLaptopError(f"The format {name}")
        raise QueryError("INVALID_TABLE_PROPERTY", f"expected a format of {sorted(FORMATS)}; got {name!r}")
    input_format, output_format, serde = FORMATS[name]
    return {
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": properties or {"serialization.format": "1"}},
    }


def of_statement(statement: CreateTable) -> dict[str, Any]:
    """Return the format part of a CREATE EXTERNAL TABLE."""
    chosen = descriptor("TEXTFILE" if statement.input_format else statement.stored_as)
    if statement.input_format:
        chosen |= {"InputFormat": statement.input_format, "OutputFormat": statement.output_format}
    if statement.serde:
        chosen["SerdeInfo"] = {"SerializationLibrary": statement.serde, "Parameters": {"serialization.format": "1"}}
    if statement.serde_properties:
        chosen["SerdeInfo"]["Parameters"] = statement.serde_properties
    return chosen


def create_statement(table: Table) -> str:
    """Return the CREATE EXTERNAL TABLE statement of a table."""

    def listed(columns: list[dict[str, str]]) -> str:
        return ", \n".join(
            f"  `{column['Name']}` {column['Type']}"
            + (f" COMMENT '{column['Comment']}'" if column.get("Comment") else "")
            for column in columns
        )

    def pairs(values: dict[str, str]) -> str:
        return ", \n".join(f"  '{key}'='{value}'" for key, value in sorted(values.items()))

    storage = table.storage
    serde = storage.get("SerdeInfo") or {}
    parts = [f"CREATE EXTERNAL TABLE `{table.database}.{table.name}`(\n{listed(storage.get('Columns') or [])})"]
    if table.partition_keys:
        parts.append(f"PARTITIONED BY ( \n{listed(table.raw['PartitionKeys'])})")
    parts.append(f"ROW FORMAT SERDE \n  '{serde.get('SerializationLibrary', '')}' ")
    if serde.get("Parameters"):
        parts.append(f"WITH SERDEPROPERTIES ( \n{pairs(serde['Parameters'])}) ")
    parts.append(f"STORED AS INPUTFORMAT \n  '{storage.get('InputFormat', '')}' ")
    parts.append(f"OUTPUTFORMAT \n  '{storage.get('OutputFormat', '')}'")
    parts.append(f"LOCATION\n  '{table.location}'")
    if table.parameters:
        parts.append(f"TBLPROPERTIES (\n{pairs(table.parameters)})")
    return "\n".join(parts)
