"""Storage: the key and the buckets of every zone. No compute lives here."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk.interfaces.aws_ec2 import IVPCRef
from constructs import Construct

from components import key_policy
from components.data_trail import DataTrail
from components.raw_event_queue import RawEventQueue
from components.team_access_point import TeamAccessPoint
from components.zone_bucket import ZoneBucket
from config.base import LifecycleConfig
from config.model import StorageConfig


class StorageStack(cdk.Stack):
    """The lake's data and the key that protects it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StorageConfig,
        vpc: IVPCRef,
        queue_raw_events: bool,
        keep_cluster_files: bool,
        keep_notebooks: bool,
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        self._config = config
        self._retain_data = retain_data
        self._key = self._data_key()
        self._raw_events = RawEventQueue(self, "RawEvents", key=self._key) if queue_raw_events else None
        self._access_logs = self._bucket("AccessLogs", config.access_logs)
        self._refuse_logs_of_strangers()
        self._raw = self._bucket(
            "Raw", config.raw, emit_events=True, events_to=self._raw_events.queue if self._raw_events else None
        )
        self._curated = self._bucket("Curated", config.curated)
        self._analytics = self._bucket("Analytics", config.analytics)
        self._results = self._bucket("Results", config.results)
        self._artifacts = self._bucket("Artifacts", config.artifacts)
        self._failures = self._bucket("Failures", config.failures, emit_events=True)
        self._cluster_files = self._bucket("ClusterFiles", config.cluster_files) if keep_cluster_files else None
        self._notebooks = self._bucket("Notebooks", config.notebooks) if keep_notebooks else None
        self._access_points = [
            TeamAccessPoint(self, config=access_point, bucket=self._zone(access_point.zone), vpc=vpc)
            for access_point in config.access_points
        ]
        self._audit()
        self._publish_outputs()

    @property
    def key(self) -> kms.IKey:
        """Customer key of every zone."""
        return self._key

    @property
    def raw(self) -> s3.IBucket:
        """Files as they arrived."""
        return self._raw

    @property
    def raw_events(self) -> RawEventQueue | None:
        """S3's notifications of new raw files, if a crawler wants them."""
        return self._raw_events

    @property
    def curated(self) -> s3.IBucket:
        """Typed, deduplicated Parquet."""
        return self._curated

    @property
    def analytics(self) -> s3.IBucket:
        """Aggregates that people and dashboards read."""
        return self._analytics

    @property
    def results(self) -> s3.IBucket:
        """Athena's query results."""
        return self._results

    @property
    def artifacts(self) -> s3.IBucket:
        """What jobs leave behind besides data: Spark event logs, temporary files."""
        return self._artifacts

    @property
    def failures(self) -> s3.IBucket:
        """Quarantined rows and records that could not be processed."""
        return self._failures

    @property
    def access_logs(self) -> s3.IBucket:
        """Server access logs and audit trails of the other buckets."""
        return self._access_logs

    @property
    def cluster_files(self) -> s3.IBucket | None:
        """Certificates and packages that nodes of clusters fetch, if there are clusters."""
        return self._cluster_files

    @property
    def notebooks(self) -> s3.IBucket | None:
        """Workspaces of EMR Studio, if there is one."""
        return self._notebooks

    @property
    def access_points(self) -> list[TeamAccessPoint]:
        """The teams' own entries to zones."""
        return self._access_points

    def _zone(self, zone: str) -> s3.IBucket:
        return {"raw": self._raw, "curated": self._curated, "analytics": self._analytics}[zone]

    def _data_key(self) -> kms.Key:
        key = kms.Key(
            self,
            "DataKey",
            description="Data of the lake",
            enable_key_rotation=True,
            rotation_period=cdk.Duration.days(self._config.key_rotation_days),
            pending_window=cdk.Duration.days(self._config.key_deletion_window_days),
            removal_policy=cdk.RemovalPolicy.RETAIN if self._retain_data else cdk.RemovalPolicy.DESTROY,
        )
        for statement in (
            key_policy.encrypt_logs,
            key_policy.deliver_logs,
            key_policy.encrypt_s3_events,
            key_policy.encrypt_trails,
        ):
            key.add_to_resource_policy(statement(self))
        return key

    def _bucket(
        self,
        construct_id: str,
        lifecycle: LifecycleConfig,
        *,
        emit_events: bool = False,
        events_to: sqs.IQueue | None = None,
    ) -> ZoneBucket:
        is_log_target = construct_id == "AccessLogs"
        return ZoneBucket(
            self,
            construct_id,
            key=None if is_log_target else self._key,
            lifecycle=lifecycle,
            abort_upload_days=self._config.abort_upload_days,
            access_logs=None if is_log_target else self._access_logs,
            emit_events=emit_events,
            events_to=events_to,
            retain_data=self._retain_data,
        )

    def _refuse_logs_of_strangers(self) -> None:
        """Let S3 deliver the logs of this account's buckets only.

        The library allows it by bucket, but without a condition where the bucket is in another stack.
        """
        self._access_logs.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=["s3:PutObject"],
                resources=[self._access_logs.arn_for_objects("*")],
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                conditions={"StringNotEquals": {"aws:SourceAccount": self.account}},
            )
        )

    def _audit(self) -> None:
        if self._config.cloudtrail_data_events:
            zones = [self._raw, self._curated, self._analytics]
            DataTrail(self, "DataTrail", buckets=zones, logs=self._access_logs, key=self._key)

    def _publish_outputs(self) -> None:
        outputs = {
            "RawBucketName": self._raw.bucket_name,
            "CuratedBucketName": self._curated.bucket_name,
            "AnalyticsBucketName": self._analytics.bucket_name,
            "ResultsBucketName": self._results.bucket_name,
            "ArtifactsBucketName": self._artifacts.bucket_name,
            "FailuresBucketName": self._failures.bucket_name,
            "AccessLogsBucketName": self._access_logs.bucket_name,
            "DataKeyArn": self._key.key_arn,
            **{f"{point.node.id}Alias": point.alias for point in self._access_points},
        }
        if self._cluster_files:
            outputs["ClusterFilesBucketName"] = self._cluster_files.bucket_name
        if self._notebooks:
            outputs["NotebooksBucketName"] = self._notebooks.bucket_name
        for output_id, value in outputs.items():
            cdk.CfnOutput(self, output_id, value=value)
