"""Events of a stream as Lambda passes them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from lake_common.stream_events import EventCheck

from contracts.loader import load
from tests.unit.lambda_support import ARRIVED, FIRST, SHARD, Make


@pytest.fixture(scope="session")
def check() -> EventCheck:
    return EventCheck(load("clicks"))


@pytest.fixture(scope="session")
def click() -> Make:
    """Make an event that keeps the contract; arguments replace fields."""

    def make(number: int = 0, **fields: Any) -> dict[str, Any]:
        return {
            "event_id": f"e-{number}",
            "user_id": "u-1",
            "session_id": None,
            "event": "product_view",
            "page": "/catalog",
            "product": f"p-{number % 3}",
            "value": None,
            "event_time": "2026-11-21T15:04:05.000Z",
            "source": "shop",
            "schema_version": 1,
        } | fields

    return make


@pytest.fixture(scope="session")
def record() -> Make:
    """Make a Kinesis record of an event, or of bytes, or of text that should be base64."""

    def make(number: int, content: dict[str, Any] | bytes | str, arrived: float = ARRIVED) -> dict[str, Any]:
        data = json.dumps(content).encode() if isinstance(content, dict) else content
        sequence = str(FIRST + number)
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "u-1",
                "sequenceNumber": sequence,
                "data": data if isinstance(data, str) else base64.b64encode(data).decode(),
                "approximateArrivalTimestamp": arrived,
            },
            "eventSource": "aws:kinesis",
            "eventID": f"{SHARD}:{sequence}",
            "eventName": "aws:kinesis:record",
        }

    return make
