"""What a check is, and what it can end with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smoke.lake import Lake


class State(StrEnum):
    """Outcome of a check. What could not be tried is no success and is shown as such."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_PROVEN = "not proven"


class CheckFailedError(AssertionError):
    """The lake does something else than it should; the message says what, got and expected."""


class NotProvenError(Exception):
    """The check cannot be made here; the message says why."""


Check = Callable[["Lake"], str]


@dataclass(frozen=True)
class Result:
    """What one check found; `proof` is what was seen, or why nothing was."""

    title: str
    state: State
    proof: str
    seconds: float


@dataclass(frozen=True)
class Registered:
    """A check and the claim that it proves."""

    title: str
    run: Check


class Suite:
    """An ordered list of checks, filled by decorators."""

    def __init__(self) -> None:
        self.checks: list[Registered] = []

    def check(self, title: str) -> Callable[[Check], Check]:
        """Register a function that returns its proof, or raises `CheckFailedError` or `NotProvenError`."""

        def register(run: Check) -> Check:
            self.checks.append(Registered(title, run))
            return run

        return register


def require(condition: bool, message: str) -> None:
    """Fail the check unless the condition holds.

    Raises
    ------
    CheckFailedError
        With the message.
    """
    if not condition:
        raise CheckFailedError(message)


def run(checks: Sequence[Registered], lake: Lake) -> Iterator[Result]:
    """Run all checks in order. One that breaks has failed; the others still run."""
    for registered in checks:
        started = time.perf_counter()
        state, proof = _outcome(registered.run, lake)
        yield Result(registered.title, state, proof, time.perf_counter() - started)


def _outcome(check: Check, lake: Lake) -> tuple[State, str]:
    try:
        return State.PROVEN, check(lake)
    except NotProvenError as reason:
        return State.NOT_PROVEN, str(reason)
    except CheckFailedError as failure:
        return State.FAILED, str(failure)
    except Exception as error:
        return State.FAILED, f"{type(error).__name__}: {error}"
