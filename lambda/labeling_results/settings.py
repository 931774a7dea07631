"""What the function is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Prices are in USD."""

    bucket: str
    curated_bucket: str
    raw_database: str
    curated_database: str
    ledger_table: str
    object_usd: float
    answer_usd: float

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            bucket=environment["BUCKET"],
            curated_bucket=environment["CURATED_BUCKET"],
            raw_database=environment["RAW_DATABASE"],
            curated_database=environment["CURATED_DATABASE"],
            ledger_table=environment["LEDGER_TABLE"],
            object_usd=float(environment["OBJECT_USD"]),
            answer_usd=float(environment["ANSWER_USD"]),
        )
