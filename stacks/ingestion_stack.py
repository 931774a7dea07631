"""Ingestion: the stream of events with its consumers, and the function that receives files."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.acknowledge import acknowledge
from components.arns import bucket_arn, bucket_name, key_arn, objects_arn
from components.catalog import Catalog
from components.click_archive import ClickArchive
from components.file_arrivals import FileArrivals
from components.function_packages import shared_layer
from components.policy import Statement
from components.stream_alarms import METRICS, StreamAlarms
from components.stream_function import FunctionParts, StreamFunction
from components.stream_mapping import FAILED_BATCHES, StreamMapping, keep_failures, read_stream
from components.stream_table import StreamTable
from components.zones import Zones
from config.model import IngestionConfig

TABLE = "clicks"
REJECTED = f"rejected/{TABLE}"
# What Firehose may be late beyond its buffers before somebody is called.
_ARCHIVE_GRACE_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class Starts:
    """What receives the files of tables: the state machine of each table, and the queue for what fails."""

    pipelines: Mapping[str, str]
    undelivered: sqs.IQueue
    undelivered_key: kms.IKey


class IngestionStack(cdk.Stack):
    """Everything through which data arrives without a schedule.

    Parameters
    ----------
    starts
        What new files start; None if they start nothing, or a rule does it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: IngestionConfig,
        zones: Zones,
        catalog: Catalog,
        starts: Starts | None,
        topic: sns.ITopic,
        alarm_actions_enabled: bool,
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        self._config, self._zones, self._retain_data = config, zones, retain_data
        self._alarms = StreamAlarms(self, "Alarms", topic=topic, actions_enabled=alarm_actions_enabled)
        self._stream = self._new_stream()
        self._parts = FunctionParts(
            key=zones.key, layer=shared_layer(self, architecture=config.runtime.architecture), config=config.runtime
        )
        self._outputs = {
            "StreamName": self._stream.ref,
            "StreamArn": self._stream.attr_arn,
            "FailureDestination": f"{bucket_name(zones.failures)}/{FAILED_BATCHES}",
        }
        self._to_lake()
        self._counters()
        self._archive(catalog)
        if starts:
            self._files(starts)
        for output_id, value in self._outputs.items():
            cdk.CfnOutput(self, output_id, value=value)

    def _new_stream(self) -> kinesis.CfnStream:
        config = self._config.stream
        stream = kinesis.CfnStream(
            self,
            "Stream",
            stream_mode_details=kinesis.CfnStream.StreamModeDetailsProperty(
                stream_mode="PROVISIONED" if config.shards else "ON_DEMAND"
            ),
            shard_count=config.shards or None,
            retention_period_hours=config.retention_hours,
            desired_shard_level_metrics=list(config.shard_metrics),
            stream_encryption=kinesis.CfnStream.StreamEncryptionProperty(
                encryption_type="KMS", key_id=key_arn(self._zones.key)
            ),
        )
        stream.apply_removal_policy(cdk.RemovalPolicy.RETAIN if self._retain_data else cdk.RemovalPolicy.DESTROY)
        acknowledge(
            stream,
            "KDS3",
            because="the lake's key decides who may read events, as for all its data, and Kinesis keeps a data key for "
            "five minutes, so requests to KMS stay few",
            revisit_when="requests to KMS become a cost or are throttled",
        )
        self._alarms.stream_lags(stream.ref, self._config.alarms.iterator_age_seconds)
        self._alarms.throughput_exceeded(stream.ref)
        return stream

    def _to_lake(self) -> None:
        config, zones = self._config.to_lake, self._zones
        function = StreamFunction(
            self,
            "ToLake",
            package="clickstream_to_lake",
            description="Writes clickstream events to the raw zone",
            config=config,
            parts=self._parts,
            environment={
                "POWERTOOLS_METRICS_NAMESPACE": METRICS,
                "RAW_BUCKET": bucket_name(zones.raw),
                "FAILURES_BUCKET": bucket_name(zones.failures),
                "CONTRACT": TABLE,
                "PARALLEL_WRITES": str(config.parallel_writes),
            },
            statements=[
                read_stream(self._stream),
                *keep_failures(zones.failures),
                Statement(
                    actions=["s3:GetObject", "s3:PutObject"],
                    resources=[
                        objects_arn(zones.raw, f"{TABLE}/*"),
                        objects_arn(zones.failures, f"{REJECTED}/*"),
                    ],
                ),
                Statement(
                    actions=["s3:ListBucket"],
                    resources=[bucket_arn(zones.raw)],
                    conditions={"StringLike": {"s3:prefix": f"{TABLE}/*"}},
                ),
            ],
        )
        mapping = StreamMapping(
            self,
            "ToLakeMapping",
            config=config,
            starting_position=self._config.starting_position,
            source_arn=self._stream.attr_arn,
            function=function,
            failures=zones.failures,
        )
        self._alarms.events_rejected("clickstream_to_lake", self._config.alarms.rejected_events_per_hour)
        self._watch("ToLake", function, mapping)
        self._outputs["ClicksFunctionName"] = function.name

    def _counters(self) -> None:
        config, key = self._config.counters, self._zones.key
        table = StreamTable(
            self, "Counters", keys=("minute", "counter"), expires="expires", key=key, retain_data=self._retain_data
        )
        source_arn, statements = self._counters_source()
        function = StreamFunction(
            self,
            "Counting",
            package="clickstream_counters",
            description="Counts clickstream events by minute",
            config=config,
            parts=self._parts,
            environment={
                "COUNTERS_TABLE": table.ref,
                "CONTRACT": TABLE,
                "RETENTION_HOURS": str(config.retention_hours),
            },
            statements=[
                *statements,
                *keep_failures(self._zones.failures),
                Statement(actions=["dynamodb:BatchWriteItem"], resources=[table.attr_arn]),
            ],
        )
        mapping = StreamMapping(
            self,
            "CountingMapping",
            config=config,
            starting_position=self._config.starting_position,
            source_arn=source_arn,
            function=function,
            failures=self._zones.failures,
            window_seconds=config.window_seconds,
        )
        self._watch("Counting", function, mapping)
        self._alarms.table_throttled("Counters", table.ref)
        self._outputs |= {"CountersFunctionName": function.name, "CountersTableName": table.ref}

    def _counters_source(self) -> tuple[str, list[Statement]]:
        """Give what the counters read: the stream itself, or a consumer of it with throughput of its own."""
        if not self._config.counters.enhanced_fan_out:
            return self._stream.attr_arn, [read_stream(self._stream)]
        consumer = kinesis.CfnStreamConsumer(
            self, "CountingFanOut", consumer_name="counters", stream_arn=self._stream.attr_arn
        )
        subscribe = Statement(
            actions=["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
            resources=[consumer.attr_consumer_arn],
        )
        return consumer.attr_consumer_arn, [read_stream(self._stream), subscribe]

    def _archive(self, catalog: Catalog) -> None:
        config = self._config.archive
        archive = ClickArchive(
            self,
            "Archive",
            config=config,
            stream=self._stream,
            zones=self._zones,
            database=catalog.databases["curated"].ref,
            log_retention_days=self._config.runtime.log_retention_days,
        )
        self._alarms.archive_is_late(archive.name, config.buffer_seconds + _ARCHIVE_GRACE_SECONDS)
        self._alarms.archive_refuses(archive.name)
        self._outputs["DeliveryStreamName"] = archive.name

    def _files(self, starts: Starts) -> None:
        arrivals = FileArrivals(
            self,
            "FileArrival",
            config=self._config.file_arrival,
            parts=self._parts,
            raw=self._zones.raw,
            pipelines=starts.pipelines,
            undelivered=starts.undelivered,
            undelivered_key=starts.undelivered_key,
            retain_data=self._retain_data,
        )
        self._alarms.function_throttled_or_fails("FileArrival", arrivals.function.name)
        self._alarms.table_throttled("Files", arrivals.files.ref)
        self._outputs |= {"ArrivalFunctionName": arrivals.function.name, "FilesTableName": arrivals.files.ref}

    def _watch(self, label: str, function: StreamFunction, mapping: StreamMapping) -> None:
        self._alarms.consumer_lags(label, function.name, self._config.alarms.iterator_age_seconds)
        self._alarms.batches_failed(label, mapping.mapping_id)
        self._alarms.failures_lost(label, function.name)
        self._alarms.function_throttled_or_fails(label, function.name)
