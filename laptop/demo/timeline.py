"""Steps of the demo: each is shown while it runs and remembered for the report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console


@dataclass
class Step:
    """One step; `detail` is what came out of it."""

    title: str
    seconds: float = 0.0
    detail: str = ""


@dataclass
class Timeline:
    """All steps so far, in order."""

    console: Console
    started: float = field(default_factory=time.time)
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Announce a step, run it and print how long it took. An exception passes through."""
        number = len(self.steps) + 1
        self.console.print(f"\n[bold]{number}. {title}[/]")
        step, begun = Step(title), time.perf_counter()
        self.steps.append(step)
        yield step
        step.seconds = time.perf_counter() - begun
        self.console.print(f"   [green]✓[/] {step.detail or 'done'} [dim]({step.seconds:.1f} s)[/]", soft_wrap=True)

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.time() - self.started
