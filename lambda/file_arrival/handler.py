"""Entry: a new raw object into the registry, and its pipeline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from file_arrival.arrivals import Arrival, receive
from file_arrival.aws import FileTable, StateMachines
from file_arrival.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_settings = Settings.read(os.environ)
_config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=10)
_registry = FileTable(boto3.client("dynamodb", config=_config), _settings.files_table)
_pipelines = StateMachines(boto3.client("stepfunctions", config=_config), _settings.pipelines)


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Receive one file. What fails raises: Lambda tries again, and then hands the event to the dead-letter queue."""
    arrival = Arrival.of(event)
    result = receive(arrival, _registry, _pipelines)
    logger.info("file", file=arrival.file, size=arrival.size, result=result)
    return {"file": arrival.file, "result": result}
