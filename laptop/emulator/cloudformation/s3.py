"""S3 buckets: properties that the emulator's CloudFormation drops, applied through the S3 API.

| property of AWS::S3::Bucket | operation |
|---|---|
| BucketEncryption | PutBucketEncryption |
| LifecycleConfiguration | PutBucketLifecycleConfiguration |
| LoggingConfiguration | PutBucketLogging |
| OwnershipControls | PutBucketOwnershipControls |
| CorsConfiguration | PutBucketCors |
| Tags | PutBucketTagging |

Inventory, metrics, analytics and intelligent-tiering configurations are not implemented: they are refused.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.s3_lifecycle import lifecycle_rules
from laptop.emulator.registry import Json, after_resource

Put = Callable[[Any, str, Any], object]
Remove = Callable[[Any, str], object]


def _encryption(s3: Any, bucket: str, value: Json) -> None:
    rules = []
    for rule in value["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault")
        converted: Json = {"BucketKeyEnabled": _true(rule.get("BucketKeyEnabled", False))}
        if default:
            converted["ApplyServerSideEncryptionByDefault"] = default
        rules.append(converted)
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def _lifecycle(s3: Any, bucket: str, value: Json) -> None:
    rules = lifecycle_rules(value)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def _logging(s3: Any, bucket: str, value: Json) -> None:
    status = {
        "TargetBucket": value.get("DestinationBucketName", bucket),
        "TargetPrefix": value.get("LogFilePrefix", ""),
    }
    if "TargetObjectKeyFormat" in value:
        status["TargetObjectKeyFormat"] = value["TargetObjectKeyFormat"]
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": status})


def _cors(s3: Any, bucket: str, value: Json) -> None:
    names = {"Id": "ID", "MaxAge": "MaxAgeSeconds", "ExposedHeaders": "ExposeHeaders"}
    rules = [{names.get(name, name): item for name, item in rule.items()} for rule in value["CorsRules"]]
    for rule in rules:
        if "MaxAgeSeconds" in rule:
            rule["MaxAgeSeconds"] = int(rule["MaxAgeSeconds"])
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


# What applies a property, and what undoes it when a later template has it no more.
_PROPERTIES: dict[str, tuple[Put, Remove]] = {
    "BucketEncryption": (_encryption, lambda s3, bucket: s3.delete_bucket_encryption(Bucket=bucket)),
    "LifecycleConfiguration": (_lifecycle, lambda s3, bucket: s3.delete_bucket_lifecycle(Bucket=bucket)),
    "LoggingConfiguration": (
        _logging,
        lambda s3, bucket: s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={}),
    ),
    "OwnershipControls": (
        lambda s3, bucket, value: s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=value),
        lambda s3, bucket: s3.delete_bucket_ownership_controls(Bucket=bucket),
    ),
    "CorsConfiguration": (_cors, lambda s3, bucket: s3.delete_bucket_cors(Bucket=bucket)),
    "Tags": (
        lambda s3, bucket, value: s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": value}),
        lambda s3, bucket: s3.delete_bucket_tagging(Bucket=bucket),
    ),
}


@after_resource("AWS::S3::Bucket")
def fill_bucket(bucket: str, old: Json, new: Json) -> None:
    """Apply what changed."""
    s3 = client("s3")
    for name, (put, remove) in _PROPERTIES.items():
        if name in new and new[name] != old.get(name):
            put(s3, bucket, new[name])
        elif name in old and name not in new:
            remove(s3, bucket)


def _true(value: object) -> bool:
    return str(value).lower() == "true"
