"""What must be true of a run: each record's parts are somewhere, once, and unharmed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from clickstream_to_lake.objects import unpack

from tests.simulation.stores import Bucket
from tests.simulation.traffic import Position
from tests.simulation.world import World, original_bytes

LOST, DOUBLED, HARMED, MISPLACED = "lost", "doubled", "harmed", "misplaced"


def rows(bucket: Bucket) -> list[tuple[Position, dict[str, Any]]]:
    """Read every line of every object."""
    found = []
    for content in bucket.objects.values():
        for line in unpack(content):
            row = json.loads(line)
            found.append(((row["sequence_number"], row["sub_sequence"]), row))
    return found


def violations(world: World, *, recovered: bool) -> Counter[str]:
    """Count what is wrong.

    Before recovery, a part may wait in the failure bucket, whole; it may even be in the sink as well, if the function
    was killed between the write and its answer. After it, each part is in the sink or in quarantine, and never in both.
    """
    sink, quarantine = rows(world.raw), rows(world.quarantine)
    wrong = Counter[str]()
    for held in (sink, quarantine):
        wrong[DOUBLED] += len(held) - len({position for position, _ in held})
    in_sink, in_quarantine = dict(sink), dict(quarantine)
    wrong[DOUBLED] += len(in_sink.keys() & in_quarantine.keys())
    parked = set() if recovered else world.payloads_of_failures()
    for sent in world.sent:
        for position, part in sent.positions():
            right, other = (in_sink, in_quarantine) if part.event else (in_quarantine, in_sink)
            wrong[MISPLACED] += position in other
            if position in right:
                wrong[HARMED] += not _is_whole(right[position], part.event, part.data)
            else:
                wrong[LOST] += position[0] not in parked
    return +wrong


def event_ids(world: World) -> set[str]:
    """Name the events in the sink: what a query that counts distinct ids sees."""
    return {row["event_id"] for _, row in rows(world.raw)}


def _is_whole(row: dict[str, Any], event: dict[str, Any] | None, data: bytes) -> bool:
    if event is None:
        return original_bytes(row) == data and bool(row["reason"]) and bool(row["contract_version"])
    return {name: row[name] for name in event} == event
