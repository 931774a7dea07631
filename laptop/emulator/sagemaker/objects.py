"""Data objects of labeling jobs: in memory for speed, written through to disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from laptop.emulator import clients
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import task_rules
from laptop.emulator.store import Store

STORE = Store("labeling-objects")
# Guards the documents below.
lock = threading.RLock()
_loaded: dict[tuple[str, str, str], dict[str, Json]] = {}


def of(job: str) -> dict[str, Json]:
    """Return the objects of a job by id, in the order of the manifest. Change them under `lock`, and `keep` them."""
    key = (*clients.scope(), job)
    with lock:
        if key not in _loaded:
            _loaded[key] = {found["id"]: found for _, found in STORE.items(f"{job}/")}
        return _loaded[key]


def keep(job: str, found: Json) -> None:
    """Write an object to disk."""
    with lock:
        STORE.put(f"{job}/{found['id']}", found)


def add(job: str, lines: Iterator[str] | list[str]) -> None:
    """Append objects to a job."""
    with lock:
        existing = of(job)
        for line in lines:
            found = task_rules.new(len(existing), line)
            existing[found["id"]] = found
            keep(job, found)


def forget(job: str) -> None:
    """Drop the objects of a job that did not come to start."""
    with lock:
        for identifier in list(of(job)):
            STORE.delete(f"{job}/{identifier}")
        _loaded.pop((*clients.scope(), job), None)
