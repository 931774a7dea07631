"""Resource types of the emulator that are known to create what they say, besides our own.

A type is added after `readback` compared it with the AWS documentation; any other one fails the deployment before
anything is created ("Unrecognized resource types").
"""

from __future__ import annotations


def _types(service: str, names: str) -> set[str]:
    return {f"AWS::{service}::{name}" for name in names.split()}


KNOWN_TYPES = frozenset(
    _types("Athena", "WorkGroup")
    | _types("CDK", "Metadata")
    | _types("CloudFormation", "CustomResource Stack WaitCondition WaitConditionHandle")
    | _types("CloudWatch", "Alarm Dashboard")
    | _types("DynamoDB", "Table GlobalTable")
    | _types("EC2", "InternetGateway Route RouteTable SecurityGroup Subnet SubnetRouteTableAssociation VPC VPCEndpoint")
    | _types("EC2", "VPCGatewayAttachment")
    | _types("ECR", "Repository")
    | _types("Events", "EventBus Rule")
    | _types("Glue", "Connection Crawler Database Job Partition Table Trigger")
    | _types("IAM", "ManagedPolicy Policy Role")
    | _types("KMS", "Alias Key")
    | _types("Lambda", "Alias EventInvokeConfig Function LayerVersion Permission Version")
    | _types("Logs", "LogGroup LogStream MetricFilter ResourcePolicy SubscriptionFilter")
    | _types("S3", "AccessPoint Bucket BucketPolicy")
    | _types("SNS", "Subscription Topic TopicPolicy")
    | _types("SQS", "Queue QueuePolicy")
    | _types("SSM", "Parameter")
    | _types("Scheduler", "Schedule ScheduleGroup")
    | _types("SecretsManager", "Secret")
    | _types("StepFunctions", "StateMachine")
)
