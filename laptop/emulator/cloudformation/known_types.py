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
    | _types("Cognito", "UserPool UserPoolClient UserPoolDomain UserPoolGroup")
    | _types("DynamoDB", "Table")
    | _types("EC2", "InternetGateway Route RouteTable SecurityGroup Subnet SubnetRouteTableAssociation VPC VPCEndpoint")
    | _types("EC2", "VPCGatewayAttachment")
    | _types("ECR", "Repository")
    | _types("Events", "Rule")
    | _types("Glue", "Connection Crawler Database Job Partition Table Trigger")
    | _types("IAM", "ManagedPolicy Policy Role")
    | _types("KMS", "Alias Key")
    | _types("Lambda", "EventInvokeConfig Function LayerVersion Permission")
    | _types("Logs", "LogGroup LogStream MetricFilter ResourcePolicy")
    | _types("S3", "AccessPoint Bucket BucketPolicy")
    | _types("SNS", "Subscription Topic TopicPolicy")
    | _types("SQS", "Queue QueuePolicy")
    | _types("SSM", "Parameter")
    | _types("Scheduler", "Schedule ScheduleGroup")
    | _types("StepFunctions", "StateMachine")
)

# Of them, `readback` leaves these out.
NOT_READ_BACK = {
    "AWS::CDK::Metadata": "it creates nothing",
    "AWS::CloudFormation::CustomResource": "only its handler knows what it creates",
    "AWS::CloudFormation::Stack": "its resources are read back one by one",
    "AWS::CloudFormation::WaitCondition": "it creates nothing",
    "AWS::CloudFormation::WaitConditionHandle": "it creates nothing",
    "AWS::EC2::VPCGatewayAttachment": "both properties are the key",
    "AWS::ECR::Repository": "part of the CDK's bootstrap stack; the lake has no container image",
    "AWS::Glue::Partition": "the lake's jobs and crawlers register partitions, its templates do not",
    "AWS::Lambda::Permission": "shown in the function's policy under generated statement ids",
}
