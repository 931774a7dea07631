"""What the function is told by its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`pipelines` holds the ARN of a state machine for each table."""

    files_table: str
    pipelines: Mapping[str, str]

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(files_table=environment["FILES_TABLE"], pipelines=json.loads(environment["PIPELINES"]))
