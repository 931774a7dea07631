"""The workflow of labels: its state machine and its role."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from components.access import observe_executions
from components.acknowledge import acknowledge_wildcards
from components.arns import arn, key_arn
from components.assets import stored_file
from components.policy import Statement, document
from components.service_role import ServiceRole

_DEFINITION = Path(__file__).parent.parent / "pipelines" / "labeling.asl.json"


class LabelingPipeline(Construct):
    """One state machine over `pipelines/labeling.asl.json`, for all tasks.

    Parameters
    ----------
    substitutions
        What the definition's `${...}` stand for.
    statements
        What its steps may do.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        log_group: logs.CfnLogGroup,
        substitutions: Mapping[str, str],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        steps = [*statements, observe_executions()]
        self._role = ServiceRole(
            self,
            "Role",
            description="Workflow of labels",
            services=["states.amazonaws.com"],
            policy_name="Steps",
            statements=steps,
        )
        acknowledge_wildcards(
            self._role,
            steps,
            because="a labeling job is called by what it labels, objects to label may come from any table that people "
            "read, files have no fixed names, Step Functions names the rule that tells it of jobs, and the delivery of "
            "logs and traces has no resource",
            revisit_when="one of these can be named",
        )
        definition = stored_file(self, "Definition", _DEFINITION)
        machine = sfn.CfnStateMachine
        self._machine = machine(
            self,
            "Resource",
            role_arn=self._role.arn,
            definition_s3_location=machine.S3LocationProperty(bucket=definition.bucket, key=definition.key),
            definition_substitutions=dict(substitutions),
            # Events without data: objects may be texts.
            logging_configuration=machine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=False,
                destinations=[
                    machine.LogDestinationProperty(
                        cloud_watch_logs_log_group=machine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=log_group.attr_arn
                        )
                    )
                ],
            ),
            tracing_configuration=machine.TracingConfigurationProperty(enabled=True),
            encryption_configuration=machine.EncryptionConfigurationProperty(
                type="CUSTOMER_MANAGED_KMS_KEY", kms_key_id=key_arn(key), kms_data_key_reuse_period_seconds=300
            ),
        )
        self._allow_looking_at_other_executions()

    @cached_property
    def arn(self) -> str:
        """ARN of the state machine."""
        return self._machine.ref

    def _allow_looking_at_other_executions(self) -> None:
        """Let an execution see whether the one whose turn it is still runs.

        A policy of its own: as part of the role it would wait for the state machine, which waits for the role.
        """
        executions = arn(self, "states", f"execution:{self._machine.attr_name}:*")
        statement = Statement(actions=["states:DescribeExecution"], resources=[executions])
        policy = iam.CfnPolicy(
            self,
            "SiblingExecutions",
            roles=[self._role.ref],
            policy_name="SiblingExecutions",
            policy_document=document([statement]),
        )
        acknowledge_wildcards(
            policy,
            [statement],
            because="the execution whose turn it is is any of this state machine's",
            revisit_when="executions get names that are known beforehand",
        )
