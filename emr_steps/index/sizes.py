"""How an index is cut, given how much text there is. Bytes are those of the stored files, about a third of the text."""

from __future__ import annotations

import math

MIB = 1 << 20
LEAST_TASK_BYTES, MOST_TASK_BYTES = 5 * MIB, 32 * MIB
TASKS = 2048
# Each chunk sends a row to each range and to each bucket, so their number must end somewhere.
MOST_RANGES = 1024
# A search opens a bucket for each of its terms and reads its footer whole, so buckets are small; a task writes several.
# But each chunk sends each bucket a row, so their number grows with the square root of a larger corpus only.
BUCKET_BYTES, BUCKETS_PER_ROOT, LEAST_BUCKETS, MOST_BUCKETS = MIB // 4, 16, 4, 4096
WRITER_BYTES = 2 * MIB


def task_bytes(stored_bytes: int) -> int:
    """Bytes of documents in a task: few while that makes enough tasks, more in a large corpus, within memory."""
    return min(max(stored_bytes // TASKS, LEAST_TASK_BYTES), MOST_TASK_BYTES)


def tasks(stored_bytes: int) -> int:
    """Say how many tasks weigh terms: about as many as read the documents."""
    return max(1, -(-stored_bytes // task_bytes(stored_bytes)))


def ranges(tasks: int) -> int:
    """Say how many tasks count the documents of terms, given how many weigh them: one for each range of numbers."""
    return min(tasks, MOST_RANGES)


def buckets(stored_bytes: int) -> int:
    """Say into how many partitions postings go: a power of two."""
    most = min(MOST_BUCKETS, BUCKETS_PER_ROOT * math.sqrt(stored_bytes / MIB))
    wanted = LEAST_BUCKETS
    while wanted < most and wanted * BUCKET_BYTES < stored_bytes:
        wanted *= 2
    return wanted


def writers(stored_bytes: int) -> int:
    """Say how many tasks put the postings of buckets together: as many as pays, and no more than there are buckets."""
    wanted = max(LEAST_BUCKETS, -(-stored_bytes // WRITER_BYTES))
    return min(wanted, buckets(stored_bytes))
