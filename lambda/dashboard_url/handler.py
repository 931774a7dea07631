"""Entry: the address of a dashboard for one visit."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from dashboard_url.quicksight import Embedding
from dashboard_url.settings import Settings
from dashboard_url.visits import visit

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForRegisteredUser.html
_VALID = timedelta(minutes=5)

logger = Logger()

_settings = Settings.read(os.environ)
_config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=10)
_embedding = Embedding(boto3.client("quicksight", config=_config), _settings)


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Return `url`, which opens once, and `expires`, until when. What is not allowed raises; the log has no address."""
    wanted = visit(event, _settings)
    now = datetime.now(UTC)
    url = _embedding.url(wanted)
    logger.info("address", visit=type(wanted).__name__, dashboard=wanted.dashboard, user=getattr(wanted, "user", None))
    return {"url": url, "expires": (now + _VALID).isoformat(timespec="seconds")}
