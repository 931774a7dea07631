"""Faults by chance, counted by kind: a simulation that never fails proves nothing."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.scenario import Scenario


class KilledError(BaseException):
    """The process is gone: no handler code runs any more, as after SIGKILL. Not an Exception, so nothing catches it."""


class StorageError(Exception):
    """What an SDK raises for a throttled, denied or broken request."""


@dataclass
class Faults:
    """Decides at each chance whether a fault happens. Once healed, none does."""

    scenario: Scenario
    happened: Counter[str] = field(default_factory=Counter)
    healed: bool = False

    def __post_init__(self) -> None:
        self.rng = random.Random(self.scenario.seed)

    def hit(self, kind: str) -> bool:
        """Decide about a fault that the scenario has a rate for."""
        if self.healed or self.rng.random() >= getattr(self.scenario, kind):
            return False
        self.happened[kind] += 1
        return True
