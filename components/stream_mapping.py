"""How Lambda reads a stream for a function, with every setting stated."""

from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.arns import bucket_arn, objects_arn
from components.policy import Statement
from components.stream_function import StreamFunction
from config.model import ConsumerConfig

# Lambda's own layout of the failure destination begins so:
# https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
FAILED_BATCHES = "aws/lambda"


class StreamMapping(Construct):
    """An event source mapping that loses nothing: what cannot be delivered lands with its payload in a bucket.

    A failing batch is halved until the record at fault is alone, which is given up after a bounded number of attempts
    or at a bounded age; the shard then moves on.

    Parameters
    ----------
    window_seconds
        Length of tumbling windows; 0 for none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: ConsumerConfig,
        starting_position: str,
        source_arn: str,
        function: StreamFunction,
        failures: s3.IBucket,
        window_seconds: int = 0,
    ) -> None:
        super().__init__(scope, construct_id)
        mapping = lambda_.CfnEventSourceMapping
        self._mapping = lambda_.CfnEventSourceMapping(
            self,
            "Resource",
            enabled=True,
            function_name=function.name,
            event_source_arn=source_arn,
            starting_position=starting_position,
            batch_size=config.batch_size,
            maximum_batching_window_in_seconds=config.batching_window_seconds,
            parallelization_factor=config.parallelization,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=config.maximum_retries,
            maximum_record_age_in_seconds=config.maximum_record_age_seconds,
            tumbling_window_in_seconds=window_seconds or None,
            # A bucket gets the records themselves; a queue or a topic would only get their positions.
            destination_config=mapping.DestinationConfigProperty(
                on_failure=mapping.OnFailureProperty(destination=bucket_arn(failures))
            ),
            metrics_config=mapping.MetricsConfigProperty(metrics=["EventCount"]),
        )

    @property
    def mapping_id(self) -> str:
        """UUID of the mapping."""
        return self._mapping.ref


def read_stream(stream: kinesis.CfnStream) -> Statement:
    """Poll the shards of a stream. Replaces AWSLambdaKinesisExecutionRole, which may read every stream."""
    return Statement(
        actions=[
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        ],
        resources=[stream.attr_arn],
    )


def keep_failures(failures: s3.IBucket) -> list[Statement]:
    """Let Lambda put batches that failed into the bucket, in the function's name."""
    return [
        Statement(actions=["s3:PutObject"], resources=[objects_arn(failures, f"{FAILED_BATCHES}/*")]),
        Statement(actions=["s3:ListBucket"], resources=[bucket_arn(failures)]),
    ]
