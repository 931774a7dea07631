"""Storage: the key and the buckets of every zone. No compute lives here."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.zone_bucket import ZoneBucket
from config.model import LifecycleConfig, StorageConfig


class StorageStack(cdk.Stack):
    """The lake's data and the key that protects it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StorageConfig, retain_data: bool, **options: object
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data, **options)
        self._config = config
        self._retain_data = retain_data
        self._key = self._data_key()
        self._access_logs = self._bucket("AccessLogs", config.access_logs, key=None, emit_events=False)
        self._raw = self._bucket("Raw", config.raw, key=self._key, emit_events=True)
        self._curated = self._bucket("Curated", config.curated, key=self._key, emit_events=False)
        self._analytics = self._bucket("Analytics", config.analytics, key=self._key, emit_events=False)
        self._results = self._bucket("Results", config.results, key=self._key, emit_events=False)
        self._artifacts = self._bucket("Artifacts", config.artifacts, key=self._key, emit_events=False)
        self._failures = self._bucket("Failures", config.failures, key=self._key, emit_events=True)
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

    def _data_key(self) -> kms.Key:
        return kms.Key(
            self,
            "DataKey",
            description="Data of the lake",
            enable_key_rotation=True,
            rotation_period=cdk.Duration.days(self._config.key_rotation_days),
            pending_window=cdk.Duration.days(self._config.key_deletion_window_days),
            removal_policy=cdk.RemovalPolicy.RETAIN if self._retain_data else cdk.RemovalPolicy.DESTROY,
        )

    def _bucket(
        self, construct_id: str, lifecycle: LifecycleConfig, *, key: kms.IKey | None, emit_events: bool
    ) -> ZoneBucket:
        return ZoneBucket(
            self,
            construct_id,
            key=key,
            lifecycle=lifecycle,
            abort_upload_days=self._config.abort_upload_days,
            access_logs=self._access_logs if construct_id != "AccessLogs" else None,
            emit_events=emit_events,
            retain_data=self._retain_data,
        )

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
        }
        for output_id, value in outputs.items():
            cdk.CfnOutput(self, output_id, value=value)
