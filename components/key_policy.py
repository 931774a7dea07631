"""Statements for the policy of a key: which AWS service may use it, for what, and on whose behalf."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import IConstruct


def encrypt_logs(scope: IConstruct) -> iam.PolicyStatement:
    """Let CloudWatch Logs encrypt the log groups of this account and region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    stack = Stack.of(scope)
    return iam.PolicyStatement(
        sid="EncryptLogGroups",
        principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
        actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        resources=["*"],
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": (
                    f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:*"
                )
            }
        },
    )


def encrypt_trails(scope: IConstruct) -> iam.PolicyStatement:
    """Let CloudTrail encrypt the log files of this account's trails.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    stack = Stack.of(scope)
    trails = f"arn:{stack.partition}:cloudtrail:{stack.region}:{stack.account}:trail/*"
    return iam.PolicyStatement(
        sid="EncryptTrails",
        principals=[iam.ServicePrincipal("cloudtrail.amazonaws.com")],
        actions=["kms:GenerateDataKey*", "kms:DescribeKey"],
        resources=["*"],
        conditions={"ArnLike": {"aws:SourceArn": trails}},
    )


def encrypt_s3_events(scope: IConstruct) -> iam.PolicyStatement:
    """Let S3 send event notifications of this account's buckets to an encrypted queue.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    """
    return iam.PolicyStatement(
        sid="EncryptBucketEvents",
        principals=[iam.ServicePrincipal("s3.amazonaws.com")],
        actions=["kms:GenerateDataKey", "kms:Decrypt"],
        resources=["*"],
        conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
    )


def deliver_logs(scope: IConstruct) -> iam.PolicyStatement:
    """Let the delivery service read the logs of encrypted state machines of this account.

    https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
    """
    stack = Stack.of(scope)
    return iam.PolicyStatement(
        sid="DeliverLogs",
        principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
        actions=["kms:Decrypt"],
        resources=["*"],
        conditions={
            "StringEquals": {
                "kms:EncryptionContext:SourceArn": f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:*"
            }
        },
    )
