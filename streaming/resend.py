"""Send events to the stream again whose bytes were kept: rejected ones, and those that Firehose could not deliver.

This is for after the cause is gone, for example when a new version of the contract accepts them. They get new positions
in the stream, so the consumer cannot know them: an event that arrives twice is told by its id, when the curated table
is built. An aggregated record was taken apart when it failed; its events come back one by one.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator

from streaming.batches import Entry
from streaming.failure_bucket import FailureBucket
from streaming.replay_batches import Summary
from streaming.sender import Sender

_GZIP_MAGIC = b"\x1f\x8b"


def resend(
    bucket: FailureBucket,
    sender: Sender,
    *,
    dry_run: bool = False,
    report: Callable[[str, int], None] = lambda key, count: None,
) -> Summary:
    """Send the events of every object, and move it away once the stream has accepted all of them.

    Raises
    ------
    SendError
        If the stream takes nothing any more; the object at hand stays.
    """
    summary = Summary()
    for key in bucket.waiting():
        try:
            entries = list(entries_of(bucket.read(key)))
        except (ValueError, KeyError, TypeError, OSError) as error:
            summary.problems[key] = f"must hold JSON lines with the bytes of events; got {error!r}"
            continue
        if not dry_run:
            for entry in entries:
                sender.add(entry)
            sender.flush()
            bucket.settle(key)
        report(key, len(entries))
        summary.objects += 1
        summary.records += len(entries)
    return summary


def entries_of(body: bytes) -> Iterator[Entry]:
    """Read the lines of a rejected object (`data`, `partition_key`) or of one of Firehose's (`rawData`)."""
    text = gzip.decompress(body) if body.startswith(_GZIP_MAGIC) else body
    for line in text.splitlines():
        if not line.strip():
            continue
        row = json.loads(line)
        data = base64.b64decode(row["rawData"] if "rawData" in row else row["data"], validate=True)
        key = row.get("partition_key") or partition_key(data)
        yield Entry(key, data, lane=key)


def partition_key(data: bytes) -> str:
    """Find the key that a producer would use: the user, or where there is none, one that follows from the bytes."""
    try:
        event = json.loads(data)
    except ValueError:
        event = None
    user = event.get("user_id") if isinstance(event, dict) else None
    return user if isinstance(user, str) and user else hashlib.sha256(data).hexdigest()
