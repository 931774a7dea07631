"""What the function is told by its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from lake_common.consolidation.answers import KINDS
from lake_common.consolidation.labels import Method

METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True, kw_only=True)
class Task:
    """How to consolidate the answers of one task.

    Parameters
    ----------
    kind
        Kind of task, as `labeling/<task>/task.toml` names it.
    method
        Whether every worker counts the same (`majority`) or by what the answers tell of the worker (`dawid_skene`).
    """

    kind: str
    method: Method

    def __post_init__(self) -> None:
        for name, got, expected in (("kind", self.kind, KINDS), ("method", self.method, METHODS)):
            if got not in expected:
                raise ValueError(f"{name} must be one of {', '.join(expected)}; got {got!r}")

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Task:
        return cls(kind=fields["kind"], method=fields["method"])


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`tasks` holds a task for each label attribute; TASKS is JSON: `{"sports": {"kind": "..", "method": ".."}}`."""

    tasks: Mapping[str, Task]

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        tasks = json.loads(environment["TASKS"])
        return cls(tasks={attribute: Task.of(fields) for attribute, fields in tasks.items()})

    def task(self, attribute: str) -> Task:
        """Find the task of a label attribute.

        Raises
        ------
        ValueError
            If none has it.
        """
        if attribute not in self.tasks:
            raise ValueError(f"TASKS must have the label attribute {attribute!r}; got {sorted(self.tasks)}")
        return self.tasks[attribute]
