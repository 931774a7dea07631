"""A function that is called by the clock."""

from __future__ import annotations

from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.access import use_key
from components.arns import key_arn
from components.failed_events import keep_failed_events, may_report
from components.policy import Statement
from components.service_role import ServiceRole
from components.stream_function import StreamFunction

# A call that is late by more than this would only do again what the next one does.
_AGE_SECONDS = 1800
_ATTEMPTS = 3


class FunctionSchedule(Construct):
    """A schedule, and the role with which it calls; calls that are lost or fail wait in a dead-letter queue.

    Parameters
    ----------
    function
        What is called; it may send to the queue (`may_report`).
    expression
        As EventBridge Scheduler writes it: `rate(1 hour)`.
    undelivered, undelivered_key
        The dead-letter queue and its key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: StreamFunction,
        description: str,
        expression: str,
        key: kms.IKey,
        undelivered: sqs.IQueue,
        undelivered_key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        role = ServiceRole(
            self,
            "Role",
            description=description,
            services=["scheduler.amazonaws.com"],
            policy_name="Call",
            statements=[
                Statement(actions=["lambda:InvokeFunction"], resources=[function.arn]),
                *may_report(undelivered, undelivered_key),
                use_key(key),
            ],
        )
        schedule = scheduler.CfnSchedule
        schedule(
            self,
            "Resource",
            description=description,
            schedule_expression=expression,
            flexible_time_window=schedule.FlexibleTimeWindowProperty(mode="FLEXIBLE", maximum_window_in_minutes=15),
            kms_key_arn=key_arn(key),
            target=schedule.TargetProperty(
                arn=function.arn,
                role_arn=role.arn,
                retry_policy=schedule.RetryPolicyProperty(
                    maximum_retry_attempts=_ATTEMPTS, maximum_event_age_in_seconds=_AGE_SECONDS
                ),
                dead_letter_config=schedule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
            ),
        )
        keep_failed_events(self, function, undelivered, age_seconds=_AGE_SECONDS)
