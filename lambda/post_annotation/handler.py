"""Entry: a batch of a labeling job, consolidated."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from post_annotation.batch import consolidate
from post_annotation.bucket import Bucket
from post_annotation.request import Request
from post_annotation.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()

# With the batch's own answers this stays within seconds and 512 MiB: see docs/labeling-quality.md.
MOST_EARLIER_ANSWERS = 20_000

_settings = Settings.read(os.environ)
_config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=20)
_bucket = Bucket(boto3.client("s3", config=_config))


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> list[dict[str, Any]]:
    """Consolidate the answers about the objects of one batch.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
    """
    request = Request.of(event)
    task = _settings.task(request.attribute)
    objects, created = _bucket.payload(request.payload)
    batch = consolidate(request, task, objects, _bucket.earlier(request.payload, MOST_EARLIER_ANSWERS), created)
    written = _bucket.write_quality(request.payload, batch.quality())
    unusable = sum(map(len, batch.problems.values()))
    for name, value in (
        ("ObjectsConsolidated", len(batch.entries)),
        ("ObjectsWithoutAnswer", len(batch.unlabeled)),
        ("AnswersUnusable", unusable),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info(
        "batch",
        job=request.job,
        objects=len(batch.entries),
        without_answer=len(batch.unlabeled),
        unusable_answers=unusable,
        workers=len(batch.workers),
        quality=written,
    )
    return list(batch.entries)
