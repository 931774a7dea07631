"""Values that Spark's hash partitioning spreads evenly.

`repartition(n, column)` sends a row to the partition that the hash of its value names. Numbers from 0 to n - 1 collide:
of a handful of large pieces of work two or three then wait for one core while others idle. So instead of the number of
a partition a row carries a value that leads exactly there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Spark's seed for hash expressions.
_SEED = 42


def places(partitions: int) -> list[int]:
    """Give for each partition a 32-bit value whose row goes there."""
    found: dict[int, int] = {}
    start = 0
    while len(found) < partitions:
        values = np.arange(start, start + 8 * partitions, dtype=np.uint32)
        hashes = murmur3(values).view(np.int32).astype(np.int64) % partitions
        for partition, value in zip(hashes.tolist(), values.tolist(), strict=True):
            found.setdefault(partition, value)
        start += len(values)
    return [found[partition] for partition in range(partitions)]


def murmur3(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Hash 32-bit values as Spark's function `hash` does (Murmur3_x86_32.hashInt)."""
    mixed = _rotated(values * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593)
    state = _rotated(np.uint32(_SEED) ^ mixed, 13) * np.uint32(5) + np.uint32(0xE6546B64)
    state ^= np.uint32(4)
    state = (state ^ (state >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    state = (state ^ (state >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return state ^ (state >> np.uint32(16))


def _rotated(values: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    return (values << np.uint32(bits)) | (values >> np.uint32(32 - bits))
