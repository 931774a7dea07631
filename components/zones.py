"""The lake's buckets and their key, as one argument: most of processing needs all of them."""

from dataclasses import dataclass

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from lake_common.contract import Contract

from components.arns import bucket_name

QUARANTINE = "quarantine"


@dataclass(frozen=True, kw_only=True)
class Zones:
    """Where data lives."""

    key: kms.IKey
    raw: s3.IBucket
    curated: s3.IBucket
    analytics: s3.IBucket
    results: s3.IBucket
    artifacts: s3.IBucket
    failures: s3.IBucket

    def bucket(self, zone: str) -> s3.IBucket:
        """Bucket of the zone raw, curated or analytics."""
        return {"raw": self.raw, "curated": self.curated, "analytics": self.analytics}[zone]

    def location(self, contract: Contract) -> str:
        """`s3://` address of a table, with a slash at the end.

        Quarantined rows are listed with the curated tables that they are missing from, but kept with the failures.
        """
        bucket = self.failures if contract.name == QUARANTINE else self.bucket(contract.zone)
        return f"s3://{bucket_name(bucket)}/{contract.name}/"
