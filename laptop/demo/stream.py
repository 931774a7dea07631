"""Events through Kinesis: live counters, the raw zone, and the archive of Firehose."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from rich.console import Console

from laptop.launcher import LaptopError

if TYPE_CHECKING:
    from laptop.demo.lake import Lake
    from laptop.demo.pipelines import Pipelines

PRODUCT, TABLE, ARCHIVE = "clickstream", "clicks", "click_archive"
# Not what somebody else has sent meanwhile.
OURS = "source = 'shop'"
# Every hundredth event is sent twice, every fiftieth is overtaken: the lake must not care.
DISORDER = ("--duplicates", "0.01", "--out-of-order", "0.02", "--seed", "1")
TIMEOUT_SECONDS = 180
_POLL_SECONDS = 0.5


def run(lake: Lake, pipelines: Pipelines, console: Console) -> str:
    """Send a shop's events, watch the counters, curate what arrived; say what became of the events.

    Raises
    ------
    LaptopError
        Events are lost, doubled, or do not arrive in time.
    """
    from datasets.catalogue import dataset  # noqa: PLC0415

    sent = dataset(TABLE).rows
    if _ids(lake, TABLE) < sent:
        _send(console)
        _watch(lake, console, sent)
        _curate(lake, pipelines, sent)
    archived = _wait_for_archive(lake, sent)
    rows = int(lake.query(f"SELECT count(*) FROM {TABLE} WHERE {OURS}").frame.iloc[0, 0])  # noqa: S608
    if (rows, _ids(lake, TABLE)) != (sent, sent):
        raise LaptopError(f"each of {sent} events must be in {TABLE} once; got {rows} rows, {_ids(lake, TABLE)} ids")
    return f"{sent:,} events, each once in {TABLE}, though some were sent twice; {archived:,} ids in {ARCHIVE}"


def _send(console: Console) -> None:
    from streaming.__main__ import main as streaming  # noqa: PLC0415

    console.print("   [dim]python -m streaming produce --times now " + " ".join(DISORDER) + "[/]")
    status = streaming(["produce", "--times", "now", *DISORDER])
    if status:
        raise LaptopError(f"the producer must succeed; it ended with status {status}")


def _watch(lake: Lake, console: Console, sent: int) -> None:
    from streaming.show import Counts, events_counted, watch  # noqa: PLC0415

    end = time.monotonic() + TIMEOUT_SECONDS

    def enough(counts: Counts) -> bool:
        if time.monotonic() > end:
            raise LaptopError(f"{sent} events must be counted in {TIMEOUT_SECONDS} s; got {events_counted(counts)}")
        return events_counted(counts) >= sent

    table = lake.outputs["CountersTableName"]
    watch(lake.client("dynamodb"), table, console, minutes=2, top=9, until=enough)
    if not console.is_terminal:
        console.print()


def _curate(lake: Lake, pipelines: Pipelines, sent: int) -> None:
    """Run the pipeline until curated has every event: what counts may be ahead of what writes to the raw zone."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while True:
        pipelines.wait({pipelines.request(PRODUCT, [TABLE], f"demo-{uuid.uuid4().hex[:12]}")})
        found = _ids(lake, TABLE)
        if found >= sent:
            return
        if time.monotonic() > end:
            raise LaptopError(f"{TABLE} must have {sent} events after {TIMEOUT_SECONDS} s; got {found}")


def _wait_for_archive(lake: Lake, sent: int) -> int:
    end = time.monotonic() + TIMEOUT_SECONDS
    while (found := _ids(lake, ARCHIVE)) < sent:
        if time.monotonic() > end:
            raise LaptopError(f"{ARCHIVE} must have {sent} events after {TIMEOUT_SECONDS} s; got {found}")
        time.sleep(_POLL_SECONDS)
    return found


def _ids(lake: Lake, table: str) -> int:
    return int(lake.query(f"SELECT count(DISTINCT event_id) FROM {table} WHERE {OURS}").frame.iloc[0, 0])  # noqa: S608
