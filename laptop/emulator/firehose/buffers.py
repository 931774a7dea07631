"""Buffers of a delivery stream: one per partition, delivered when it is large or old enough. Pure.

Source: https://docs.aws.amazon.com/firehose/latest/dev/create-configure-backup.html, "Buffering hints"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from laptop.emulator.firehose.failures import Incoming


@dataclass
class Buffer:
    """Records that become one object.

    Attributes
    ----------
    prefix_values
        Partition keys and values; for failed records the error type under an empty key.
    opened
        When its first record came, in seconds since 1970.
    """

    prefix_values: tuple[tuple[str, str], ...]
    opened: float
    items: list[tuple[Incoming, object]] = field(default_factory=list)
    size: int = 0

    def oldest(self) -> float:
        return min(record.arrival for record, _ in self.items)


class Buffers:
    """All open buffers of a delivery stream.

    Parameters
    ----------
    limit_bytes, limit_seconds
        Which delivers a buffer, whichever comes first; before conversion and compression.
    """

    def __init__(self, limit_bytes: int, limit_seconds: float) -> None:
        self._limit_bytes = limit_bytes
        self._limit_seconds = limit_seconds
        self._open: dict[tuple[tuple[str, str], ...], Buffer] = {}

    def add(self, values: tuple[tuple[str, str], ...], record: Incoming, content: object, now: float) -> None:
        """Put a record, and what is to be written of it, into the buffer of its partition."""
        buffer = self._open.setdefault(values, Buffer(values, now))
        buffer.items.append((record, content))
        buffer.size += len(record.data)

    def due(self, now: float) -> list[Buffer]:
        """Return the buffers to deliver; each stays open until `delivered`."""
        return [
            buffer
            for buffer in self._open.values()
            if buffer.size >= self._limit_bytes or now - buffer.opened >= self._limit_seconds
        ]

    def delivered(self, buffer: Buffer) -> None:
        """Forget a buffer that is written."""
        del self._open[buffer.prefix_values]

    def everything(self) -> Iterable[Buffer]:
        return list(self._open.values())

    def first_numbers(self) -> dict[str, str]:
        """Return, per shard of the source, the lowest sequence number that is not delivered yet."""
        lowest: dict[str, str] = {}
        for buffer in self._open.values():
            for record, _ in buffer.items:
                if record.shard is not None:
                    lowest[record.shard] = min(record.number, lowest.get(record.shard, record.number))
        return lowest
