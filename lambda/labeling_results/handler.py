"""Entry: the results of a labeling job, read or published."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from lake_common.labeling.tasks import read_tasks

from labeling_results.aws import Catalog, Files, Ledger
from labeling_results.harvest import Harvester
from labeling_results.settings import Settings
from labeling_results.statements import Harvest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()

_settings = Settings.read(os.environ)
_config = Config(
    retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=2, read_timeout=30, max_pool_connections=16
)
_tasks = read_tasks()
_files = Files(boto3.client("s3", config=_config))
_dynamodb = boto3.client("dynamodb", config=_config)
_catalog = Catalog(boto3.client("glue", config=_config), _settings.curated_database)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read the results of a job, each time into folders of their own, or publish what was read."""
    task = _tasks[event["task"]]
    ledger = Ledger(_dynamodb, _settings.ledger_table, task.name)
    harvester = Harvester(settings=_settings, files=_files, ledger=ledger, catalog=_catalog)
    if event["action"] == "publish":
        return harvester.publish(Harvest(task=task.name, job=event["job"], id=event["harvest"]))
    number = hashlib.sha256(context.aws_request_id.encode()).hexdigest()[:12]
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
    results = harvester.read(
        task,
        Harvest(task=task.name, job=event["job"], id=number),
        request=event["request"],
        described=event["described"],
        now=now,
    )
    found = results["report"]
    metrics.add_metric(name="ObjectsLabeled", unit=MetricUnit.Count, value=sum(found["labeled"].values()))
    metrics.add_metric(name="ObjectsUnlabeled", unit=MetricUnit.Count, value=found["unlabeled"])
    logger.info("results", task=task.name, job=event["job"], **found)
    return results
