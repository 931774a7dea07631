"""Buckets in memory, and the places of records; a module, because no import statement can name the folder `lambda`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FIRST = 49590338271490256608559692538361571095921575989136588898
SHARD = "shardId-000000000006"
# 2026-11-21T15:04:59.250Z
ARRIVED = 1795273499.25

Make = Callable[..., Any]


@dataclass
class Bucket:
    """An object store in memory that fails on demand: each of `failures` is raised once by `create`."""

    objects: dict[str, bytes] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    reads: int = 0

    def names(self, prefix: str, after: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix) and key > after)

    def read(self, key: str) -> bytes:
        self.reads += 1
        return self.objects[key]

    def create(self, key: str, content: bytes) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        if key in self.objects:
            return False
        self.objects[key] = content
        return True
