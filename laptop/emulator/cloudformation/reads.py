"""How each resource type is read back: the operations of its service, and the names that they give to properties.

`ec2_reads` has the types of networks, `catalog_reads` those of Glue and Athena; modules of our own types add theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from laptop.emulator.clients import account, client, region
from laptop.emulator.registry import Json

Reader = Callable[[str, Json, Json], Any]


@dataclass(frozen=True)
class ReadBack:
    """How to read a resource type back.

    Parameters
    ----------
    readers
        Called with physical id, properties and attributes.
    aliases
        Names of the API for properties of CloudFormation.
    unread
        Properties that the API never shows, with the reason.
    """

    readers: tuple[Reader, ...]
    aliases: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


def ask(service: str, operation: str, **arguments: Any) -> Reader:
    """Return a reader that calls an operation; what does not exist reads as nothing.

    In arguments, `{id}` is the physical id, `{part[0]}` a part of one with bars, `{p[Name]}` a property, `{a[Arn]}` an
    attribute.
    """

    def read(physical_id: str, properties: Json, attributes: Json) -> Any:
        values = {
            "id": physical_id,
            "part": physical_id.split("|"),
            "p": properties,
            "a": attributes,
            "account": account(),
            "region": region(),
        }
        try:
            answer = getattr(client(service), operation)(**_filled(arguments, values))
        except ClientError as error:
            if is_absence(error):
                return {}
            raise
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    return read


def _filled(argument: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(argument, str):
        return argument.format(**values)
    if isinstance(argument, list):
        return [_filled(item, values) for item in argument]
    if isinstance(argument, dict):
        return {key: _filled(item, values) for key, item in argument.items()}
    return argument


def is_absence(error: ClientError) -> bool:
    """Tell whether an operation failed because what it names does not exist."""
    code = str(error.response["Error"]["Code"])
    return "NotFound" in code or code.startswith("NoSuch") or code == "EntityNotFoundException"


def _bucket_events(bucket: str, properties: Json, attributes: Json) -> Any:
    # The API shows "EventBridge is on" as an empty object.
    found = client("s3").get_bucket_notification_configuration(Bucket=bucket)
    return {**found, "EventBridgeEnabled": "EventBridgeConfiguration" in found}


def _bucket_acl(bucket: str, properties: Json, attributes: Json) -> Any:
    # The API shows grants, not the name of the canned list; only the one that admits nobody else is recognized.
    found = client("s3").get_bucket_acl(Bucket=bucket)
    others = [grant for grant in found["Grants"] if grant["Grantee"].get("ID") != found["Owner"]["ID"]]
    return {} if others else {"AccessControl": "Private"}


def _bucket(*operations: str) -> tuple[Reader, ...]:
    return tuple(ask("s3", operation, Bucket="{id}") for operation in operations)


_ACCESS_POINT_ARN = "arn:aws:s3:{region}:{account}:accesspoint/"


READS: dict[str, ReadBack] = {
    "AWS::S3::Bucket": ReadBack(
        (
            _bucket_events,
            _bucket_acl,
            lambda bucket, properties, attributes: {"BucketName": bucket},
            *_bucket(
                "get_bucket_encryption",
                "get_bucket_versioning",
                "get_bucket_lifecycle_configuration",
                "get_bucket_tagging",
                "get_public_access_block",
                "get_bucket_ownership_controls",
                "get_bucket_logging",
                "get_bucket_cors",
                "get_object_lock_configuration",
                "get_bucket_accelerate_configuration",
            ),
        ),
        aliases={
            "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
            "DestinationBucketName": "TargetBucket",
            "LogFilePrefix": "TargetPrefix",
            "ExpirationInDays": "Days",
            "TransitionInDays": ("Days", "NoncurrentDays"),
            "NoncurrentVersionExpirationInDays": "NoncurrentDays",
            "Queue": "QueueArn",
            "Topic": "TopicArn",
            "Function": "LambdaFunctionArn",
            "Event": "Events",
            "Id": "ID",
            "MaxAge": "MaxAgeSeconds",
            "ExposedHeaders": "ExposeHeaders",
        },
    ),
    "AWS::S3::BucketPolicy": ReadBack(
        (ask("s3", "get_bucket_policy", Bucket="{p[Bucket]}"),), unread={"Bucket": "the key"}
    ),
    "AWS::S3::AccessPoint": ReadBack(
        (
            ask("s3control", "get_access_point", AccountId="{account}", Name="{id}"),
            ask("s3control", "get_access_point_policy", AccountId="{account}", Name="{id}"),
            ask("s3control", "list_tags_for_resource", AccountId="{account}", ResourceArn=_ACCESS_POINT_ARN + "{id}"),
        ),
    ),
    "AWS::KMS::Key": ReadBack(
        (
            ask("kms", "describe_key", KeyId="{id}"),
            ask("kms", "get_key_policy", KeyId="{id}", PolicyName="default"),
            ask("kms", "get_key_rotation_status", KeyId="{id}"),
            ask("kms", "list_resource_tags", KeyId="{id}"),
        ),
        aliases={"EnableKeyRotation": "KeyRotationEnabled"},
        unread={"PendingWindowInDays": "only used, and then shown, when the key is deleted"},
    ),
    "AWS::KMS::Alias": ReadBack(
        (ask("kms", "list_aliases"), ask("kms", "describe_key", KeyId="{id}")),
        aliases={"TargetKeyId": ("Arn", "KeyId")},
    ),
    "AWS::IAM::Role": ReadBack(
        (
            ask("iam", "get_role", RoleName="{id}"),
            ask("iam", "list_attached_role_policies", RoleName="{id}"),
            lambda role, properties, attributes: [
                client("iam").get_role_policy(RoleName=role, PolicyName=policy["PolicyName"])
                for policy in properties.get("Policies", [])
            ],
        ),
        aliases={"ManagedPolicyArns": "PolicyArn", "PermissionsBoundary": "PermissionsBoundaryArn"},
    ),
    "AWS::IAM::ManagedPolicy": ReadBack(
        (
            ask("iam", "get_policy", PolicyArn="{id}"),
            lambda arn, properties, attributes: _managed_policy(arn),
        ),
        aliases={"ManagedPolicyName": "PolicyName", "Roles": "RoleName"},
    ),
    "AWS::IAM::Policy": ReadBack(
        (
            lambda _, properties, attributes: [
                client("iam").get_role_policy(RoleName=role, PolicyName=properties["PolicyName"])
                for role in properties.get("Roles", [])
            ],
        ),
        aliases={"Roles": "RoleName"},
    ),
    "AWS::DynamoDB::Table": ReadBack(
        (
            ask("dynamodb", "describe_table", TableName="{id}"),
            ask("dynamodb", "describe_time_to_live", TableName="{id}"),
            ask("dynamodb", "describe_continuous_backups", TableName="{id}"),
            ask("dynamodb", "list_tags_of_resource", ResourceArn="arn:aws:dynamodb:{region}:{account}:table/{id}"),
            lambda table, properties, attributes: _dynamodb_switches(table),
        ),
        aliases={"KMSMasterKeyId": "KMSMasterKeyArn"},
    ),
    "AWS::StepFunctions::StateMachine": ReadBack(
        (
            ask("stepfunctions", "describe_state_machine", stateMachineArn="{id}"),
            ask("stepfunctions", "list_tags_for_resource", resourceArn="{id}"),
        ),
        aliases={"StateMachineName": "name", "StateMachineType": "type"},
        unread={
            "Definition": "shown with its substitutions applied",
            "DefinitionString": "shown with its substitutions applied",
            "DefinitionS3Location": "shown as the definition",
            "DefinitionSubstitutions": "shown in the definition",
        },
    ),
    "AWS::SNS::Topic": ReadBack(
        (
            ask("sns", "get_topic_attributes", TopicArn="{id}"),
            lambda arn, properties, attributes: {"TopicName": arn.rpartition(":")[2]},
            ask("sns", "list_subscriptions_by_topic", TopicArn="{id}"),
            ask("sns", "list_tags_for_resource", ResourceArn="{id}"),
        ),
    ),
    "AWS::SNS::Subscription": ReadBack(
        (
            ask("sns", "get_subscription_attributes", SubscriptionArn="{id}"),
            ask("sns", "list_subscriptions_by_topic", TopicArn="{p[TopicArn]}"),
        ),
        unread={"Region": "shown in the topic's ARN"},
    ),
    "AWS::SNS::TopicPolicy": ReadBack(
        (
            lambda _, properties, attributes: [
                client("sns").get_topic_attributes(TopicArn=topic)["Attributes"] for topic in properties["Topics"]
            ],
        ),
        aliases={"Topics": "TopicArn"},
    ),
    "AWS::SQS::Queue": ReadBack(
        (
            ask("sqs", "get_queue_attributes", QueueUrl="{id}", AttributeNames=["All"]),
            ask("sqs", "list_queue_tags", QueueUrl="{id}"),
            lambda url, properties, attributes: {"QueueName": url.rpartition("/")[2]},
        ),
    ),
    "AWS::SQS::QueuePolicy": ReadBack(
        (
            lambda _, properties, attributes: [
                client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]
                for queue in properties["Queues"]
            ],
        ),
        unread={"Queues": "the keys"},
    ),
    "AWS::Events::Rule": ReadBack(
        (lambda rule, properties, attributes: _event_rule(rule, properties),),
        unread={"EventBusName": "the key"},
    ),
    "AWS::Scheduler::ScheduleGroup": ReadBack(
        (
            ask("scheduler", "get_schedule_group", Name="{id}"),
            ask(
                "scheduler",
                "list_tags_for_resource",
                ResourceArn="arn:aws:scheduler:{region}:{account}:schedule-group/{id}",
            ),
        ),
    ),
    "AWS::Scheduler::Schedule": ReadBack(
        (lambda name, properties, attributes: _schedule(name, properties),),
    ),
    "AWS::Lambda::Function": ReadBack(
        (
            ask("lambda", "get_function", FunctionName="{id}"),
            ask("lambda", "get_function_concurrency", FunctionName="{id}"),
        ),
        aliases={"Layers": "Arn"},
        unread={"Code": "shown as the hash of the package"},
    ),
    "AWS::Logs::LogGroup": ReadBack(
        (
            ask("logs", "describe_log_groups", logGroupNamePrefix="{id}"),
            ask("logs", "list_tags_for_resource", resourceArn="arn:aws:logs:{region}:{account}:log-group:{id}"),
        ),
    ),
    "AWS::Logs::MetricFilter": ReadBack(
        (ask("logs", "describe_metric_filters", logGroupName="{p[LogGroupName]}"),),
    ),
    "AWS::Logs::ResourcePolicy": ReadBack((ask("logs", "describe_resource_policies"),)),
    "AWS::CloudWatch::Alarm": ReadBack(
        (
            ask("cloudwatch", "describe_alarms", AlarmNames=["{id}"]),
            ask("cloudwatch", "list_tags_for_resource", ResourceARN="arn:aws:cloudwatch:{region}:{account}:alarm:{id}"),
        ),
    ),
    "AWS::CloudWatch::Dashboard": ReadBack(
        (
            ask("cloudwatch", "get_dashboard", DashboardName="{id}"),
            ask("cloudwatch", "list_tags_for_resource", ResourceARN="arn:aws:cloudwatch::{account}:dashboard/{id}"),
        )
    ),
    "AWS::CloudWatch::CompositeAlarm": ReadBack(
        (
            ask("cloudwatch", "describe_alarms", AlarmNames=["{id}"], AlarmTypes=["CompositeAlarm"]),
            ask("cloudwatch", "list_tags_for_resource", ResourceARN="arn:aws:cloudwatch:{region}:{account}:alarm:{id}"),
        ),
    ),
    "AWS::Budgets::Budget": ReadBack(
        (
            ask("budgets", "describe_budget", AccountId="{account}", BudgetName="{id}"),
            ask("budgets", "list_tags_for_resource", ResourceARN="arn:aws:budgets::{account}:budget/{id}"),
            lambda budget, properties, attributes: _notifications(budget),
        ),
    ),
    "AWS::CloudTrail::Trail": ReadBack(
        (
            ask("cloudtrail", "get_trail", Name="{id}"),
            ask("cloudtrail", "get_trail_status", Name="{id}"),
            ask("cloudtrail", "get_event_selectors", TrailName="{id}"),
            ask("cloudtrail", "list_tags", ResourceIdList=["{a[Arn]}"]),
        ),
        aliases={"TrailName": "Name", "EnableLogFileValidation": "LogFileValidationEnabled"},
    ),
    "AWS::SSM::Parameter": ReadBack(
        (
            ask("ssm", "get_parameter", Name="{id}"),
            ask("ssm", "describe_parameters"),
            ask("ssm", "list_tags_for_resource", ResourceType="Parameter", ResourceId="{id}"),
        )
    ),
}


def _dynamodb_switches(table: str) -> Any:
    """Return what the template sets as a switch and the API shows as a status."""
    api = client("dynamodb")
    described = api.describe_table(TableName=table)["Table"]
    backups = api.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    lifetime = api.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"]
    billing = described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    return {
        "PointInTimeRecoveryEnabled": recovery == "ENABLED",
        "SSEEnabled": described.get("SSEDescription", {}).get("Status") == "ENABLED",
        "Enabled": lifetime == "ENABLED",
        "BillingMode": billing,
    }


def _event_rule(physical_id: str, properties: Json) -> Any:
    api = client("events")
    bus = {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}
    name = physical_id.rpartition("/")[2].rpartition("|")[2]
    rule = api.describe_rule(Name=name, **bus)
    return [rule, api.list_targets_by_rule(Rule=name, **bus), api.list_tags_for_resource(ResourceARN=rule["Arn"])]


def _schedule(name: str, properties: Json) -> Any:
    group = {"GroupName": properties["GroupName"]} if "GroupName" in properties else {}
    return client("scheduler").get_schedule(Name=name, **group)


def _notifications(budget: str) -> Any:
    api, key = client("budgets"), {"AccountId": account(), "BudgetName": budget}
    found = api.describe_notifications_for_budget(**key).get("Notifications", [])
    return [
        (notification, api.describe_subscribers_for_notification(**key, Notification=notification)["Subscribers"])
        for notification in found
    ]


def _managed_policy(arn: str) -> Any:
    iam = client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return [
        iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"],
        iam.list_entities_for_policy(PolicyArn=arn).get("PolicyRoles", []),
    ]
