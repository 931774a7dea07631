"""Rules over the templates of a whole environment; each returns what breaks it, readable and sorted.

They state what no general tool can know of this lake. test_rules.py applies them, and shows for each a defect that it
catches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.synthesis import Assembly, Resource

# Where each type says that it is encrypted with a customer key.
ENCRYPTED_BY = {
    "AWS::Athena::WorkGroup": "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.KmsKey",
    "AWS::CloudTrail::Trail": "KMSKeyId",
    "AWS::DynamoDB::GlobalTable": "SSESpecification.SSEEnabled",
    "AWS::DynamoDB::Table": "SSESpecification.KMSMasterKeyId",
    "AWS::EMR::Cluster": "SecurityConfiguration",
    "AWS::EMR::SecurityConfiguration": "SecurityConfiguration.EncryptionConfiguration.AtRestEncryptionConfiguration."
    "LocalDiskEncryptionConfiguration.AwsKmsKey",
    "AWS::EMR::Studio": "EncryptionKeyArn",
    "AWS::EMRServerless::Application": "MonitoringConfiguration.S3MonitoringConfiguration.EncryptionKeyArn",
    "AWS::Glue::Crawler": "CrawlerSecurityConfiguration",
    "AWS::Glue::Job": "SecurityConfiguration",
    "AWS::Kinesis::Stream": "StreamEncryption.KeyId",
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::S3::Bucket": "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault."
    "KMSMasterKeyID",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SQS::Queue": "KmsMasterKeyId",
    "AWS::SecretsManager::Secret": "KmsKeyId",
    "AWS::StepFunctions::StateMachine": "EncryptionConfiguration.KmsKeyId",
}
# Delivery of server access logs cannot use a customer key.
NOT_ENCRYPTED_BY_US = {"AccessLogs"}

# The property by which a type takes a name of our choice.
NAMED_BY = {
    "AWS::Athena::NamedQuery": "Name",
    "AWS::Athena::PreparedStatement": "StatementName",
    "AWS::Athena::WorkGroup": "Name",
    "AWS::Budgets::Budget": "Budget.BudgetName",
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Cognito::UserPool": "UserPoolName",
    "AWS::Cognito::UserPoolClient": "ClientName",
    "AWS::Cognito::UserPoolGroup": "GroupName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::EMR::SecurityConfiguration": "Name",
    "AWS::EMR::Studio": "Name",
    "AWS::EMRServerless::Application": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::Glue::Connection": "ConnectionInput.Name",
    "AWS::Glue::Crawler": "Name",
    "AWS::Glue::DataQualityRuleset": "Name",
    "AWS::Glue::Database": "DatabaseInput.Name",
    "AWS::Glue::Job": "Name",
    "AWS::Glue::SecurityConfiguration": "Name",
    "AWS::Glue::Table": "TableInput.Name",
    "AWS::Glue::Trigger": "Name",
    "AWS::Glue::Workflow": "Name",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::QuickSight::Dashboard": "DashboardId",
    "AWS::QuickSight::DataSet": "DataSetId",
    "AWS::QuickSight::DataSource": "DataSourceId",
    "AWS::QuickSight::Folder": "FolderId",
    "AWS::QuickSight::Group": "GroupName",
    "AWS::QuickSight::RefreshSchedule": "Schedule.ScheduleId",
    "AWS::QuickSight::Theme": "ThemeId",
    "AWS::QuickSight::VPCConnection": "VPCConnectionId",
    "AWS::S3::AccessPoint": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SageMaker::Workforce": "WorkforceName",
    "AWS::SageMaker::Workteam": "WorkteamName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}

# Types that keep data or the key to it.
STATEFUL = {
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::S3::Bucket",
}

# Actions without resource-level permissions: only `*` can be their resource.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
WITHOUT_RESOURCES = {
    "athena:ListDataCatalogs",
    "athena:ListWorkGroups",
    "cloudwatch:PutMetricData",
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePlacementGroups",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVolumeStatus",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "elasticmapreduce:ListClusters",
    "elasticmapreduce:ListEditors",
    "elasticmapreduce:ListStudios",
    "glue:GetClassifier",
    "glue:GetClassifiers",
    "glue:GetSecurityConfiguration",
    "glue:GetSecurityConfigurations",
    "lakeformation:GetDataAccess",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def get(value: Any, path: str) -> Any:
    """Follow a path of keys and indexes; None where it ends early."""
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def without_encryption(assembly: Assembly) -> list[str]:
    """Resources that hold data but name no customer key."""
    return sorted(
        str(each)
        for each in assembly.resources()
        if each.type in ENCRYPTED_BY
        and each.logical_id[:-8] not in NOT_ENCRYPTED_BY_US
        and not get(each.properties, ENCRYPTED_BY[each.type])
    )


def open_to_plain_http(assembly: Assembly) -> list[str]:
    """Buckets, topics and queues whose policy does not refuse plain HTTP."""
    closed: set[str] = set()
    for kind, key in (("S3::Bucket", "Bucket"), ("SNS::Topic", "Topics"), ("SQS::Queue", "Queues")):
        for policy in assembly.resources(type=f"AWS::{kind}Policy"):
            if any(_refuses_http(statement) for statement in _statements(policy.properties["PolicyDocument"])):
                closed |= {target["Ref"] for target in listed(policy.properties[key])}
    speakers = ("AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue")
    return sorted(str(each) for each in assembly.resources() if each.type in speakers and each.logical_id not in closed)


def _refuses_http(statement: Mapping[str, Any]) -> bool:
    return (
        statement["Effect"] == "Deny"
        and get(statement, "Condition.Bool") == {"aws:SecureTransport": "false"}
        and statement["Principal"] in ("*", {"AWS": "*"})
    )


def asks_over_plain_text(assembly: Assembly) -> list[str]:
    """Data sources of QuickSight that do not insist on TLS; cdk-nag's rule looks at the library's own class only."""
    sources = assembly.resources(type="AWS::QuickSight::DataSource")
    return sorted(str(each) for each in sources if get(each.properties, "SslProperties.DisableSsl") is not False)


def logs_for_ever(assembly: Assembly) -> list[str]:
    """Log groups that nobody ever empties."""
    groups = assembly.resources(type="AWS::Logs::LogGroup")
    return sorted(str(group) for group in groups if "RetentionInDays" not in group.properties)


def physical_names(assembly: Assembly) -> set[tuple[str, str]]:
    """Type and name of everything that does not leave its name to CloudFormation."""
    return set(_names(assembly))


def _names(assembly: Assembly) -> Iterator[tuple[str, str]]:
    for each in assembly.resources():
        if each.type == "AWS::Glue::Classifier":
            for kind in each.properties.values():
                if "Name" in kind:
                    yield each.type, kind["Name"]
        elif each.type in NAMED_BY:
            name = get(each.properties, NAMED_BY[each.type])
            if isinstance(name, str):
                yield each.type, name


def lost_by_a_deployment(assembly: Assembly) -> list[str]:
    """Resources with data that CloudFormation would delete."""
    return sorted(
        str(each)
        for each in assembly.resources()
        if each.type in STATEFUL
        and (each.body.get("DeletionPolicy"), each.body.get("UpdateReplacePolicy")) != ("Retain", "Retain")
    )


def identity_statements(assembly: Assembly) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Yield what roles are allowed or denied."""
    for each in assembly.resources():
        documents = []
        if each.type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            documents = [each.properties["PolicyDocument"]]
        elif each.type == "AWS::IAM::Role":
            documents = [policy["PolicyDocument"] for policy in each.properties.get("Policies", [])]
        for document in documents:
            for statement in _statements(document):
                yield each, statement


def _statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return listed(document["Statement"])


def too_much_allowed(assembly: Assembly) -> list[str]:
    """Actions with wildcards, and actions on all resources although they could name theirs."""
    found = set()
    for each, statement in identity_statements(assembly):
        if statement["Effect"] != "Allow":
            continue
        actions = listed(statement["Action"])
        found |= {f"{each}: {action}" for action in actions if "*" in action}
        if "*" in listed(statement["Resource"]) and "Condition" not in statement:
            found |= {f"{each}: {action} on *" for action in actions if action not in WITHOUT_RESOURCES}
    return sorted(found)


def passes_any_role(assembly: Assembly) -> list[str]:
    """Statements that could hand a role to any service."""
    return sorted(
        str(each)
        for each, statement in identity_statements(assembly)
        if statement["Effect"] == "Allow"
        and "iam:PassRole" in listed(statement["Action"])
        and not get(statement, "Condition.StringEquals.iam:PassedToService")
    )


def open_to_strangers(assembly: Assembly) -> list[str]:
    """Resource policies that allow anybody without a condition."""
    found = []
    for each in assembly.resources():
        for document in _resource_policies(each):
            for statement in _statements(document):
                anybody = statement.get("Principal") in ("*", {"AWS": "*"})
                if statement["Effect"] == "Allow" and anybody and "Condition" not in statement:
                    found.append(str(each))
    return sorted(found)


def _resource_policies(resource: Resource) -> list[Mapping[str, Any]]:
    keys = ("PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument", "ResourcePolicy", "Policy")
    if resource.type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        return []
    documents = [resource.properties[key] for key in keys if isinstance(resource.properties.get(key), Mapping)]
    return [document for document in documents if "Statement" in document]


def trusted_on_anybodys_behalf(assembly: Assembly) -> list[str]:
    """Roles that a service may take without saying for which account (the confused deputy)."""
    found = []
    for role in assembly.resources(type="AWS::IAM::Role"):
        for statement in _statements(role.properties["AssumeRolePolicyDocument"]):
            services = set(filter(None, listed(get(statement, "Principal.Service")))) - _SILENT_SERVICES
            if services and not re.search(r"aws:Source(Account|Arn)|sts:ExternalId", str(statement)):
                found.append(f"{role}: {', '.join(sorted(services))}")
    return sorted(found)


# Services that do not say for which account they take a role; the latter takes it for nodes of clusters.
_SILENT_SERVICES = {"lambda.amazonaws.com", "ec2.amazonaws.com"}
