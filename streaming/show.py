"""Live counters: what the counting consumer has written, added up over shards and windows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

REFRESH_SECONDS = 1.0
KINDS = ("event", "page", "product")
_BAR_WIDTH = 30

Counts = Counter[tuple[str, str]]


def read_counts(client: Any, table: str, minutes: list[str]) -> Counts:
    """Add up the counters of some minutes (`2024-06-01T12:30`, of arrival, UTC), by kind and name."""
    counts: Counts = Counter()
    for minute in minutes:
        pages = client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="#minute = :minute",
            ExpressionAttributeNames={"#minute": "minute"},
            ExpressionAttributeValues={":minute": {"S": minute}},
        )
        for page in pages:
            for item in page["Items"]:
                counts[item["kind"]["S"], item["name"]["S"]] += int(item["events"]["N"])
    return counts


def last_minutes(now: datetime, count: int) -> list[str]:
    """Name the minutes until now, the newest last."""
    return [(now - timedelta(minutes=back)).strftime("%Y-%m-%dT%H:%M") for back in reversed(range(count))]


def events_counted(counts: Counts) -> int:
    """How many events there were: each has exactly one name."""
    return sum(number for (kind, _), number in counts.items() if kind == "event")


def render(counts: Counts, *, top: int, title: str) -> Table:
    """Draw the most frequent names of each kind as bars."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("kind")
    table.add_column("name")
    table.add_column("events", justify="right")
    table.add_column("", min_width=_BAR_WIDTH)
    most = max(counts.values(), default=1)
    for kind, name, number in _rows(counts, top):
        table.add_row(kind, name, f"{number:,}", "█" * max(1, round(_BAR_WIDTH * number / most)))
    return table


def watch(
    client: Any,
    table: str,
    console: Console,
    *,
    minutes: int,
    top: int,
    until: Callable[[Counts], bool],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> Counts:
    """Show the counters and keep them moving until `until` says that it is enough; return the last ones."""
    started = clock()
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        while True:
            now = clock()
            span = minutes + int((now - started).total_seconds() // 60)
            counts = read_counts(client, table, last_minutes(now, span))
            live.update(render(counts, top=top, title=f"{events_counted(counts):,} events in the last {span} minutes"))
            if until(counts):
                return counts
            sleep(REFRESH_SECONDS)


def _rows(counts: Counts, top: int) -> Iterator[tuple[str, str, int]]:
    each = max(1, top // len(KINDS))
    for kind in KINDS:
        names = Counter({name: number for (of, name), number in counts.items() if of == kind})
        for name, number in sorted(names.most_common(each), key=lambda item: (-item[1], item[0])):
            yield kind, name, number
