"""What a failure destination receives. Pure.

S3 gets the metadata and, as escaped JSON, the event itself; SQS and SNS get the metadata only.
Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from laptop.emulator.esm.lane import Discard

Json = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """A batch that Lambda gave up.

    Attributes
    ----------
    error
        The function's last error: "Unhandled", or None if it was not called or reported the failure itself.
    at
        Seconds since 1970.
    """

    mapping: str
    function_arn: str
    stream_arn: str
    shard: str
    discard: Discard
    error: str | None
    request_id: str
    at: float


def metadata(failure: Failure) -> Json:
    """Return the document for SQS and SNS."""
    batch = failure.discard.batch
    first, last = batch.records[0], batch.records[-1]
    document: Json = {
        "requestContext": {
            "requestId": failure.request_id,
            "functionArn": failure.function_arn,
            "condition": failure.discard.condition,
            "approximateInvokeCount": batch.invocations,
        },
        "version": "1.0",
        "timestamp": _stamp(failure.at),
        "KinesisBatchInfo": {
            "shardId": failure.shard,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": _stamp(first.arrival),
            "approximateArrivalOfLastRecord": _stamp(last.arrival),
            "batchSize": len(batch.records),
            "streamArn": failure.stream_arn,
        },
    }
    if batch.invocations:
        context: Json = {"statusCode": 200, "executedVersion": "$LATEST"}
        if failure.error:
            context["functionError"] = failure.error
        document["responseContext"] = context
    return document


def with_payload(failure: Failure, event: Json) -> Json:
    """Return the document for S3."""
    return {**metadata(failure), "payload": json.dumps(event)}


def object_key(failure: Failure, unique: str) -> str:
    """Return `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<unique>`."""
    moment = datetime.fromtimestamp(failure.at, UTC)
    return f"aws/lambda/{failure.mapping}/{failure.shard}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{unique}"


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
