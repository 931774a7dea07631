"""`python -m streaming replay`: which bucket, which way back, with a progress bar."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from streaming.failure_bucket import FailureBucket
from streaming.failures import PREFIX
from streaming.outputs import output
from streaming.replay_batches import Summary, call, replay_batches
from streaming.resend import resend
from streaming.rewind import rewind
from streaming.sender import Sender

if TYPE_CHECKING:
    from smoke.lake import Lake

BATCHES, REJECTED, ARCHIVE, STREAM = "batches", "rejected", "archive", "stream"
KINDS = (BATCHES, REJECTED, ARCHIVE, STREAM)
# A function may run for 15 minutes; the default of 60 s would call it a second time.
_LONGEST_CALL_SECONDS = 900

_COLUMNS = (
    TextColumn("  {task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("objects, {task.fields[records]:,} records"),
    TimeElapsedColumn(),
)


def run(options: argparse.Namespace, lake: Lake, console: Console) -> int:
    """Replay; 1 if something is left that could not be replayed."""
    if options.what == STREAM:
        return _rewind(options, lake, console)
    bucket = bucket_of(options.what, lake, options.prefix)
    waiting = len(bucket.waiting())
    if not waiting:
        console.print(f"Nothing waits in s3://{bucket.name}/{bucket.prefix}")
        return 0
    with Progress(*_COLUMNS, console=console) as progress:
        bar = progress.add_task("would replay" if options.dry_run else "replaying", total=waiting, records=0)
        seen: set[str] = set()
        records = 0

        def report(key: str, count: int) -> None:
            nonlocal records
            seen.add(key)
            records += count
            progress.update(bar, completed=len(seen), records=records)

        summary = _replay(options, lake, bucket, report)
    _tell(summary, bucket, options.dry_run, console)
    return 1 if summary.problems else 0


def bucket_of(what: str, lake: Lake, prefix: str = "") -> FailureBucket:
    """Find what waits: failed batches and rejected events in the failure bucket, Firehose's errors in its own."""
    zone, kind = {
        BATCHES: ("failures", PREFIX),
        REJECTED: ("failures", "rejected/clicks/"),
        ARCHIVE: ("curated", "_errors/click_archive/"),
    }[what]
    return FailureBucket(lake.client("s3"), lake.bucket(zone), prefix or kind)


def _rewind(options: argparse.Namespace, lake: Lake, console: Console) -> int:
    if options.since is None:
        raise ValueError("--what stream needs --since, for example 2024-06-01T12:00:00Z")
    stream, function, client = output(lake, "StreamName"), output(lake, "ClicksFunctionName"), _lambda(lake)
    with Progress(TextColumn("  {task.description}"), TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task("reading")
        records = 0

        def report(shard: str, count: int) -> None:
            nonlocal records
            records += count
            progress.update(bar, description=f"{records:,} records, {shard}")

        summary = rewind(
            lake.client("kinesis"),
            stream,
            lambda event: call(client, function, event),
            since=options.since,
            until=datetime.now(UTC),
            size=options.batch,
            dry_run=options.dry_run,
            report=report,
        )
    verb = "would be delivered again" if options.dry_run else "delivered again"
    console.print(f"{summary.records:,} records of {summary.objects:,} shards {verb}")
    for shard, problem in summary.problems.items():
        console.print(f"[bold red]left[/] {shard}: {problem}", soft_wrap=True)
    return 1 if summary.problems else 0


def moment(text: str) -> datetime:
    """Read a time in ISO 8601; without an offset it is UTC."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _replay(
    options: argparse.Namespace, lake: Lake, bucket: FailureBucket, report: Callable[[str, int], None]
) -> Summary:
    if options.what == BATCHES:
        to_lake, counters = (output(lake, name) for name in ("ClicksFunctionName", "CountersFunctionName"))
        return replay_batches(
            bucket,
            _lambda(lake),
            functions={to_lake, counters},
            windowed={counters},
            size=options.batch,
            dry_run=options.dry_run,
            report=report,
        )
    sender = Sender(lake.client("kinesis"), output(lake, "StreamName"), sleep=time.sleep)
    return resend(bucket, sender, dry_run=options.dry_run, report=report)


def _lambda(lake: Lake) -> Any:
    make: Any = lake.session.client
    return make("lambda", config=Config(read_timeout=_LONGEST_CALL_SECONDS + 10, retries={"mode": "standard"}))


def _tell(summary: Summary, bucket: FailureBucket, dry_run: bool, console: Console) -> None:
    verb = "would be replayed" if dry_run else "replayed and moved to replayed/"
    console.print(f"{summary.records:,} records of {summary.objects:,} objects {verb}")
    for key, problem in summary.problems.items():
        console.print(f"[bold red]left[/] s3://{bucket.name}/{key}: {problem}", soft_wrap=True)
