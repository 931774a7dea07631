"""IAM statements that are narrower than the library's grants, which reach whole buckets and use wildcard actions."""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import IConstruct


def read_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[iam.PolicyStatement]:
    """Read and list what is under the prefixes, which end without a slash. Replaces `bucket.grant_read`."""
    names = sorted(prefixes)
    return [
        iam.PolicyStatement(
            actions=["s3:GetObject"], resources=[bucket.arn_for_objects(f"{name}/*") for name in names]
        ),
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [pattern for name in names for pattern in (name, f"{name}/*")]}},
        ),
        iam.PolicyStatement(actions=["s3:GetBucketLocation"], resources=[bucket.bucket_arn]),
    ]


def write_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[iam.PolicyStatement]:
    """Write and delete under the prefixes. Replaces `bucket.grant_put` and `bucket.grant_delete`.

    The file system of Glue and EMR marks a folder with an object beside it, named `<folder>_$folder$`.
    """
    names = sorted(prefixes)
    return [
        iam.PolicyStatement(
            actions=["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            resources=[bucket.arn_for_objects(key) for name in names for key in (f"{name}/*", f"{name}_$folder$")],
        )
    ]


def use_key(key: kms.IKey) -> iam.PolicyStatement:
    """Read and write what the key protects. Replaces `key.grant_encrypt_decrypt`, which allows re-encryption too."""
    return iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn])


def decrypt(key: kms.IKey) -> iam.PolicyStatement:
    """Read what the key protects."""
    return iam.PolicyStatement(actions=["kms:Decrypt"], resources=[key.key_arn])


def catalog_resources(scope: IConstruct, database: str, tables: Iterable[str] = ("*",)) -> list[str]:
    """ARNs of tables, with those of the catalog and the database above them, as Glue wants to see them."""
    stack = Stack.of(scope)
    names = ["catalog", f"database/{database}", *(f"table/{database}/{table}" for table in tables)]
    return [f"arn:{stack.partition}:glue:{stack.region}:{stack.account}:{name}" for name in names]


def glue_arn(scope: IConstruct, kind: str, name: str) -> str:
    """ARN of a Glue resource that is not part of the catalog: `job`, `crawler`, `dataQualityRuleset`, ..."""
    stack = Stack.of(scope)
    return f"arn:{stack.partition}:glue:{stack.region}:{stack.account}:{kind}/{name}"
