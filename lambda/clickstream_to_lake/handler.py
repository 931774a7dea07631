"""Entry: a batch of the clickstream into the raw zone."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from lake_common.contract import packaged
from lake_common.stream_events import EventCheck

from clickstream_to_lake.bucket import Bucket
from clickstream_to_lake.delivery import Sinks, deliver
from clickstream_to_lake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()

_settings = Settings.read(os.environ)
_s3 = boto3.client(
    "s3",
    config=Config(
        retries={"mode": "standard", "total_max_attempts": 4},
        connect_timeout=2,
        read_timeout=10,
        max_pool_connections=_settings.parallel_writes,
    ),
)
_check = EventCheck(packaged(_settings.contract))
_sinks = Sinks(raw=Bucket(_s3, _settings.raw_bucket), failures=Bucket(_s3, _settings.failures_bucket))
_writers = ThreadPoolExecutor(_settings.parallel_writes)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver a batch and say which records are not done.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    """
    outcome = deliver(event, check=_check, sinks=_sinks, run=_writers.map)
    for error in outcome.errors:
        logger.error("records were not delivered and will come again", exc_info=error)
    for name, value in (
        ("EventsWritten", outcome.written),
        ("EventsRejected", outcome.rejected),
        ("EventsHeldAlready", outcome.held),
        ("WritesFailed", len(outcome.errors)),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info("batch", records=len(event["Records"]), written=outcome.written, rejected=outcome.rejected)
    return outcome.response
