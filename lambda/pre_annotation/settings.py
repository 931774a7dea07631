"""What the function is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Services are asked only if they are switched on; an empty `comprehend_endpoint` asks none."""

    ledger_table: str
    rekognition: bool
    comprehend_endpoint: str
    confidence: float

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            ledger_table=environment["LEDGER_TABLE"],
            rekognition=environment["REKOGNITION"] == "on",
            comprehend_endpoint=environment["COMPREHEND_ENDPOINT"],
            confidence=float(environment["CONFIDENCE"]),
        )
