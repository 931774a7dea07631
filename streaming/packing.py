"""Turn events into Kinesis records: one each, or many in one (KPL aggregation)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from streaming.batches import Entry
from streaming.events import Event
from streaming.kpl import UserRecord, aggregate

# The default of the Kinesis Producer Library (AggregationMaxSize).
AGGREGATE_BYTES = 51_200


@dataclass(frozen=True)
class Shard:
    """An open shard and the range of hashed partition keys that it takes, both ends included."""

    shard_id: str
    first_hash: int
    last_hash: int


def plain(event: Event) -> Entry:
    """Give an event a record of its own."""
    return Entry(event.user_id, event.encode(), lane=event.user_id)


def shard_of(partition_key: str, shards: Sequence[Shard]) -> Shard:
    """Find the shard of a partition key: Kinesis takes its MD5 as a number.

    Raises
    ------
    ValueError
        If no shard covers the key's hash.
    """
    hashed = int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest(), "big")
    for shard in shards:
        if shard.first_hash <= hashed <= shard.last_hash:
            return shard
    raise ValueError(f"the open shards must cover every hash; none of {len(shards)} takes {partition_key!r}")


@dataclass
class Packer:
    """Collect events by shard until a record is full.

    All events of a record belong to one shard, so a consumer sees each where it would without aggregation. If the
    stream is resharded meanwhile, they stay together on one of the children.
    """

    shards: Sequence[Shard]
    limit_bytes: int = AGGREGATE_BYTES
    _held: dict[str, list[UserRecord]] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)
    _shard_of_key: dict[str, str] = field(default_factory=dict)

    def add(self, event: Event) -> Iterator[Entry]:
        """Take an event in; yield the record that it no longer fits into, if there is one."""
        key = event.user_id
        if key not in self._shard_of_key:
            self._shard_of_key[key] = shard_of(key, self.shards).shard_id
        shard = self._shard_of_key[key]
        record = UserRecord(key, event.encode())
        # The format adds some bytes to each event: tags and lengths, and the key where it is new.
        size = len(record.data) + len(key.encode()) + 16
        if shard in self._held and self._sizes[shard] + size > self.limit_bytes:
            yield self._close(shard)
        self._held.setdefault(shard, []).append(record)
        self._sizes[shard] = self._sizes.get(shard, 0) + size

    def flush(self) -> Iterator[Entry]:
        """Yield what is held."""
        for shard in list(self._held):
            yield self._close(shard)

    def _close(self, shard: str) -> Entry:
        records = self._held.pop(shard)
        del self._sizes[shard]
        return Entry(records[0].partition_key, aggregate(records), lane=shard, events=len(records))


Pack = Callable[[Iterable[Event | None]], Iterator[Entry | None]]


def one_by_one(events: Iterable[Event | None]) -> Iterator[Entry | None]:
    """Pack without aggregation; None (nothing is due) passes through."""
    for event in events:
        yield None if event is None else plain(event)


def aggregated(shards: Sequence[Shard]) -> Pack:
    """Pack with aggregation; what is held goes out when nothing is due."""

    def pack(events: Iterable[Event | None]) -> Iterator[Entry | None]:
        packer = Packer(shards)
        for event in events:
            if event is None:
                yield from packer.flush()
                yield None
            else:
                yield from packer.add(event)
        yield from packer.flush()

    return pack
