"""Fill PutRecords requests within the limits of the service, in order.

Limits: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html. Some regions allow larger records
and requests by now; what fits here fits everywhere.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

REQUEST_RECORDS = 500
REQUEST_BYTES = 5 * 2**20
RECORD_BYTES = 2**20
# To keep order, a request passes over records whose lane it already holds; it looks no further than this.
LOOK_AHEAD = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One record to send.

    `lane` is what order is kept in: the partition key, or the shard if the record holds events of several keys.
    `events` is how many events it carries.
    """

    partition_key: str
    data: bytes
    lane: str
    events: int = 1
    explicit_hash_key: str | None = None

    def __post_init__(self) -> None:
        if self.size > RECORD_BYTES:
            raise ValueError(
                f"a record must not exceed {RECORD_BYTES} bytes with its partition key; got {self.size} "
                f"(key {self.partition_key!r})"
            )

    @property
    def size(self) -> int:
        """Bytes that count against the limits: the data and the partition key."""
        return len(self.data) + len(self.partition_key.encode())


def take(pending: deque[Entry], *, ordered: bool) -> list[Entry]:
    """Remove the records of the next request from `pending` and return them.

    With `ordered` a request holds at most one record of each lane, because PutRecords can refuse a record and accept a
    later one: only what waits for the outcome of its predecessors cannot overtake them.
    """
    batch: list[Entry] = []
    passed: list[Entry] = []
    lanes: set[str] = set()
    size = looked = 0
    while pending and len(batch) < REQUEST_RECORDS and looked < LOOK_AHEAD:
        looked += 1
        entry = pending.popleft()
        if ordered and entry.lane in lanes:
            passed.append(entry)
            continue
        if size + entry.size > REQUEST_BYTES:
            pending.appendleft(entry)
            break
        lanes.add(entry.lane)
        size += entry.size
        batch.append(entry)
    pending.extendleft(reversed(passed))
    return batch
