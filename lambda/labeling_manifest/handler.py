"""Entry: the next labeling job of a task, made and checked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from lake_common.labeling.tasks import read_tasks

from labeling_manifest.aws import Jobs, Labeled, Objects
from labeling_manifest.build import Builder
from labeling_manifest.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_settings = Settings.read(os.environ)
_config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=20)
_tasks = read_tasks()
_builder = Builder(
    settings=_settings,
    objects=Objects(boto3.client("s3", config=_config)),
    labeled=Labeled(boto3.client("dynamodb", config=_config), _settings.ledger_table),
    jobs=Jobs(boto3.client("sagemaker", config=_config)),
)


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Choose the objects of a job. What cannot be labeled raises, before it costs anything."""
    built = _builder.build(_tasks[event["task"]], event["source"], query=event["query"], number=int(event["number"]))
    logger.info("manifest", manifest={key: value for key, value in built.items() if key != "arguments"})
    return built
