"""Says what a change of an environment would do to its data and permissions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from delivery.guard.grants import narrowed, widened
from delivery.guard.inventory import Inventory, Stateful


class Kind(StrEnum):
    """What a change does. The first ones stop a deployment until somebody accepts them."""

    DELETED = "deletes"
    RENAMED = "renames"
    REPLACED = "replaces"
    UNRETAINED = "stops keeping"
    UNPROTECTED = "stops protecting"
    WIDENED = "widens"
    ADDED = "adds"
    NARROWED = "narrows"


HARMLESS = frozenset({Kind.ADDED, Kind.NARROWED})
_ACCEPT = "then accept it: make guard ENV=<environment> ARGS=--accept"
_WAYS_OUT = {
    Kind.DELETED: f"Put it back, or copy its data elsewhere first, {_ACCEPT}.",
    Kind.RENAMED: f"Give its construct the old id again, or move it with `cdk refactor`, {_ACCEPT}.",
    Kind.REPLACED: f"Put the old value back, or make a second one beside it, copy the data and switch, {_ACCEPT}.",
    Kind.UNRETAINED: f"Set environment.retain_data = true again, {_ACCEPT}.",
    Kind.UNPROTECTED: f"Set environment.retain_data = true again, {_ACCEPT}.",
    Kind.WIDENED: f"Narrow the statement, or let the review see it, {_ACCEPT}.",
}


@dataclass(frozen=True)
class Change:
    """One change, and how to go on."""

    kind: Kind
    name: str
    detail: str = ""

    @property
    def dangerous(self) -> bool:
        return self.kind not in HARMLESS

    @property
    def way_out(self) -> str:
        return _WAYS_OUT.get(self.kind, f"Look at it, {_ACCEPT}.")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f": {self.detail}" if self.detail else "")


def compare(before: Inventory, after: Inventory) -> list[Change]:
    """List what changes, the dangerous first."""
    changes = [*_stateful(before.stateful, after.stateful)]
    changes += [Change(Kind.WIDENED, "permissions", line) for line in widened(before.grants, after.grants)]
    changes += [Change(Kind.NARROWED, "permissions", line) for line in narrowed(before.grants, after.grants)]
    return sorted(changes, key=lambda change: (not change.dangerous, list(Kind).index(change.kind), str(change)))


def _stateful(before: dict[str, Stateful], after: dict[str, Stateful]) -> Iterator[Change]:
    gone, new = before.keys() - after.keys(), after.keys() - before.keys()
    for name in sorted(gone):
        twins = [other for other in sorted(new) if after[other].type == before[name].type]
        if twins:
            yield Change(Kind.RENAMED, f"{name} ({before[name].type})", f"now {' or '.join(twins)}, and empty")
        else:
            yield Change(Kind.DELETED, f"{name} ({before[name].type})")
    for name in sorted(new):
        yield Change(Kind.ADDED, f"{name} ({after[name].type})")
    for name in sorted(before.keys() & after.keys()):
        yield from _changed(name, before[name], after[name])


def _changed(name: str, before: Stateful, after: Stateful) -> Iterator[Change]:
    label = f"{name} ({before.type})"
    if before.type != after.type:
        yield Change(Kind.REPLACED, label, f"its type becomes {after.type}")
        return
    for path in sorted(before.fixed.keys() | after.fixed.keys()):
        old, now = before.fixed.get(path), after.fixed.get(path)
        if old != now:
            yield Change(Kind.REPLACED, label, f"{path} was {old or 'not set'}, becomes {now or 'not set'}")
    if before.kept and not after.kept:
        yield Change(Kind.UNRETAINED, label, "its removal policy was Retain")
    if before.protected and not after.protected:
        yield Change(Kind.UNPROTECTED, label, "it was protected from deletion")
