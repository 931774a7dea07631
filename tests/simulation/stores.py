"""Buckets in memory that fail as S3 can: before or after the effect, for one request or for a while."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.simulation.faults import Faults, KilledError, StorageError


@dataclass
class Bucket:
    """Follows the protocol of the handler's stores."""

    faults: Faults
    is_out: Callable[[], bool] = lambda: False
    objects: dict[str, bytes] = field(default_factory=dict)
    _keys: list[str] = field(default_factory=list)

    def names(self, prefix: str, after: str) -> Iterable[str]:
        self._before()
        place = bisect.bisect_right(self._keys, after)
        return [key for key in self._keys[place:] if key.startswith(prefix)]

    def read(self, key: str) -> bytes:
        self._before()
        return self.objects[key]

    def create(self, key: str, content: bytes) -> bool:
        self._before()
        is_new = key not in self.objects
        if is_new:
            self.put(key, content)
        if self.faults.hit("kill_after"):
            raise KilledError
        if self.faults.hit("lost_answer"):
            raise StorageError("the connection broke after the write")
        return is_new

    def put(self, key: str, content: bytes) -> None:
        """Write without faults and without a condition."""
        if key not in self.objects:
            bisect.insort(self._keys, key)
        self.objects[key] = content

    def _before(self) -> None:
        if self.is_out():
            self.faults.happened["outage"] += 1
            raise StorageError("access denied")
        if self.faults.hit("throttle"):
            raise StorageError("slow down")
        if self.faults.hit("timeout"):
            raise KilledError
