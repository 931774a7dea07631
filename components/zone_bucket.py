"""The one kind of bucket that this lake has."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from config.base import LifecycleConfig


class ZoneBucket(s3.Bucket):
    """A private, versioned, TLS-only bucket with a lifecycle and access logs.

    Parameters
    ----------
    key
        Customer key of the data. Without one the bucket uses S3's own keys, which only a target of server access logs
        needs: log delivery cannot use a customer key
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
    lifecycle
        When objects get colder and when they go.
    abort_upload_days
        Age in days at which the parts of an unfinished upload are removed.
    access_logs
        Where the server access logs go, under the construct id as prefix; None for that bucket itself.
    emit_events
        Whether S3 tells EventBridge of every new object.
    events_to
        A queue that S3 tells of every new object, for consumers that only know S3's own notifications.
    retain_data
        Whether the bucket outlives its stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey | None,
        lifecycle: LifecycleConfig,
        abort_upload_days: int,
        access_logs: s3.IBucket | None,
        emit_events: bool,
        events_to: sqs.IQueue | None = None,
        retain_data: bool,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=lifecycle_rules(lifecycle, abort_upload_days),
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{construct_id}/" if access_logs else None,
            removal_policy=RemovalPolicy.RETAIN if retain_data else RemovalPolicy.DESTROY,
        )
        if emit_events or events_to:
            self._notify(emit_events, events_to)

    def _notify(self, emit_events: bool, events_to: sqs.IQueue | None) -> None:
        """Configure notifications on the resource: the library's way deploys a Lambda function that does the same."""
        resource = self.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        notifications = s3.CfnBucket
        resource.notification_configuration = notifications.NotificationConfigurationProperty(
            event_bridge_configuration=notifications.EventBridgeConfigurationProperty(event_bridge_enabled=True)
            if emit_events
            else None,
            queue_configurations=[
                notifications.QueueConfigurationProperty(event="s3:ObjectCreated:*", queue=events_to.queue_arn)
            ]
            if events_to
            else None,
        )
        if events_to:
            # S3 refuses a queue whose policy does not let it write yet.
            resource.node.add_dependency(events_to.node.find_child("Policy"))


def lifecycle_rules(lifecycle: LifecycleConfig, abort_upload_days: int) -> list[s3.LifecycleRule]:
    """Translate a lifecycle into S3's rules.

    S3 does not accept the removal of lone delete markers in a rule that expires by age, where it happens anyway.
    """
    return [
        s3.LifecycleRule(
            id="Age",
            abort_incomplete_multipart_upload_after=Duration.days(abort_upload_days),
            transitions=[
                s3.Transition(
                    storage_class=s3.StorageClass(step.storage_class), transition_after=Duration.days(step.after_days)
                )
                for step in lifecycle.transitions
            ]
            or None,
            expiration=Duration.days(lifecycle.expire_days) if lifecycle.expire_days else None,
            expired_object_delete_marker=None if lifecycle.expire_days else True,
            noncurrent_version_expiration=Duration.days(lifecycle.noncurrent_expire_days),
        )
    ]
