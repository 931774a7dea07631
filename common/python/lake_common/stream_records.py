"""Records as Lambda takes them from a Kinesis stream.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
"""

from __future__ import annotations

import binascii
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lake_common.kpl import MAGIC, deaggregate

KinesisRecord = Mapping[str, Any]


class NotBase64Error(ValueError):
    """The data of a record is not base64; `data` is what it is."""

    def __init__(self, data: bytes) -> None:
        super().__init__("data must be base64")
        self.data = data


def user_records(record: KinesisRecord) -> list[bytes]:
    """Decode a Kinesis record: usually one user record, or those that the producer library packed into it.

    Raises
    ------
    NotBase64Error
        If it cannot be decoded.
    """
    text = record["kinesis"]["data"]
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise NotBase64Error(str(text).encode("utf-8", "backslashreplace")) from error
    if data[:4] == MAGIC and (packed := deaggregate(data)) is not None:
        return packed
    return [data]


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
        milliseconds = int(record["kinesis"]["approximateArrivalTimestamp"] * 1000 + 0.5)
        second = milliseconds // 1000
        known = self._seconds.get(second)
        if known is None:
            known = dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._seconds[second] = known
        return f"{known}.{milliseconds % 1000:03d}Z"
