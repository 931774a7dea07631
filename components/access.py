"""IAM statements that are narrower than the library's grants, which reach whole buckets and use wildcard actions."""

from collections.abc import Iterable

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from components.arns import arn, bucket_arn, key_arn, objects_arn
from components.policy import Statement

_WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
# Athena, and the committers of S3A, clean up uploads that a killed writer left; only a bucket as a whole lists them.
# https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
_CLEAN_UP = "s3:ListBucketMultipartUploads"
# What people and dashboards need to find tables, in Athena's catalog and in Glue's.
BROWSE_CATALOG = [
    "athena:GetDataCatalog",
    "athena:GetDatabase",
    "athena:GetTableMetadata",
    "athena:ListDatabases",
    "athena:ListTableMetadata",
]
READ_CATALOG = [
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
]


def read_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[Statement]:
    """Read what is under the prefixes, which end without a slash; `""` is the whole bucket. Replaces `grant_read`."""
    resources = [*_below(bucket, prefixes), *_around(bucket, prefixes)]
    return [Statement(actions=["s3:GetObject"], resources=resources), _look(bucket)]


def write_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[Statement]:
    """Write and delete under the prefixes. Replaces `grant_put` and `grant_delete`."""
    return [
        Statement(actions=_WRITE, resources=_below(bucket, prefixes)),
        Statement(actions=[_CLEAN_UP], resources=[bucket_arn(bucket)]),
    ]


def change_objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[Statement]:
    """Read, write and delete under the prefixes; shorter than the two above: the size of a role's policies is limited.

    S3A, the file system of Glue 5.1, marks an empty folder with an object of its own name, which is under the prefix:
    https://docs.aws.amazon.com/glue/latest/dg/migrating-version-51.html
    """
    below = _below(bucket, prefixes)
    around = _around(bucket, prefixes)
    return [
        Statement(actions=["s3:GetObject", *_WRITE], resources=below),
        *([Statement(actions=["s3:GetObject"], resources=around)] if around else []),
        _look(bucket),
        Statement(actions=[_CLEAN_UP], resources=[bucket_arn(bucket)]),
    ]


def _look(bucket: s3.IBucket) -> Statement:
    """List the names of objects, in the whole bucket.

    Before it reads or writes, a file system asks whether an object exists, with a request that has no prefix to put a
    condition on; without the permission S3 answers "forbidden" instead of "no".
    """
    return Statement(actions=["s3:ListBucket", "s3:GetBucketLocation"], resources=[bucket_arn(bucket)])


def _below(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[str]:
    return [objects_arn(bucket, f"{name}/*" if name else "*") for name in sorted(prefixes)]


def _around(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[str]:
    """Give what a file system looks at besides objects: whether a folder above them is an object itself."""
    parts = [name.split("/") for name in prefixes if name]
    folders = {"/".join(part[: depth + 1]) for part in parts for depth in range(len(part))}
    return [objects_arn(bucket, key) for key in sorted(folders)]


def use_key(key: kms.IKey) -> Statement:
    """Read and write what the key protects. Replaces `key.grant_encrypt_decrypt`, which allows re-encryption too."""
    return Statement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key_arn(key)])


def use_catalog_key(key: kms.IKey) -> Statement:
    """Read and write data, and the entries of the Data Catalog, which takes one permission more.

    Whoever reads the encrypted catalog needs all three, also through Athena:
    https://docs.aws.amazon.com/athena/latest/ug/access-encrypted-data-glue-data-catalog.html
    """
    return Statement(actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], resources=[key_arn(key)])


def observe_executions() -> Statement:
    """Deliver the logs and traces of a state machine, which have no resource to name.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
    """
    return Statement(
        actions=[
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
        ],
        resources=["*"],
    )


def start_athena(scope: IConstruct) -> Statement:
    """See the database `default`, which Athena looks up before it runs anything, whether or not it exists.

    https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html#full-access-to-default-db-per-region
    The documentation lists glue:CreateDatabase as well; without it Athena does not make the database, which is better.
    """
    return Statement(
        actions=["glue:GetDatabase", "glue:GetDatabases"], resources=catalog_resources(scope, "default", ())
    )


def catalog_resources(scope: IConstruct, database: str, tables: Iterable[str] = ("*",)) -> list[str]:
    """ARNs of tables, with those of the catalog and the database above them, as Glue wants to see them."""
    names = ["catalog", f"database/{database}", *(f"table/{database}/{table}" for table in tables)]
    return [arn(scope, "glue", name) for name in names]


def glue_arn(scope: IConstruct, kind: str, name: str) -> str:
    """ARN of a Glue resource that is not part of the catalog: `job`, `crawler`, `dataQualityRuleset`, ..."""
    return arn(scope, "glue", f"{kind}/{name}")
