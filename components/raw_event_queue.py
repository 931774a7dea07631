"""Tells a crawler which objects are new, so that it need not list the whole zone."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.arns import home

# The longest that SQS keeps a message: a crawler may be switched off over holidays.
_RETENTION = Duration.days(14)


class RawEventQueue(Construct):
    """An encrypted queue that this account's buckets may send to, with a queue for what cannot be handled.

    A crawler deletes what it has read; a message that comes back five times is beyond it.
    https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.unread: sqs.IQueue = self._queue("Dead", key, None)
        self.queue: sqs.IQueue = self._queue("Queue", key, sqs.DeadLetterQueue(queue=self.unread, max_receive_count=5))
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                # By account: the bucket's ARN would close a circle, for S3 checks the queue when it makes the bucket.
                conditions={"StringEquals": {"aws:SourceAccount": home(self).account}},
            )
        )

    def _queue(self, construct_id: str, key: kms.IKey, dead_letter_queue: sqs.DeadLetterQueue | None) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            data_key_reuse=Duration.hours(1),
            enforce_ssl=True,
            retention_period=_RETENTION,
            visibility_timeout=Duration.minutes(5),
            dead_letter_queue=dead_letter_queue,
        )
