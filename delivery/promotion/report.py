"""What a change does, as a comment for its review. Compares two assemblies; needs no account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from delivery import assembly
from delivery.cost import prices, workload
from delivery.cost.estimate import difference, estimate
from delivery.guard import inventory
from delivery.guard.compare import Change, compare

_SHOWN = 40


def report(environments: Sequence[str], before: Path, after: Path) -> str:
    """Write the report of all environments as Markdown."""
    return "\n".join(line for name in environments for line in _environment(name, before, after)) + "\n"


def _environment(name: str, before: Path, after: Path) -> Iterator[str]:
    old, new = list(assembly.resources(before, name)), list(assembly.resources(after, name))
    yield f"### {name}"
    yield ""
    yield from _resources(old, new)
    yield from _changes(compare(inventory.take(old), inventory.take(new)))
    use, listed = workload.load(name), prices.load()
    was, becomes = estimate(old, use, listed), estimate(new, use, listed)
    yield f"**Cost**: {becomes.usd:,.2f} USD a month ({becomes.usd - was.usd:+,.2f}), at the assumed use"
    yield ""
    for (stack, service), change in difference(was.by_service(), becomes.by_service()).items():
        yield f"- {stack}, {service}: {change:+,.2f}"
    yield ""


def _resources(old: Sequence[assembly.Resource], new: Sequence[assembly.Resource]) -> Iterator[str]:
    was = {(item.stack, item.logical_id): item for item in old}
    becomes = {(item.stack, item.logical_id): item for item in new}
    lines = [f"- adds {_label(becomes[key])}" for key in becomes.keys() - was.keys()]
    lines += [f"- removes {_label(was[key])}" for key in was.keys() - becomes.keys()]
    lines += [
        f"- changes {_label(becomes[key])}: {', '.join(_properties(was[key], becomes[key]))}"
        for key in was.keys() & becomes.keys()
        if was[key].body != becomes[key].body
    ]
    yield f"**Resources**: {len(new)} ({len(lines)} differ)"
    yield ""
    yield from _cut(sorted(lines))
    yield ""


def _properties(was: assembly.Resource, becomes: assembly.Resource) -> list[str]:
    keys = was.properties.keys() | becomes.properties.keys()
    changed = sorted(key for key in keys if was.properties.get(key) != becomes.properties.get(key))
    return changed or ["attributes"]


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    dangerous = [change for change in changes if change.dangerous]
    yield f"**Data and permissions**: {len(dangerous)} to look at, {len(changes) - len(dangerous)} harmless"
    yield ""
    yield from _cut([f"- :warning: {_code(change)}" for change in dangerous])
    yield ""


def _cut(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"- and {len(lines) - _SHOWN} more"


def _label(resource: assembly.Resource) -> str:
    return f"`{resource.stack}/{resource.logical_id}` ({resource.type})"


def _code(change: Change) -> str:
    """Write a change so that nothing in it is Markdown."""
    return f"`{json.dumps(str(change), ensure_ascii=False)[1:-1]}`".replace("\\", "")
