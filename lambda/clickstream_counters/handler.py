"""Entry: a batch of the clickstream into the counts of its window, and a window into the table."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from lake_common.contract import packaged
from lake_common.stream_events import EventCheck

from clickstream_counters.settings import Settings
from clickstream_counters.table import put_items
from clickstream_counters.windows import count, expiry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_settings = Settings.read(os.environ)
_dynamodb = boto3.client(
    "dynamodb",
    config=Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=10),
)
_check = EventCheck(packaged(_settings.contract))


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Count a batch; at the end of the window, write the counts.

    A failed write raises: Lambda ends the window again with the same state.
    """
    counted = count(event, _check)
    if counted.error is not None:
        logger.error("a record was not counted and will come again", exc_info=counted.error)
    if event["isFinalInvokeForWindow"] and counted.failed is None:
        items = counted.window.items(event["shardId"], expiry(event, _settings.retention_hours))
        written = put_items(_dynamodb, _settings.counters_table, items)
        logger.info("window", window=event["window"], shard=event["shardId"], items=written)
    return counted.response
