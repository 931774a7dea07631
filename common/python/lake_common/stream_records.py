"""Records as Lambda takes them from a Kinesis stream.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
"""

from __future__ import annotations

import binascii
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lake_common.kpl import MAGIC, deaggregate

KinesisRecord = Mapping[str, Any]


class Body(NamedTuple):
    """What one user record holds: its bytes, or the text that should have been base64."""

    sub_sequence: int
    data: bytes
    is_base64: bool = True


def bodies(record: KinesisRecord) -> Iterator[Body]:
    """Yield the user records of a Kinesis record: one, or those that the producer library packed into it."""
    text = record["kinesis"]["data"]
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        yield Body(0, str(text).encode("utf-8", "backslashreplace"), is_base64=False)
        return
    packed = deaggregate(data) if data[:4] == MAGIC else None
    if packed is None:
        yield Body(0, data)
    else:
        for sub_sequence, each in enumerate(packed):
            yield Body(sub_sequence, each)


def sequence_number(record: KinesisRecord) -> str:
    return str(record["kinesis"]["sequenceNumber"])


def shard_of(records: Sequence[KinesisRecord]) -> str:
    """Shard of a batch.

    Raises
    ------
    ValueError
        If the records come from several shards, where "the first failed record" has no meaning.
    """
    shards = {record["eventID"].partition(":")[0] for record in records}
    if len(shards) != 1:
        raise ValueError(f"a batch must be of one shard; got {sorted(shards)}")
    return str(shards.pop())


class Arrivals:
    """When records arrived, as text. Many arrive in the same second, so the larger part is made once."""

    def __init__(self) -> None:
        self._seconds: dict[int, str] = {}

    def text(self, record: KinesisRecord) -> str:
        """Give a record's arrival as ISO 8601 in UTC, in milliseconds."""
        milliseconds = round(record["kinesis"]["approximateArrivalTimestamp"] * 1000)
        second, rest = divmod(milliseconds, 1000)
        known = self._seconds.get(second)
        if known is None:
            known = dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._seconds[second] = known
        return f"{known}.{rest:03d}Z"
