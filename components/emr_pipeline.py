"""The text pipeline: one state machine on a cluster, and a second one on EMR Serverless where that is on."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from components.access import observe_executions, use_catalog_key, use_key
from components.acknowledge import acknowledge_wildcards
from components.arns import arn, bucket_arn
from components.assets import StoredFile, stored_file
from components.policy import Statement, document
from components.service_role import ServiceRole
from components.state_machine import new_state_machine
from components.zones import Zones


@dataclass(frozen=True, kw_only=True)
class TextPipelineSettings:
    """What the pipelines on both engines share."""

    zones: Zones
    ledger: dynamodb.ITable
    topic: sns.ITopic
    topic_key: kms.IKey
    log_group: logs.CfnLogGroup
    definition: StoredFile
    substitutions: Mapping[str, str]


class TextPipeline(Construct):
    """One state machine over `pipelines/text.asl.json`.

    Parameters
    ----------
    engine
        What the steps run on.
    substitutions
        What the definition's `${...}` stand for, besides those of the settings.
    statements
        What the engine takes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        engine: Literal["cluster", "serverless"],
        settings: TextPipelineSettings,
        substitutions: Mapping[str, str],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        self.engine = engine
        everything = [*statements, *_common_statements(settings)]
        self.role = ServiceRole(
            self,
            "Role",
            description=f"Text pipeline on EMR ({engine})",
            services=["states.amazonaws.com"],
            policy_name="Steps",
            statements=everything,
        )
        acknowledge_wildcards(
            self.role,
            everything,
            because="clusters and job runs have ids that nobody knows before, and the delivery of logs and traces has "
            "no resource",
            revisit_when="one of these can be named",
        )
        self._machine = new_state_machine(
            self,
            role=self.role,
            definition=settings.definition,
            substitutions={**settings.substitutions, **substitutions, "Engine": engine},
            log_group=settings.log_group,
            key=settings.zones.key,
        )

    @cached_property
    def arn(self) -> str:
        """ARN of the state machine."""
        return self._machine.ref

    @cached_property
    def executions(self) -> str:
        """ARNs of its executions."""
        return arn(self, "states", f"execution:{self._machine.attr_name}:*")


def look_at_executions(scope: Construct, pipelines: Sequence[TextPipeline]) -> None:
    """Let each pipeline see whether the execution that writes a collection still runs, which may be the other's.

    A policy of its own: as part of a role it would wait for the state machine, which waits for the role.
    """
    statement = Statement(actions=["states:DescribeExecution"], resources=[each.executions for each in pipelines])
    policy = iam.CfnPolicy(
        scope,
        "WritingExecutions",
        roles=[pipeline.role.ref for pipeline in pipelines],
        policy_name="WritingExecutions",
        policy_document=document([statement]),
    )
    acknowledge_wildcards(
        policy,
        [statement],
        because="the execution that writes a collection is any of these state machines'",
        revisit_when="executions get names that are known beforehand",
    )


def stored_definition(scope: Construct, text: str) -> StoredFile:
    """Have a definition uploaded with the deployment."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "text.asl.json"
        file.write_text(text, encoding="utf-8")
        return stored_file(scope, "Definition", file)


def _common_statements(settings: TextPipelineSettings) -> list[Statement]:
    return [
        Statement(actions=["dynamodb:GetItem", "dynamodb:PutItem"], resources=[settings.ledger.table_arn]),
        Statement(actions=["sns:Publish"], resources=[settings.topic.topic_arn]),
        # Whether the collection has any document.
        Statement(actions=["s3:ListBucket"], resources=[bucket_arn(settings.zones.raw)]),
        use_catalog_key(settings.zones.key),
        use_key(settings.topic_key),
        observe_executions(),
    ]
