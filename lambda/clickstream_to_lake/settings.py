"""What the function is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    raw_bucket: str
    failures_bucket: str
    contract: str
    parallel_writes: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            raw_bucket=environment["RAW_BUCKET"],
            failures_bucket=environment["FAILURES_BUCKET"],
            contract=environment["CONTRACT"],
            parallel_writes=int(environment["PARALLEL_WRITES"]),
        )
