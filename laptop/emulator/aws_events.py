"""Events that AWS services put on the default event bus of the account. `PutEvents` refuses their sources."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

logger = logging.getLogger("laptop.events")

# Called with source, detail type and detail of every event of our own services.
Listener = Callable[[str, str, dict[str, Any]], object]
listeners: list[Listener] = []


def emit(source: str, detail_type: str, detail: dict[str, Any], resources: Sequence[str] = ()) -> None:
    """Put an event on the caller's default bus; rules and targets see it before this returns.

    Parameters
    ----------
    source
        The service, e.g. `aws.glue`.
    detail_type
        What happened, e.g. `Glue Job State Change`.
    """
    from ministack.services import eventbridge  # noqa: PLC0415 (only the emulator's process has it)

    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "Resources": list(resources)}
    eventbridge._ensure_default_bus()
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    logger.info("%s: %s", source, detail_type)
    for listener in listeners:
        listener(source, detail_type, detail)
