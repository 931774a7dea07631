"""What the function is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lake_common.labeling.requests import JobSettings


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`topics` holds the input topic of each task that may stream."""

    bucket: str
    ledger_table: str
    most_objects: int
    topics: Mapping[str, str]
    jobs: JobSettings

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        topics = dict(pair.split("=", 1) for pair in environment["TOPICS"].split(",") if pair)
        return cls(
            bucket=environment["BUCKET"],
            ledger_table=environment["LEDGER_TABLE"],
            most_objects=int(environment["MOST_OBJECTS"]),
            topics=topics,
            jobs=JobSettings.from_json(environment["JOBS"]),
        )
