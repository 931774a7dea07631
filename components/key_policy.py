"""Statements for the policy of a key: which AWS service may use it, for what, and on whose behalf."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import IConstruct

from components.arns import arn, home


def encrypt_logs(scope: IConstruct) -> iam.PolicyStatement:
    """Let CloudWatch Logs encrypt the log groups of this account and region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return _allow(
        "EncryptLogGroups",
        f"logs.{home(scope).region}.amazonaws.com",
        ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn(scope, "logs", "log-group:*")}},
    )


def encrypt_trails(scope: IConstruct) -> iam.PolicyStatement:
    """Let CloudTrail encrypt the log files of this account's trails.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    trails = arn(scope, "cloudtrail", "trail/*")
    return _allow(
        "EncryptTrails",
        "cloudtrail.amazonaws.com",
        ["kms:GenerateDataKey*", "kms:DescribeKey"],
        conditions={"ArnLike": {"aws:SourceArn": trails}},
    )


def encrypt_s3_events(scope: IConstruct) -> iam.PolicyStatement:
    """Let S3 send event notifications of this account's buckets to an encrypted queue.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    """
    return _allow(
        "EncryptBucketEvents",
        "s3.amazonaws.com",
        ["kms:GenerateDataKey", "kms:Decrypt"],
        conditions={"StringEquals": {"aws:SourceAccount": home(scope).account}},
    )


def deliver_logs(scope: IConstruct) -> iam.PolicyStatement:
    """Let the delivery service read the logs of encrypted state machines of this account.

    https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
    """
    return _allow(
        "DeliverLogs",
        "delivery.logs.amazonaws.com",
        ["kms:Decrypt"],
        conditions={"StringEquals": {"kms:EncryptionContext:SourceArn": arn(scope, "logs", "*")}},
    )


def _allow(sid: str, service: str, actions: list[str], conditions: Mapping[str, Any]) -> iam.PolicyStatement:
    return iam.PolicyStatement.from_json(
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": actions,
            "Resource": "*",
            "Condition": conditions,
        }
    )
