"""What the function is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    counters_table: str
    contract: str
    retention_hours: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            counters_table=environment["COUNTERS_TABLE"],
            contract=environment["CONTRACT"],
            retention_hours=int(environment["RETENTION_HOURS"]),
        )
