"""Entry: one object of a labeling job, before workers see it."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from lake_common.labeling.tasks import read_tasks

from pre_annotation.aws import Contents, LedgerTable
from pre_annotation.content import most_bytes
from pre_annotation.decide import verdict_on
from pre_annotation.request import Request, response
from pre_annotation.services import Services
from pre_annotation.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_settings = Settings.read(os.environ)
_config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=20)
_tasks = read_tasks()
_contents = Contents(boto3.client("s3", config=_config))
_ledger = LedgerTable(boto3.client("dynamodb", config=_config), _settings.ledger_table)


@cache
def _rekognition() -> Any:
    return boto3.client("rekognition", config=_config)


@cache
def _comprehend() -> Any:
    return boto3.client("comprehend", config=_config)


_services = Services(
    rekognition=_rekognition if _settings.rekognition else None,
    comprehend=_comprehend if _settings.comprehend_endpoint else None,
    comprehend_endpoint=_settings.comprehend_endpoint,
    confidence=_settings.confidence,
)


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Check one object, and say what workers see of it and whether they have to."""
    request = Request.of(event)
    task = _tasks[request.task]
    source = request.line.get("source")
    content = source.encode() if source is not None else _contents.read(request.line["source-ref"], most_bytes(task))
    verdict = verdict_on(content, task, name=request.object, job=request.job, ledger=_ledger, guess=_services.guess)
    if verdict:
        _ledger.note(task.name, request.object, request.job, verdict)
        logger.info("no worker", object=request.object, kind=verdict.kind, problem=verdict.problem)
    refused = verdict is not None and verdict.kind == "refused"
    text = None if task.is_image else "" if refused or content is None else content.decode("utf-8")
    return response(task, request, text, required=verdict is None)
