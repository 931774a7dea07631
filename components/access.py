"""IAM statements that are narrower than the library's grants, which reach whole buckets and use wildcard actions."""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

_WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
# Empty objects of EMRFS, the file system of Glue and EMR: `orders_$folder$` beside `orders/`.
_FOLDER_MARKS = "*_$folder$"


def read_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[iam.PolicyStatement]:
    """Read what is under the prefixes, which end without a slash; `""` is the whole bucket. Replaces `grant_read`."""
    resources = [*_below(bucket, prefixes), *_around(bucket, prefixes)]
    return [iam.PolicyStatement(actions=["s3:GetObject"], resources=resources), _look(bucket)]


def write_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[iam.PolicyStatement]:
    """Write and delete under the prefixes. Replaces `grant_put` and `grant_delete`."""
    return [iam.PolicyStatement(actions=_WRITE, resources=_below(bucket, prefixes))]


def change_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[iam.PolicyStatement]:
    """Read, write and delete under the prefixes as Spark does, which marks folders with empty objects beside them.

    Shorter than the two above together: the size of a role's policies is limited.
    """
    below = [*_below(bucket, prefixes), bucket.arn_for_objects(_FOLDER_MARKS)]
    around = _around(bucket, prefixes)
    return [
        iam.PolicyStatement(actions=["s3:GetObject", *_WRITE], resources=sorted(set(below))),
        *([iam.PolicyStatement(actions=["s3:GetObject"], resources=around)] if around else []),
        _look(bucket),
    ]


def _look(bucket: s3.IBucket) -> iam.PolicyStatement:
    """List the names of objects, in the whole bucket.

    Before it reads or writes, a file system asks whether an object exists, with a request that has no prefix to put a
    condition on; without the permission S3 answers "forbidden" instead of "no".
    """
    return iam.PolicyStatement(actions=["s3:ListBucket", "s3:GetBucketLocation"], resources=[bucket.bucket_arn])


def _below(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[str]:
    return [bucket.arn_for_objects(f"{name}/*" if name else "*") for name in sorted(prefixes)]


def _around(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[str]:
    """Give what a file system looks at besides objects: whether a folder above them is an object itself, or marked."""
    parts = [name.split("/") for name in prefixes if name]
    folders = {"/".join(part[: depth + 1]) for part in parts for depth in range(len(part))}
    return [bucket.arn_for_objects(key) for key in (*sorted(folders), _FOLDER_MARKS)] if folders else []


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
