"""The event that a function gets. Pure.

Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, "Example Kinesis record event"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from laptop.emulator.esm.lane import Record

Json = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """Where the records of an event come from.

    Attributes
    ----------
    source_arn
        The stream or, with enhanced fan-out, its consumer, as the mapping names it.
    role_arn
        The function's role, under which Lambda reads.
    """

    source_arn: str
    shard: str
    region: str
    role_arn: str


def event_of(origin: Origin, records: Iterable[Record], window: Json | None = None) -> Json:
    """Return the event of a batch; `window` adds what a tumbling window says."""
    event: Json = {"Records": [_record(origin, record) for record in records]}
    if window is not None:
        event |= {**window, "shardId": origin.shard, "eventSourceARN": origin.source_arn}
    return event


def _record(origin: Origin, record: Record) -> Json:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": record.sequence_number,
            "data": record.data,
            "approximateArrivalTimestamp": record.arrival,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{origin.shard}:{record.sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": origin.role_arn,
        "awsRegion": origin.region,
        "eventSourceARN": origin.source_arn,
    }
