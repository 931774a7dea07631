"""Entry: what was used today and yesterday, into the table `usage`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from usage_history import days, history
from usage_history.rows import Row, by_day, of_job, of_query, pack
from usage_history.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_settings = Settings.read(os.environ)
# Athena lets an account list five pages a second, which people's tools share: botocore slows down by itself.
_config = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, connect_timeout=2, read_timeout=30)
_athena = boto3.client("athena", config=_config)
_glue = boto3.client("glue", config=_config)
_s3 = boto3.client("s3", config=_config)


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, dict[str, float]]:
    """Write the rows of each day anew: any number of times, the table is the same. Return rows and cost by day."""
    wanted = days.wanted(event, datetime.now(UTC))
    found = by_day(_rows(days.beginning(wanted[0])), wanted)
    report = {}
    for day, rows in found.items():
        if rows:
            _s3.put_object(Bucket=_settings.bucket, Key=days.key(_settings.prefix, day), Body=pack(rows))
        report[day.isoformat()] = {"rows": len(rows), "cost_usd": round(sum(row.cost_usd for row in rows), 6)}
    logger.info("usage", days=report)
    return report


def _rows(since: datetime) -> Iterator[Row]:
    prices = _settings.prices
    for workgroup in _settings.workgroups:
        for execution in history.queries(_athena, workgroup, since):
            if row := of_query(execution, prices):
                yield row
    for team, job in _settings.jobs.items():
        for run in history.runs(_glue, job, since):
            if row := of_job(run, team, prices):
                yield row
