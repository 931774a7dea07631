"""Streaming: records per second and core of the handlers, and end to end on the laptop."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks import document, machine, streaming_laptop
from benchmarks.streaming_cost import per_million
from benchmarks.streaming_rivals import Event, Handler, bare, batches, counters, powertools, to_lake

RECORDS, BATCH, MEMORY_MIB = 20_000, 2_000, 1024
END_TO_END = 100_000

BARE, LAKE, COUNTERS = "(a) base64 and JSON, nothing else", "`clickstream_to_lake`", "`clickstream_counters`"
EACH, TOGETHER = "(b) Powertools, one object a record", "Powertools, one write a batch"

CANDIDATES: dict[str, Callable[[], Handler]] = {
    BARE: bare,
    LAKE: to_lake,
    COUNTERS: counters,
    EACH: lambda: powertools(objects=True),
    TOGETHER: lambda: powertools(objects=False),
}


@dataclass(frozen=True)
class Result:
    """The least disturbed of several runs."""

    name: str
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return RECORDS / self.cpu_seconds


def run(repeats: int) -> str:
    """Measure the candidates in turn, then the whole way on the laptop, and return the report."""
    where = machine.describe()
    events = batches(RECORDS, BATCH)
    rounds = [[_measure(name, events) for name in CANDIDATES] for _ in range(repeats)]
    results = [min(column, key=lambda result: result.cpu_seconds) for column in zip(*rounds, strict=True)]
    return report(results, streaming_laptop.measure(END_TO_END), where)


def _measure(name: str, events: Sequence[Event]) -> Result:
    handler, given = CANDIDATES[name](), copy.deepcopy(events)
    # The first requests of an SDK client load its definitions.
    handler({"Records": given[0]["Records"][:1]})
    begun = time.process_time()
    for event in given:
        handler(event)
    return Result(name, time.process_time() - begun)


def report(results: Sequence[Result], laptop: streaming_laptop.Passage, where: str) -> str:
    """Return a table of handlers, a sentence about the laptop, and a table of costs."""
    speed = {result.name: result.per_second for result in results}
    headings = ["handler", "records/s and core", "share of (a)", "times (b)"]
    rows = [
        [name, f"{each:,.0f}", f"{each / speed[BARE]:.3f}", f"{each / speed[EACH]:.1f}"] for name, each in speed.items()
    ]
    cost = per_million(speed[LAKE], memory_mib=MEMORY_MIB, batch=BATCH, writes=1)
    return (
        f"{where} {RECORDS:,} records in batches of {BATCH:,}; processor time, with an S3 that answers at once.\n\n"
        + document.table(headings, rows)
        + f"\n\nEnd to end on the laptop: {laptop.records:,} records in {laptop.seconds:.1f} s from the first delivery "
        f"to the last object in S3, **{laptop.per_second:,.0f} records/s**; PutRecords took {laptop.put_seconds:.1f} s "
        "before that.\n\n"
        f"A million events through `clickstream_to_lake` ({MEMORY_MIB} MiB, {BATCH:,} a call, one object a call), from "
        f"the measured speed and list prices of us-east-1 (`benchmarks/streaming_cost.py`): "
        f"**${cost.total:.3f}**, of which duration ${cost.duration:.4f}, calls ${cost.requests:.4f}, S3 requests "
        f"${cost.storage_requests:.4f} and PutRecords ${cost.stream:.4f}; the stream's shards cost $0.015 an hour each "
        "besides."
    )
