"""The table through which the results of labeling jobs become Parquet."""

from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.arns import bucket_name
from components.labeling_access import RESULTS

NAME = "label_results"
# Queries unnest the answers into their fields, in this order: lambda/labeling_results/statements.py.
_ANSWER = "worker:string,answer:string,problem:string,seconds:double,answered_at:string,agrees:boolean"
_COLUMNS = {
    "object": "string",
    "label": "string",
    "annotation": "string",
    "confidence": "double",
    "labeled_by": "string",
    "workers": "int",
    "agreement": "double",
    "labeled_at": "string",
    "source_ref": "string",
    "request": "string",
    "answers": f"array<struct<{_ANSWER}>>",
}
_PARTITIONS = ("task", "job", "harvest")


class LabelingStaging(glue.CfnTable):
    """JSON lines, one for each labeled object. A query must say which reading of which job it wants."""

    def __init__(self, scope: Construct, construct_id: str, *, database: glue.CfnDatabase, bucket: s3.IBucket) -> None:
        table = glue.CfnTable
        folder = f"s3://{bucket_name(bucket)}/{RESULTS}/"
        super().__init__(
            scope,
            construct_id,
            catalog_id=database.catalog_id,
            database_name=database.ref,
            table_input=table.TableInputProperty(
                name=NAME,
                description="Results of labeling jobs as they were read, on their way to the tables of labels",
                table_type="EXTERNAL_TABLE",
                parameters={
                    "EXTERNAL": "TRUE",
                    "classification": "json",
                    "projection.enabled": "true",
                    **{f"projection.{name}.type": "injected" for name in _PARTITIONS},
                    "storage.location.template": folder + "/".join(f"{name}=${{{name}}}" for name in _PARTITIONS),
                },
                partition_keys=[table.ColumnProperty(name=name, type="string") for name in _PARTITIONS],
                storage_descriptor=table.StorageDescriptorProperty(
                    columns=[table.ColumnProperty(name=name, type=type_) for name, type_ in _COLUMNS.items()],
                    location=folder,
                    input_format="org.apache.hadoop.mapred.TextInputFormat",
                    output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                    serde_info=table.SerdeInfoProperty(serialization_library="org.openx.data.jsonserde.JsonSerDe"),
                ),
            ),
        )
