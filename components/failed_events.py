"""Events that a function failed for wait in a dead-letter queue, whoever sent them."""

from __future__ import annotations

from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.access import use_key
from components.policy import Statement
from components.stream_function import StreamFunction

# Lambda tries an asynchronous event at most three times.
_RETRIES = 2


def keep_failed_events(
    scope: Construct, function: StreamFunction, undelivered: sqs.IQueue, *, age_seconds: int
) -> None:
    """Keep events that the function failed for: an alarm of its errors may miss one that takes long to fail.

    Parameters
    ----------
    function
        It may send to the queue (`may_report`).
    age_seconds
        How old an event may become before it is given up.
    """
    invoke = lambda_.CfnEventInvokeConfig
    invoke(
        scope,
        "Failures",
        function_name=function.name,
        qualifier="$LATEST",
        maximum_event_age_in_seconds=age_seconds,
        maximum_retry_attempts=_RETRIES,
        destination_config=invoke.DestinationConfigProperty(
            on_failure=invoke.OnFailureProperty(destination=undelivered.queue_arn)
        ),
    )


def may_report(undelivered: sqs.IQueue, undelivered_key: kms.IKey) -> list[Statement]:
    """Let a function's failed events reach the dead-letter queue."""
    return [
        Statement(actions=["sqs:SendMessage"], resources=[undelivered.queue_arn]),
        use_key(undelivered_key),
    ]
