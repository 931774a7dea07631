"""A contract's table in the Glue catalog."""

from typing import NamedTuple

from aws_cdk import aws_glue as glue
from constructs import Construct
from lake_common.contract import Column, Contract

_HIVE = "org.apache.hadoop.hive.ql.io"


class _Format(NamedTuple):
    """How Hive reads and writes files, and which parameters say so to others."""

    reader: str
    writer: str
    serde: str
    parameters: dict[str, str]


_FORMATS = {
    "parquet": _Format(
        f"{_HIVE}.parquet.MapredParquetInputFormat",
        f"{_HIVE}.parquet.MapredParquetOutputFormat",
        f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
        {"classification": "parquet", "parquet.compression": "ZSTD"},
    ),
    # https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
    "json": _Format(
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_HIVE}.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
        {"classification": "json", "compressionType": "gzip"},
    ),
}


class ContractTable(glue.CfnTable):
    """An external table with the contract's columns, comments, partition keys and projection.

    Parameters
    ----------
    database
        Where the table is listed.
    location
        `s3://` address of the table's folder, with a slash at the end.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, contract: Contract, database: glue.CfnDatabase, location: str
    ) -> None:
        stored = _FORMATS[contract.stored_as]
        super().__init__(
            scope,
            construct_id,
            catalog_id=database.catalog_id,
            database_name=database.ref,
            table_input=glue.CfnTable.TableInputProperty(
                name=contract.name,
                description=contract.description,
                table_type="EXTERNAL_TABLE",
                parameters=table_parameters(contract),
                partition_keys=[_column(column) for column in contract.partition_columns],
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    columns=[_column(column) for column in contract.data_columns],
                    location=location,
                    input_format=stored.reader,
                    output_format=stored.writer,
                    serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library=stored.serde),
                ),
            ),
        )


def table_parameters(contract: Contract) -> dict[str, str]:
    """Table properties as Athena and Glue read them, the contract's version among them."""
    return {
        "EXTERNAL": "TRUE",
        **_FORMATS[contract.stored_as].parameters,
        "contract.version": contract.version,
        "contract.product": contract.product,
        **contract.projection,
    }


def registers_partitions(contract: Contract) -> bool:
    """Whether the table's partitions must be registered, because Athena does not compute them from its properties."""
    return bool(contract.partition_columns) and not contract.projection


def _column(column: Column) -> glue.CfnTable.ColumnProperty:
    return glue.CfnTable.ColumnProperty(name=column.name, type=column.type, comment=column.description)
