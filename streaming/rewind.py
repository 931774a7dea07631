"""Give the function what the stream still holds from a time on: for when the failure destination was denied.

Lambda drops a batch that its destination refuses, and only the stream has its records then, until the retention ends.
The function leaves out what it has written before, so it does not matter that most of them are in the lake.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from streaming.failures import FailedBatch
from streaming.replay import Invoke, replay
from streaming.replay_batches import Report, Summary
from streaming.shards import all_shards

# Of the 6 MB that a call may have; the envelope of a record takes about 500 bytes.
CALL_BYTES = 4_500_000
_ENVELOPE_BYTES = 500
# Five reads a second and shard are allowed, to all consumers together.
_PAUSE_SECONDS = 0.25


def rewind(
    client: Any,
    stream: str,
    invoke: Invoke,
    *,
    since: datetime,
    until: datetime,
    size: int,
    dry_run: bool = False,
    report: Report = lambda key, count: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Summary:
    """Deliver every record that arrived between two times again, shard by shard.

    Parameters
    ----------
    client
        A boto3 Kinesis client.
    invoke
        Calls the function.
    since, until
        Times of arrival, with time zone.
    size
        How many records a call has at most.
    dry_run
        Read and count only.
    """
    arn = client.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    reader = _Reader(client, stream, since, until, sleep)
    summary = Summary()
    for shard in (found["ShardId"] for found in all_shards(client, stream)):
        told = partial(report, shard)
        for page in reader.pages(shard):
            for records in _calls(page, shard, arn):
                summary.records += len(records)
                if dry_run:
                    told(len(records))
                    continue
                replayed = replay(FailedBatch(shard, "", "", shard, records, {}), invoke, size=size, report=told)
                for sequence, reason in replayed.stuck.items():
                    summary.problems.setdefault(shard, f"stuck from {sequence} on: {reason}")
        summary.objects += 1
    return summary


@dataclass(frozen=True)
class _Reader:
    client: Any
    stream: str
    since: datetime
    until: datetime
    sleep: Callable[[float], None]

    def pages(self, shard: str) -> Iterator[Sequence[Any]]:
        """Read the records of a shard that arrived within the span."""
        iterator = self._iterator(shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=self.since)
        while iterator:
            answer = self.client.get_records(ShardIterator=iterator, Limit=10_000)
            found = [record for record in answer["Records"] if record["ApproximateArrivalTimestamp"] <= self.until]
            if found:
                yield found
            if len(found) < len(answer["Records"]) or not (answer["Records"] or answer.get("MillisBehindLatest")):
                return
            self.sleep(_PAUSE_SECONDS)
            iterator = answer.get("NextShardIterator")
            if iterator and found:
                # The calls in between may have taken longer than the five minutes that an iterator lasts.
                last = found[-1]["SequenceNumber"]
                iterator = self._iterator(shard, ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=last)

    def _iterator(self, shard: str, **place: Any) -> str:
        answer = self.client.get_shard_iterator(StreamName=self.stream, ShardId=shard, **place)
        return str(answer["ShardIterator"])


def _calls(page: Sequence[Any], shard: str, arn: str) -> Iterator[tuple[dict[str, Any], ...]]:
    """Split a page into events that fit a call."""
    taken: list[dict[str, Any]] = []
    total = 0
    for each in page:
        record = _record(each, shard, arn)
        length = len(record["kinesis"]["data"]) + len(each["PartitionKey"]) + _ENVELOPE_BYTES
        if taken and total + length > CALL_BYTES:
            yield tuple(taken)
            taken, total = [], 0
        taken.append(record)
        total += length
    yield tuple(taken)


def _record(found: Any, shard: str, arn: str) -> dict[str, Any]:
    """Write a record as Lambda does.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
    """
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": found["PartitionKey"],
            "sequenceNumber": found["SequenceNumber"],
            "data": base64.b64encode(found["Data"]).decode(),
            "approximateArrivalTimestamp": found["ApproximateArrivalTimestamp"].timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{found['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "awsRegion": arn.split(":")[3],
        "eventSourceARN": arn,
    }
