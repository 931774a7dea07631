"""Firehose: the stream as Parquet in the curated zone, without code."""

import aws_cdk as cdk
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from constructs import Construct

from components.access import catalog_resources, use_catalog_key
from components.acknowledge import acknowledge, acknowledge_wildcards
from components.arns import bucket_arn, home, key_arn, objects_arn
from components.policy import Statement
from components.service_role import ServiceRole
from components.zones import Zones
from config.model import ArchiveConfig

TABLE = "click_archive"
# Firehose writes what it cannot convert to the bucket of the data; crawlers pass over names with an underscore.
ERRORS = f"_errors/{TABLE}"
_ERROR_PREFIX = f"{ERRORS}/!{{firehose:error-output-type}}/!{{timestamp:yyyy-MM-dd}}/"
_PREFIX = f"{TABLE}/event_date=!{{partitionKeyFromQuery:event_date}}/"
# JQ 1.6: the day of an ISO 8601 time.
_PARTITION_QUERY = "{event_date: .event_time[0:10]}"
_RETRY_SECONDS = 300


class ClickArchive(Construct):
    """A delivery stream that converts by the table's schema and partitions by the day of the event."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: ArchiveConfig,
        stream: kinesis.CfnStream,
        zones: Zones,
        database: str,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._stream, self._zones, self._database = stream, zones, database
        self._log_group = logs.CfnLogGroup(
            self, "Logs", kms_key_id=key_arn(zones.key), retention_in_days=log_retention_days
        )
        self._log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        self._log_stream = logs.CfnLogStream(self, "LogStream", log_group_name=self._log_group.ref)
        self._role = self._new_role()
        delivery = firehose.CfnDeliveryStream
        self._delivery = firehose.CfnDeliveryStream(
            self,
            "Resource",
            delivery_stream_type="KinesisStreamAsSource",
            kinesis_stream_source_configuration=delivery.KinesisStreamSourceConfigurationProperty(
                kinesis_stream_arn=stream.attr_arn, role_arn=self._role.arn
            ),
            extended_s3_destination_configuration=self._destination(config),
        )
        acknowledge(
            self._delivery,
            "KDF1",
            because="the records come from a stream that is encrypted with the lake's key, and so are the objects",
            revisit_when="producers put records to Firehose directly",
        )

    @property
    def name(self) -> str:
        """Name of the delivery stream."""
        return self._delivery.ref

    def _destination(
        self, config: ArchiveConfig
    ) -> firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty:
        delivery = firehose.CfnDeliveryStream
        parameter = delivery.ProcessorParameterProperty
        return delivery.ExtendedS3DestinationConfigurationProperty(
            bucket_arn=bucket_arn(self._zones.curated),
            role_arn=self._role.arn,
            prefix=_PREFIX,
            error_output_prefix=_ERROR_PREFIX,
            buffering_hints=delivery.BufferingHintsProperty(
                size_in_m_bs=config.buffer_mib, interval_in_seconds=config.buffer_seconds
            ),
            # Parquet compresses its pages itself.
            compression_format="UNCOMPRESSED",
            encryption_configuration=delivery.EncryptionConfigurationProperty(
                kms_encryption_config=delivery.KMSEncryptionConfigProperty(awskms_key_arn=key_arn(self._zones.key))
            ),
            dynamic_partitioning_configuration=delivery.DynamicPartitioningConfigurationProperty(
                enabled=True, retry_options=delivery.RetryOptionsProperty(duration_in_seconds=_RETRY_SECONDS)
            ),
            processing_configuration=delivery.ProcessingConfigurationProperty(
                enabled=True,
                processors=[
                    delivery.ProcessorProperty(
                        type="MetadataExtraction",
                        parameters=[
                            parameter(parameter_name="MetadataExtractionQuery", parameter_value=_PARTITION_QUERY),
                            parameter(parameter_name="JsonParsingEngine", parameter_value="JQ-1.6"),
                        ],
                    )
                ],
            ),
            data_format_conversion_configuration=self._conversion(),
            cloud_watch_logging_options=delivery.CloudWatchLoggingOptionsProperty(
                enabled=True, log_group_name=self._log_group.ref, log_stream_name=self._log_stream.ref
            ),
            s3_backup_mode="Disabled",
        )

    def _conversion(self) -> firehose.CfnDeliveryStream.DataFormatConversionConfigurationProperty:
        delivery = firehose.CfnDeliveryStream
        return delivery.DataFormatConversionConfigurationProperty(
            enabled=True,
            input_format_configuration=delivery.InputFormatConfigurationProperty(
                deserializer=delivery.DeserializerProperty(
                    open_x_json_ser_de=delivery.OpenXJsonSerDeProperty(case_insensitive=False)
                )
            ),
            output_format_configuration=delivery.OutputFormatConfigurationProperty(
                serializer=delivery.SerializerProperty(
                    parquet_ser_de=delivery.ParquetSerDeProperty(compression="SNAPPY", writer_version="V1")
                )
            ),
            schema_configuration=delivery.SchemaConfigurationProperty(
                catalog_id=home(self).account,
                region=home(self).region,
                database_name=self._database,
                table_name=TABLE,
                version_id="LATEST",
                role_arn=self._role.arn,
            ),
        )

    def _new_role(self) -> ServiceRole:
        """Allow what Firehose does: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html."""
        bucket = self._zones.curated
        statements = [
            Statement(
                actions=[
                    "kinesis:DescribeStream",
                    "kinesis:GetRecords",
                    "kinesis:GetShardIterator",
                    "kinesis:ListShards",
                ],
                resources=[self._stream.attr_arn],
            ),
            Statement(
                actions=["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                resources=[objects_arn(bucket, f"{prefix}/*") for prefix in (TABLE, ERRORS)],
            ),
            Statement(
                actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                resources=[bucket_arn(bucket)],
            ),
            Statement(
                actions=["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
                resources=catalog_resources(self, self._database, [TABLE]),
            ),
            Statement(actions=["logs:PutLogEvents"], resources=[self._log_group.attr_arn]),
            use_catalog_key(self._zones.key),
        ]
        role = ServiceRole(
            self,
            "Role",
            description="Firehose that archives the clickstream",
            services=["firehose.amazonaws.com"],
            policy_name="Archive",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="Firehose names the objects of the archive and the streams of its log",
            revisit_when="the names are known beforehand",
        )
        return role
