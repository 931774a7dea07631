"""Who read or wrote which object: CloudTrail's data events of the zones."""

from collections.abc import Iterable

from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct


class DataTrail(Construct):
    """An encrypted, verifiable trail of the access to the objects of some buckets, and of nothing else.

    Management events stay with the account's own trail: a second copy of them is billed.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, buckets: Iterable[s3.IBucket], logs: s3.IBucket, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        trail = cloudtrail.Trail(
            self,
            "Trail",
            bucket=logs,
            s3_key_prefix="cloudtrail",
            encryption_key=key,
            enable_file_validation=True,
            is_multi_region_trail=False,
            include_global_service_events=False,
            management_events=cloudtrail.ReadWriteType.NONE,
            send_to_cloud_watch_logs=False,
        )
        trail.add_s3_event_selector(
            [cloudtrail.S3EventSelector(bucket=bucket) for bucket in buckets],
            include_management_events=False,
        )
