"""What Lambda leaves in the failure bucket when it gives a batch up.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

# Lambda's own key layout: aws/lambda/<mapping>/<shard>/YYYY/MM/DD/...
PREFIX = "aws/lambda/"

Record = Mapping[str, Any]


class UnreadableError(ValueError):
    """An object that no event source mapping has written, or not whole."""


@dataclass(frozen=True)
class FailedBatch:
    """One object of the failure bucket: records of one shard that a function did not manage."""

    key: str
    function_arn: str
    condition: str
    shard: str
    records: Sequence[Record]
    window: Mapping[str, Any]

    @property
    def function(self) -> str:
        """Name of the function, without version or alias."""
        return self.function_arn.split(":")[6]

    def as_window(self) -> Self:
        """Give it a window, if its payload has none: the minute in which its first record arrived."""
        if self.window or not self.records:
            return self
        first = self.records[0]
        arrival = datetime.fromtimestamp(first["kinesis"]["approximateArrivalTimestamp"], UTC)
        start = arrival.replace(second=0, microsecond=0)
        span = {"start": _stamp(start), "end": _stamp(start + timedelta(minutes=1))}
        return replace(
            self, window={"window": span, "shardId": self.shard, "eventSourceARN": first.get("eventSourceARN", "")}
        )


def parse(key: str, body: bytes) -> FailedBatch:
    """Read an object of the failure bucket.

    Raises
    ------
    UnreadableError
        If it is not what Lambda writes there; the message says what is missing.
    """
    try:
        document = json.loads(body)
        payload = json.loads(document["payload"])
        context = document["requestContext"]
        return FailedBatch(
            key=key,
            function_arn=context["functionArn"],
            condition=context["condition"],
            shard=document["KinesisBatchInfo"]["shardId"],
            records=tuple(payload["Records"]),
            window={name: payload[name] for name in ("window", "shardId", "eventSourceARN") if name in payload},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableError(
            f"{key} must be a failed batch as Lambda writes it, with its payload; got {error!r}"
        ) from error


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
