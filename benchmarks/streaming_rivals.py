"""The stream's handlers and what they are measured against. S3 answers at once: only the processor's time counts."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from clickstream_counters.windows import count
from clickstream_to_lake.bucket import Bucket
from clickstream_to_lake.delivery import Sinks, deliver
from lake_common.stream_events import EventCheck, partition_of

from benchmarks import instant_s3
from contracts.loader import load
from streaming.generator import poisson

START = datetime(2024, 6, 1, 12, tzinfo=UTC)
RATE = 500.0
SHARD = "shardId-000000000000"

Event = dict[str, Any]
Handler = Callable[[Event], object]


def batches(records: int, size: int) -> list[Event]:
    """Make events as Lambda passes them: generated clicks of one shard, in batches."""
    events = poisson(seed=0, rate=RATE, start=START)
    numbered = enumerate(itertools.islice(events, records))
    made = [_record(number, event.encode(), event.user_id) for number, event in numbered]
    return [{"Records": made[begin : begin + size]} for begin in range(0, records, size)]


def bare() -> Handler:
    """Decode base64 and JSON, and nothing else."""

    def handle(event: Event) -> None:
        for record in event["Records"]:
            json.loads(base64.b64decode(record["kinesis"]["data"]))

    return handle


def to_lake() -> Handler:
    """The lake's consumer."""
    check, sinks = EventCheck(load("clicks")), Sinks(raw=_bucket(), failures=_bucket())

    def handle(event: Event) -> object:
        outcome = deliver(event, check=check, sinks=sinks)
        if outcome.errors or outcome.rejected:
            raise RuntimeError(f"every record must be written; got {outcome}")
        return outcome.response

    return handle


def counters() -> Handler:
    """The lake's counters: a window that goes on from batch to batch."""
    check = EventCheck(load("clicks"))
    state: dict[str, Any] = {}
    window = {"window": {"start": "2024-06-01T12:00:00Z", "end": "2024-06-01T12:01:00Z"}, "shardId": SHARD}

    def handle(event: Event) -> None:
        nonlocal state
        answer = count({**event, **window, "state": state, "isFinalInvokeForWindow": False}, check).response
        # Lambda carries the state as JSON.
        state = json.loads(json.dumps(answer["state"]))

    return handle


def powertools(*, objects: bool) -> Handler:
    """The same job as its guide shows it: a record handler for Powertools' BatchProcessor.

    Parameters
    ----------
    objects
        Whether each record is written on its own; otherwise the rows of a batch are gathered and written together.
    """
    check, bucket, processor = EventCheck(load("clicks")), _bucket(), BatchProcessor(EventType.KinesisDataStreams)
    gathered: dict[str, list[str]] = {}

    def record_handler(record: KinesisStreamRecord) -> None:
        event = check.read(record.kinesis.data_as_bytes())[1]
        arrived = datetime.fromtimestamp(record.kinesis.approximate_arrival_timestamp, UTC).isoformat()
        row = event | {
            "arrival_time": arrived,
            "shard_id": SHARD,
            "sequence_number": record.kinesis.sequence_number,
            "sub_sequence": 0,
            "consumer_version": "1.0.0",
        }
        day, hour = partition_of(event["event_time"], arrived[:10])
        folder = f"clicks/event_date={day}/event_hour={hour}/"
        if objects:
            bucket.create(f"{folder}{record.kinesis.sequence_number}.json.gz", _packed([json.dumps(row)]))
        else:
            gathered.setdefault(folder, []).append(json.dumps(row))

    def handle(event: Event) -> object:
        answer = process_partial_response(event, record_handler, processor)
        if answer["batchItemFailures"]:
            raise RuntimeError(f"every record must be written; got {answer}")
        for folder, lines in gathered.items():
            bucket.create(f"{folder}{event['Records'][0]['eventID']}.json.gz", _packed(lines))
        gathered.clear()
        return answer

    return handle


def _bucket() -> Bucket:
    return Bucket(instant_s3.client(), "lake")


def _packed(lines: list[str]) -> bytes:
    return zlib.compress("\n".join(lines).encode(), 1, 16 + zlib.MAX_WBITS)


def _record(number: int, data: bytes, key: str) -> Event:
    sequence = str(49590338271490256608559692538361571095921575989136588898 + number)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": key,
            "sequenceNumber": sequence,
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": START.timestamp() + number / RATE,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{SHARD}:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::000000000000:role/consumer",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/clicks",
    }
