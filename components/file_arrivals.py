"""New raw files start their pipelines through a function, which also keeps a register of them."""

import json
from collections.abc import Mapping

from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.arns import home
from components.failed_events import keep_failed_events, may_report
from components.object_events import new_objects
from components.policy import Statement
from components.stream_function import FunctionParts, StreamFunction
from components.stream_table import StreamTable
from config.base import FunctionConfig

# Like the rules that start pipelines directly: what fails for two hours fails for a reason.
_ATTEMPTS = 10
_AGE_SECONDS = 7200


class FileArrivals(Construct):
    """The register, the function and the rule that calls it; what cannot be handled waits in the pipelines' queue.

    Parameters
    ----------
    pipelines
        ARN of the state machine for each table.
    undelivered, undelivered_key
        The dead-letter queue and its key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: FunctionConfig,
        parts: FunctionParts,
        raw: s3.IBucket,
        pipelines: Mapping[str, str],
        undelivered: sqs.IQueue,
        undelivered_key: kms.IKey,
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.files = StreamTable(self, "Files", keys=("file",), expires=None, key=parts.key, retain_data=retain_data)
        self.function = StreamFunction(
            self,
            "Function",
            package="file_arrival",
            description="Registers new raw files and starts their pipelines",
            config=config,
            parts=parts,
            environment={"FILES_TABLE": self.files.ref, "PIPELINES": json.dumps(dict(pipelines))},
            statements=[
                Statement(
                    actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    resources=[self.files.attr_arn],
                ),
                Statement(actions=["states:StartExecution"], resources=list(dict.fromkeys(pipelines.values()))),
                *may_report(undelivered, undelivered_key),
            ],
        )
        self._call_for_new_objects(raw, sorted(pipelines), undelivered)
        keep_failed_events(self, self.function, undelivered, age_seconds=_AGE_SECONDS)

    def _call_for_new_objects(self, raw: s3.IBucket, tables: list[str], undelivered: sqs.IQueue) -> None:
        rule = events.CfnRule(
            self,
            "NewObject",
            description="A new object in the raw zone is registered and starts its pipeline",
            event_pattern=new_objects(raw, tables),
            targets=[
                events.CfnRule.TargetProperty(
                    id="FileArrival",
                    arn=self.function.arn,
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_retry_attempts=_ATTEMPTS, maximum_event_age_in_seconds=_AGE_SECONDS
                    ),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
                )
            ],
        )
        lambda_.CfnPermission(
            self,
            "CallByRule",
            action="lambda:InvokeFunction",
            function_name=self.function.name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=home(self).account,
        )
