"""What a check finds, and how checks are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from delivery.doctor.account import Account


class State(StrEnum):
    """Outcome of one question. What could not be asked is no success and is shown as such."""

    GOOD = "good"
    PROBLEM = "problem"
    WARNING = "warning"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One answer.

    Parameters
    ----------
    what
        What is there, with values.
    why
        What happens if it stays so. Empty if it is good.
    fix
        The command that mends it, or the file and key to change.
    """

    state: State
    what: str
    why: str = ""
    fix: str = ""


Check = Callable[["Account"], Iterator[Finding]]


@dataclass(frozen=True)
class Registered:
    """A check and the question that it answers."""

    title: str
    run: Check


class Suite:
    """An ordered list of checks, filled by a decorator."""

    def __init__(self) -> None:
        self.checks: list[Registered] = []

    def check(self, title: str) -> Callable[[Check], Check]:
        """Register a generator of findings under its question."""

        def register(run: Check) -> Check:
            self.checks.append(Registered(title, run))
            return run

        return register


def good(what: str) -> Finding:
    """Say that all is well."""
    return Finding(State.GOOD, what)


def problem(what: str, *, why: str, fix: str) -> Finding:
    """Say what a deployment or the lake would fail of."""
    return Finding(State.PROBLEM, what, why, fix)


def warning(what: str, *, why: str, fix: str) -> Finding:
    """Say what a deployment survives and its owner may regret."""
    return Finding(State.WARNING, what, why, fix)


def diagnose(checks: Sequence[Registered], account: Account) -> Iterator[tuple[str, Finding]]:
    """Run checks in order and yield title and finding.

    A check that may not or cannot look has found nothing, and says so.
    """
    for registered in checks:
        try:
            for finding in registered.run(account):
                yield registered.title, finding
        except (ClientError, BotoCoreError) as error:
            yield registered.title, _unasked(error)


def _unasked(error: ClientError | BotoCoreError) -> Finding:
    fix = ""
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        if code in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}:
            fix = f"Ask with a role that may call {error.operation_name}."
    return Finding(State.UNKNOWN, f"could not look: {error}", "It may or may not be in order.", fix)
