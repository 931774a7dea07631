"""`python -m streaming produce`: from options to a plan, with a progress bar."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from streaming import sources
from streaming.disorder import Disorder
from streaming.events import Event
from streaming.interrupt import asked_to_stop
from streaming.packing import aggregated, one_by_one
from streaming.producer import Plan, produce
from streaming.sender import Sender, Tally
from streaming.shards import open_shards

_COLUMNS = (
    TextColumn("  {task.description}"),
    BarColumn(),
    TextColumn("{task.completed:,} events"),
    TextColumn("{task.fields[state]}"),
    TimeElapsedColumn(),
)


def run(options: argparse.Namespace, client: Any, stream: str, console: Console) -> int:
    """Send what the options ask for; 130 if it was stopped before the end."""
    plan, total = make_plan(options, client, stream)
    sender = Sender(client, stream, ordered=not options.unordered, sleep=time.sleep, seed=options.seed)
    begun = time.perf_counter()
    with asked_to_stop() as stopped, Progress(*_COLUMNS, console=console) as progress:
        bar = progress.add_task(f"{options.source} to {stream}", total=total, state="")

        def report(tally: Tally) -> None:
            _show(progress, bar, tally, time.perf_counter() - begun)

        tally = produce(plan, sender, stopped=stopped, report=report)
        was_stopped = stopped()
    seconds = time.perf_counter() - begun
    console.print(
        f"{tally.events:,} events in {tally.records:,} records, {tally.requests:,} requests, {tally.bytes:,} bytes, "
        f"{seconds:.1f} s; {tally.refused:,} records were refused at first and sent again"
    )
    if was_stopped:
        console.print(f"Stopped. To go on, add: --skip {options.skip + tally.events}")
    return 130 if was_stopped else 0


def make_plan(options: argparse.Namespace, client: Any, stream: str) -> tuple[Plan, int | None]:
    """Return the plan and how many deliveries there will be, if that is known."""
    events, known, speed = _events(options)
    disorder = Disorder(
        late=options.late,
        late_seconds=options.late_seconds,
        duplicate=options.duplicates,
        out_of_order=options.out_of_order,
        seed=options.seed,
    )
    plan = Plan(
        events=events,
        disorder=disorder,
        speed=speed,
        skip=options.skip,
        limit=options.events,
        pack=aggregated(open_shards(client, stream)) if options.aggregate else one_by_one,
    )
    left = None if known is None or options.duplicates else max(known - options.skip, 0)
    return plan, min((each for each in (left, options.events) if each is not None), default=None)


def _events(options: argparse.Namespace) -> tuple[Iterable[Event], int | None, float]:
    """Return the events, their number, and the speed at which their times are to be followed."""
    now = datetime.now(UTC)
    if options.source == sources.GENERATED:
        generated = sources.generated(
            seed=options.seed,
            rate=options.rate,
            users=options.users,
            now=now,
            speed=options.speed,
            limit=None if options.events is None else options.skip + options.events,
        )
        return generated, None, options.speed
    found = sources.load(options.source, options.packages)
    times = options.times or (sources.ORIGINAL if options.source == sources.SHOP else sources.NOW)
    if times == sources.ORIGINAL:
        return found, len(found), options.speed
    # Moved times have the speed in them already.
    return sources.moved(found, now=now, speed=options.speed), len(found), float(options.speed > 0)


def _show(progress: Progress, bar: TaskID, tally: Tally, seconds: float) -> None:
    state = f"{tally.events / seconds:,.0f}/s" if seconds > 0 else ""
    if tally.refused:
        state += f", {tally.refused:,} refused"
    progress.update(bar, completed=tally.events, state=state)
