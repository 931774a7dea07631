"""What to do about a file that arrived: register it, and start its pipeline once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A version of a raw object, from the event "Object Created".

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """

    bucket: str
    key: str
    etag: str
    version: str
    size: int
    arrived: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Arrival:
        detail = event["detail"]
        found = detail["object"]
        return cls(
            bucket=detail["bucket"]["name"],
            key=found["key"],
            etag=found["etag"],
            version=found.get("version-id", ""),
            size=found["size"],
            arrived=event["time"],
        )

    @property
    def table(self) -> str:
        return self.key.partition("/")[0]

    @property
    def file(self) -> str:
        """Identity of the content, as the pipelines' ledger writes it."""
        return f"{self.bucket}/{self.key}#{self.etag}"

    @property
    def execution_name(self) -> str:
        """Name of the execution: Step Functions lets each name start once in 90 days."""
        return f"{self.table[:40]}-{hashlib.sha256(self.file.encode()).hexdigest()[:32]}"

    @property
    def pipeline_input(self) -> str:
        fields = {"bucket": self.bucket, "key": self.key, "etag": self.etag, "version": self.version}
        return json.dumps(fields)


class Registry(Protocol):
    """Which files arrived."""

    def add(self, arrival: Arrival) -> bool:
        """Register a file; False if it is registered already."""

    def execution(self, arrival: Arrival) -> str | None:
        """Say which execution was started for a registered file, if any was."""

    def started(self, arrival: Arrival, execution: str) -> None:
        """Note the execution of a registered file."""


class Pipelines(Protocol):
    """Starts pipelines."""

    def start(self, arrival: Arrival) -> str:
        """Start the pipeline of the file's table, or find the execution that has its name; return its ARN."""


def receive(arrival: Arrival, registry: Registry, pipelines: Pipelines) -> Literal["started", "known"]:
    """Register a file and start its pipeline.

    An event that comes twice finds the file registered. If the first attempt died between the two steps, the second
    starts the pipeline; if it died after them, the execution's name keeps it from starting twice.
    """
    if not registry.add(arrival) and registry.execution(arrival):
        return "known"
    registry.started(arrival, pipelines.start(arrival))
    return "started"
