"""Entry: a batch of a labeling job, consolidated."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from post_annotation.batch import consolidate
from post_annotation.bucket import Bucket
from post_annotation.request import Request, objects
from post_annotation.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_settings = Settings.read(os.environ)
_config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=20)
_bucket = Bucket(boto3.client("s3", config=_config))


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> list[dict[str, Any]]:
    """Consolidate the answers about the objects of one batch."""
    request = Request.of(event)
    document, created = _bucket.document(request.payload)
    found = objects(document, _bucket.text)
    entries = consolidate(request, _settings.task(request.attribute), found, created)
    logger.info("batch", job=request.job, objects=len(entries))
    return entries
