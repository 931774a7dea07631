"""The batch pipeline of one data product: its state machine, and what starts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.access import observe_executions, use_catalog_key, use_key
from components.acknowledge import acknowledge_wildcards
from components.arns import key_arn
from components.assets import StoredFile
from components.object_events import new_objects
from components.policy import Statement
from components.service_role import ServiceRole
from components.state_machine import look_at_siblings, new_state_machine
from config.model import PipelineScheduleConfig

# A start that fails for two hours fails for a reason; the event waits in the dead-letter queue then.
_START_ATTEMPTS = 10
_START_AGE_SECONDS = 7200


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """What the pipelines of all products share."""

    key: kms.IKey
    definition: StoredFile
    ledger: dynamodb.ITable
    topic: sns.ITopic
    topic_key: kms.IKey
    undelivered: sqs.IQueue
    log_group: logs.CfnLogGroup
    substitutions: dict[str, str]


class BatchPipeline(Construct):
    """One state machine over `pipelines/batch.asl.json`.

    Parameters
    ----------
    product
        Name of the data product.
    tables
        The product's curated tables; also the first folders of the raw objects that start the pipeline.
    substitutions
        What the definition's `${...}` stand for, besides those of the settings.
    statements
        What the steps of this product may do, besides those that are the same for all.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        product: str,
        tables: Sequence[str],
        settings: PipelineSettings,
        substitutions: dict[str, str],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        self._tables = list(tables)
        self._settings = settings
        steps = [*statements, *_common_statements(settings)]
        self._role = ServiceRole(
            self,
            "Role",
            description=f"Batch pipeline of {product}",
            services=["states.amazonaws.com"],
            policy_name="Steps",
            statements=steps,
        )
        acknowledge_wildcards(
            self._role,
            steps,
            because="files of tables, results of queries and refreshes have no fixed names, rulesets' evaluations are "
            "found by ids that no ARN holds, and the delivery of logs and traces has no resource",
            revisit_when="one of these can be named",
        )
        self._machine = new_state_machine(
            self,
            role=self._role,
            definition=settings.definition,
            substitutions={
                **settings.substitutions,
                **substitutions,
                "Product": product,
                "Tables": ",".join(self._tables),
            },
            log_group=settings.log_group,
            key=settings.key,
        )
        look_at_siblings(self, self._machine, self._role)
        self._starter = self._starter_role()

    @cached_property
    def arn(self) -> str:
        """ARN of the state machine."""
        return self._machine.ref

    def start_on_new_objects(self, raw: s3.IBucket) -> None:
        """Run once for each object that lands in a folder of one of the tables."""
        events.CfnRule(
            self,
            "NewObject",
            description="A new object in the raw zone starts its pipeline",
            event_pattern=new_objects(raw, self._tables),
            targets=[
                events.CfnRule.TargetProperty(
                    id="Pipeline",
                    arn=self.arn,
                    role_arn=self._starter.arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={
                            "bucket": "$.detail.bucket.name",
                            "key": "$.detail.object.key",
                            "etag": "$.detail.object.etag",
                            "version": "$.detail.object.version-id",
                        },
                        input_template='{"bucket": <bucket>, "key": <key>, "etag": <etag>, "version": <version>}',
                    ),
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_retry_attempts=_START_ATTEMPTS, maximum_event_age_in_seconds=_START_AGE_SECONDS
                    ),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=self._settings.undelivered.queue_arn
                    ),
                )
            ],
        )

    def start_on_schedule(self, config: PipelineScheduleConfig) -> None:
        """Curate or compact all tables of the product; the scheduled time makes each run an input of its own."""
        tables = ", ".join(f'"{table}"' for table in self._tables)
        scheduler.CfnSchedule(
            self,
            "Schedule" if config.job == "curate" else "CompactSchedule",
            description=f"Regularly {config.job} all tables of the product",
            schedule_expression=config.cron,
            schedule_expression_timezone=config.timezone,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(
                mode="FLEXIBLE", maximum_window_in_minutes=15
            ),
            kms_key_arn=key_arn(self._settings.key),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.arn,
                role_arn=self._starter.arn,
                input=f'{{"tables": [{tables}], "job": "{config.job}", "request": "<aws.scheduler.scheduled-time>"}}',
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=_START_ATTEMPTS, maximum_event_age_in_seconds=_START_AGE_SECONDS
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                    arn=self._settings.undelivered.queue_arn
                ),
            ),
        )

    def _starter_role(self) -> ServiceRole:
        return ServiceRole(
            self,
            "Starter",
            description="Rules and schedules that start the pipeline",
            services=["events.amazonaws.com", "scheduler.amazonaws.com"],
            policy_name="Start",
            statements=[
                Statement(actions=["states:StartExecution"], resources=[self.arn]),
                Statement(actions=["sqs:SendMessage"], resources=[self._settings.undelivered.queue_arn]),
                use_key(self._settings.key),
                use_key(self._settings.topic_key),
            ],
        )


def _common_statements(settings: PipelineSettings) -> list[Statement]:
    return [
        Statement(
            actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            resources=[settings.ledger.table_arn],
        ),
        Statement(actions=["sns:Publish"], resources=[settings.topic.topic_arn]),
        use_catalog_key(settings.key),
        use_key(settings.topic_key),
        observe_executions(),
    ]
