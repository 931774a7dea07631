"""State machines as all pipelines have them: logged without data, traced, encrypted with the key of the lake."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from components.acknowledge import acknowledge_wildcards
from components.arns import arn, key_arn
from components.assets import StoredFile
from components.policy import Statement, document
from components.service_role import ServiceRole

_KEY_REUSE_SECONDS = 300
_Machine = sfn.CfnStateMachine


def new_state_machine(
    scope: Construct,
    *,
    role: ServiceRole,
    definition: StoredFile,
    substitutions: Mapping[str, str],
    log_group: logs.CfnLogGroup,
    key: kms.IKey,
) -> sfn.CfnStateMachine:
    """Make the state machine of a pipeline."""
    return _Machine(
        scope,
        "Resource",
        role_arn=role.arn,
        definition_s3_location=_Machine.S3LocationProperty(bucket=definition.bucket, key=definition.key),
        definition_substitutions=dict(substitutions),
        # Events without data: inputs hold texts and queries, and a history may hold the password of a KDC.
        logging_configuration=_Machine.LoggingConfigurationProperty(
            level="ALL",
            include_execution_data=False,
            destinations=[
                _Machine.LogDestinationProperty(
                    cloud_watch_logs_log_group=_Machine.CloudWatchLogsLogGroupProperty(log_group_arn=log_group.attr_arn)
                )
            ],
        ),
        tracing_configuration=_Machine.TracingConfigurationProperty(enabled=True),
        encryption_configuration=_Machine.EncryptionConfigurationProperty(
            type="CUSTOMER_MANAGED_KMS_KEY",
            kms_key_id=key_arn(key),
            kms_data_key_reuse_period_seconds=_KEY_REUSE_SECONDS,
        ),
    )


def look_at_siblings(scope: Construct, machine: sfn.CfnStateMachine, role: ServiceRole) -> None:
    """Let a pipeline see whether another of its executions, whose claim or turn it is, still runs.

    A policy of its own: as part of the role it would wait for the state machine, which waits for the role.
    """
    executions = arn(scope, "states", f"execution:{machine.attr_name}:*")
    statement = Statement(actions=["states:DescribeExecution"], resources=[executions])
    policy = iam.CfnPolicy(
        scope,
        "SiblingExecutions",
        roles=[role.ref],
        policy_name="SiblingExecutions",
        policy_document=document([statement]),
    )
    acknowledge_wildcards(
        policy,
        [statement],
        because="the execution that holds a claim or a turn is any of this state machine's",
        revisit_when="executions get names that are known beforehand",
    )
