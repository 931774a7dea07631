"""Properties and attributes of other types that the emulator's CloudFormation drops.

| type | what | operation |
|---|---|---|
| AWS::CloudWatch::Dashboard | Tags | TagResource, UntagResource |
| AWS::EC2::VPC | attributes CidrBlock, CidrBlockAssociations, DefaultSecurityGroup, DefaultNetworkAcl | Describe |
| AWS::IAM::Role | PermissionsBoundary | PutRolePermissionsBoundary, DeleteRolePermissionsBoundary |
| AWS::Lambda::Function | ReservedConcurrentExecutions | PutFunctionConcurrency, DeleteFunctionConcurrency |
| AWS::S3::AccessPoint | Tags | S3 Control TagResource, UntagResource |
| AWS::Scheduler::Schedule | ScheduleExpressionTimezone, KmsKeyArn, dates | UpdateSchedule |
| AWS::SNS::Topic | KmsMasterKeyId, TracingConfig, SignatureVersion, DeliveryPolicy | SetTopicAttributes |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

import json
from typing import Any

from laptop.emulator.clients import account, client, region
from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.registry import Json, after_resource

_TOPIC = ("KmsMasterKeyId", "TracingConfig", "SignatureVersion", "DeliveryPolicy")


@after_resource("AWS::CloudWatch::Dashboard")
def dashboard_tags(name: str, old: Json, new: Json) -> None:
    cloudwatch = client("cloudwatch")
    arn = f"arn:aws:cloudwatch::{account()}:dashboard/{name}"
    gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
    if gone:
        cloudwatch.untag_resource(ResourceARN=arn, TagKeys=gone)
    if new.get("Tags"):
        cloudwatch.tag_resource(ResourceARN=arn, Tags=new["Tags"])


@after_resource("AWS::EC2::VPC")
def vpc_attributes(vpc: str, old: Json, new: Json) -> Json:
    ec2 = client("ec2")
    described = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    groups = ec2.describe_security_groups(Filters=[*mine, {"Name": "group-name", "Values": ["default"]}])
    lists = ec2.describe_network_acls(Filters=[*mine, {"Name": "default", "Values": ["true"]}])
    attributes: Json = {
        "CidrBlock": described["CidrBlock"],
        "CidrBlockAssociations": [item["AssociationId"] for item in described.get("CidrBlockAssociationSet", [])],
    }
    if groups["SecurityGroups"]:
        attributes["DefaultSecurityGroup"] = groups["SecurityGroups"][0]["GroupId"]
    if lists["NetworkAcls"]:
        attributes["DefaultNetworkAcl"] = lists["NetworkAcls"][0]["NetworkAclId"]
    return attributes


@after_resource("AWS::IAM::Role")
def role_boundary(role: str, old: Json, new: Json) -> None:
    boundary = new.get("PermissionsBoundary")
    if boundary:
        client("iam").put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    elif old.get("PermissionsBoundary"):
        client("iam").delete_role_permissions_boundary(RoleName=role)


@after_resource("AWS::Lambda::Function")
def reserved_concurrency(function: str, old: Json, new: Json) -> None:
    reserved = new.get("ReservedConcurrentExecutions")
    if reserved is not None:
        client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=int(reserved))
    elif "ReservedConcurrentExecutions" in old:
        client("lambda").delete_function_concurrency(FunctionName=function)


@after_resource("AWS::S3::AccessPoint")
def access_point_tags(name: str, old: Json, new: Json) -> None:
    control = client("s3control")
    arn = f"arn:aws:s3:{region()}:{account()}:accesspoint/{name}"
    gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
    if gone:
        control.untag_resource(AccountId=account(), ResourceArn=arn, TagKeys=gone)
    if new.get("Tags"):
        control.tag_resource(AccountId=account(), ResourceArn=arn, Tags=new["Tags"])


@after_resource("AWS::Scheduler::Schedule")
def schedule(name: str, old: Json, new: Json) -> None:
    arguments = {**new, "Name": name}
    arguments["FlexibleTimeWindow"] = _whole_numbers(new["FlexibleTimeWindow"])
    if "RetryPolicy" in new["Target"]:
        arguments["Target"] = {**new["Target"], "RetryPolicy": _whole_numbers(new["Target"]["RetryPolicy"])}
    client("scheduler").update_schedule(**arguments)


def _whole_numbers(document: Json) -> Json:
    """Return the document with its numbers as integers, for a template may write them as strings."""
    return {name: int(value) if str(value).isdigit() else value for name, value in document.items()}


@after_resource("AWS::SNS::Topic")
def topic(arn: str, old: Json, new: Json) -> None:
    sns = client("sns")
    for name in _TOPIC:
        if new.get(name) != old.get(name):
            sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=_text(new.get(name, "")))


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)
