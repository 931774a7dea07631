"""Where each mapping stands in each shard; it survives a restart of the emulator.

A lane's checkpoint is written after its function succeeded, so what was under way when the emulator was killed is
delivered again: at least once, as on AWS.
"""

from __future__ import annotations

from laptop.emulator.registry import Json
from laptop.emulator.store import Store

_store = Store("lambda-stream-positions")


def start_at(mapping: str, latest: dict[str, str | None]) -> None:
    """Note the newest record of each shard when a mapping with StartingPosition LATEST was made."""
    _store.put(f"{mapping}|start", latest)


def begins_after(mapping: str, shard: str) -> str | None:
    """Return the sequence number after which a mapping begins in a shard, or None for its first record."""
    start: Json = _store.get(f"{mapping}|start") or {}
    return start.get(shard)


def checkpoint(mapping: str, shard: str, lane: int, factor: int) -> str | None:
    """Return the last done sequence number of a lane, or where it begins."""
    found = _store.get(_key(mapping, shard, lane, factor))
    if found:
        return str(found["done"])
    others = _of_other_factors(mapping, shard)
    return min(others) if others else begins_after(mapping, shard)


def advance(mapping: str, shard: str, lane: int, factor: int, done: str) -> None:
    """Note that a lane is done up to a sequence number."""
    _store.put(_key(mapping, shard, lane, factor), {"done": done})


def finish(mapping: str, shard: str) -> None:
    """Note that every record of a closed shard is done: its children may begin."""
    _store.put(f"{mapping}|finished|{shard}", {})


def is_finished(mapping: str, shard: str) -> bool:
    return _store.get(f"{mapping}|finished|{shard}") is not None


def forget(mapping: str) -> None:
    """Drop what is known of a deleted mapping."""
    for key, _ in list(_store.items(f"{mapping}|")):
        _store.delete(key)


def _key(mapping: str, shard: str, lane: int, factor: int) -> str:
    return f"{mapping}|lane|{shard}|{factor}|{lane}"


def _of_other_factors(mapping: str, shard: str) -> list[str]:
    """Return the checkpoints under another ParallelizationFactor, if each of its lanes has one."""
    by_factor: dict[int, list[str]] = {}
    for key, found in _store.items(f"{mapping}|lane|{shard}|"):
        by_factor.setdefault(int(key.split("|")[3]), []).append(str(found["done"]))
    complete = [min(done) for factor, done in by_factor.items() if len(done) == factor]
    return [max(complete)] if complete else []
