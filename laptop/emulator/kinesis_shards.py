"""The shards of a stream: splits, merges and reads that lose nothing. Pure, on the emulator's stream documents.

The emulator drops a shard, and every record in it, when it is split or merged. Here a shard that is split or merged is
closed: it takes no records, and stays to be read until its last record has expired.

| behaviour | source (Kinesis Data Streams developer guide and API) |
|---|---|
| a closed parent stays readable until its retention ends; its range has an EndingSequenceNumber | "Resharding" |
| children name their parents | API, Shard |
| a count may at most double and at least halve | API, UpdateShardCount |
| at most 10,000 records and 10 MiB per read | API, GetRecords |
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

READ_LIMIT_RECORDS = 10_000
READ_LIMIT_BYTES = 10 * 1024 * 1024
_HASH_KEYS = 2**128


def split(stream: Json, shard_id: str, new_start: int, next_number: Callable[[], str]) -> None:
    """Replace an open shard by two; `new_start` begins the second one's hash keys."""
    shard = stream["shards"][shard_id]
    first, last = _range(shard)
    _replace(stream, [shard_id], [(first, new_start - 1), (new_start, last)], next_number)


def merge(stream: Json, shard_id: str, adjacent_id: str, next_number: Callable[[], str]) -> None:
    """Replace two adjacent open shards by one."""
    ranges = [_range(stream["shards"][name]) for name in (shard_id, adjacent_id)]
    whole = (min(first for first, _ in ranges), max(last for _, last in ranges))
    _replace(stream, [shard_id, adjacent_id], [whole], next_number)


def are_adjacent(stream: Json, shard_id: str, other_id: str) -> bool:
    """Tell whether the hash keys of two open shards touch."""
    (first, last), (other_first, other_last) = (_range(stream["shards"][name]) for name in (shard_id, other_id))
    return last + 1 == other_first or other_last + 1 == first


def resize(stream: Json, count: int, next_number: Callable[[], str]) -> None:
    """Replace all open shards by `count` of equal size."""
    size = _HASH_KEYS // count
    ranges = [(i * size, (i + 1) * size - 1 if i < count - 1 else _HASH_KEYS - 1) for i in range(count)]
    _replace(stream, list(stream["shards"]), ranges, next_number)


def all_shards(stream: Json) -> dict[str, Json]:
    """Return open and closed shards in the order of their ids."""
    return dict(sorted({**stream.get("closed_shards", {}), **stream["shards"]}.items()))


def open_shard_count(stream: Json) -> int:
    return len(stream["shards"])


def forget_expired(stream: Json, now: float) -> None:
    """Drop the closed shards whose retention is over."""
    oldest = now - stream["RetentionPeriodHours"] * 3600
    closed = stream.get("closed_shards", {})
    gone = {name for name, shard in closed.items() if _closed_at(shard) < oldest}
    if gone:
        stream["closed_shards"] = {name: shard for name, shard in closed.items() if name not in gone}


def parents(shard: Json) -> list[str]:
    """Return the ids of the shards whose hash keys a shard has taken over."""
    named = [shard.get("parent_shard_id"), shard.get("adjacent_parent_shard_id")]
    return shard.get("all_parents") or [name for name in named if name]


def read(shard: Json, after: str | None, limit: int = READ_LIMIT_RECORDS) -> list[Json]:
    """Return the records after a sequence number, at most `limit` and 10 MiB; at least one if there is one."""
    records = shard["records"]
    start = bisect_right(records, after, key=lambda record: record["SequenceNumber"]) if after else 0
    return list(_within_bytes(records[start : start + min(limit, READ_LIMIT_RECORDS)]))


def last_number(shard: Json) -> str | None:
    """Return the sequence number of the newest record, or None."""
    records = shard["records"]
    return records[-1]["SequenceNumber"] if records else None


def _within_bytes(records: list[Json]) -> Iterator[Json]:
    size = 0
    for index, record in enumerate(records):
        size += len(record["Data"]) * 3 // 4
        if index and size > READ_LIMIT_BYTES:
            return
        yield record


def _replace(stream: Json, old: list[str], ranges: list[tuple[int, int]], next_number: Callable[[], str]) -> None:
    replaced = {name: stream["shards"][name] for name in old}
    index = max(int(name.rpartition("-")[2]) for name in all_shards(stream)) + 1
    children = {
        f"shardId-{index + offset:012d}": _child(keys, replaced, next_number) for offset, keys in enumerate(ranges)
    }
    kept = {name: shard for name, shard in stream["shards"].items() if name not in replaced}
    stream["shards"] = {**kept, **children}
    for shard in replaced.values():
        shard["ending_sequence_number"] = next_number()
    stream["closed_shards"] = {**stream.get("closed_shards", {}), **replaced}


def _child(keys: tuple[int, int], replaced: dict[str, Json], next_number: Callable[[], str]) -> Json:
    first, last = keys
    before = [name for name, shard in replaced.items() if _range(shard)[0] <= last and first <= _range(shard)[1]]
    return {
        "records": [],
        "starting_hash_key": str(first),
        "ending_hash_key": str(last),
        "starting_sequence_number": next_number(),
        "parent_shard_id": before[0],
        "adjacent_parent_shard_id": before[1] if len(before) > 1 else None,
        "all_parents": before,
    }


def _closed_at(shard: Json) -> float:
    # The emulator's sequence numbers begin with the milliseconds of their time.
    return int(shard["ending_sequence_number"][:20]) / 1000


def _range(shard: Json) -> tuple[int, int]:
    return int(shard["starting_hash_key"]), int(shard["ending_hash_key"])
