"""Which lane of a shard a record takes. Pure."""

from __future__ import annotations

import hashlib


def lane_of(partition_key: str, factor: int) -> int:
    """Return the lane of a partition key: with a ParallelizationFactor, order is kept per key only.

    "Lambda still ensures in-order processing at the partition-key level"; how it spreads the keys is not documented.
    """
    if factor == 1:
        return 0
    digest = hashlib.md5(partition_key.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % factor
