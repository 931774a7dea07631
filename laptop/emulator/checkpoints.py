"""Writes the emulator's state while it runs, so that a killed process loses seconds and not everything.

The emulator itself writes its state only when it stops in good order, and each service into a file of its own. Here all
services are read at one moment and are one file, so that a stack and its resources agree whenever the process is
killed. (Objects in S3 and our own stores are written at once by either.)
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence

from laptop.emulator import s3_events
from laptop.emulator.clients import background
from laptop.emulator.cloudformation import unsettled

logger = logging.getLogger("laptop")

_SECONDS = float(os.environ.get("LAKE_STATE_SECONDS", "2"))
_TRIES = 20

Services = Mapping[str, Callable[[], Any]]

_served = 0
_numbers = count(1)
_newest = 0
_writing = threading.Lock()


@dataclass(frozen=True)
class _Snapshot:
    number: int
    states: dict[str, Any]
    settled_resources: list[unsettled.Key]
    settled_events: list[s3_events.Key]


def count_request() -> None:
    """Note that a request was served; without one there is nothing new to write."""
    global _served  # noqa: PLW0603
    _served += 1


def start() -> None:
    """Load and save in our way, and write in the background from now on."""
    app.save_all = lambda services: _write(_take(services))
    app.load_state = _load
    background(_write_forever)


async def write(*_request: Any) -> None:
    """Write what the services hold now; to be awaited on the emulator's event loop, or called there like a handler."""
    await asyncio.to_thread(_write, _take(app._build_persistence_save_dict()))


def _write_forever() -> None:
    written, took = 0, 0.0
    while True:
        # A large state may take a tenth of the time, not more.
        time.sleep(max(_SECONDS, 10 * took))
        served, began = _served, time.monotonic()
        if served == written:
            continue
        try:
            app.call_service_handler_sync(write, "POST", "/", {}, b"", {})
            written = served
        except CancelledError:  # the emulator stops, and writes its state itself
            return
        except Exception:
            logger.exception("writing the state failed; it is tried again")
        took = time.monotonic() - began
        if took > _SECONDS:
            logger.warning("writing the state took %.1f s", took)


def _take(services: Services) -> _Snapshot:
    """Read all services. Requests are served on the event loop, so there nothing comes in between."""
    resources, events = unsettled.listed(), s3_events.listed()
    states = {name: _state(get_state) for name, get_state in services.items()}
    states = {name: state for name, state in states.items() if state is not None}
    return _Snapshot(next(_numbers), states, resources, events)


def _state(get_state: Callable[[], Any]) -> Any:
    for _ in range(_TRIES - 1):
        try:
            return get_state()
        except RuntimeError:  # a thread of the service changed a dictionary meanwhile
            continue
    return get_state()


def _write(snapshot: _Snapshot) -> None:
    global _newest  # noqa: PLW0603
    states = {
        name: {"version": persistence._state_format_version(name), "state": state}
        for name, state in snapshot.states.items()
    }
    text = json.dumps(states, default=persistence._json_default)
    with _writing:
        if snapshot.number < _newest:
            return
        _newest = snapshot.number
        temporary = _file().with_suffix(".tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(_file())
    unsettled.settle(snapshot.settled_resources)
    s3_events.settle(snapshot.settled_events)


def _load(service: str) -> Any:
    # Each service asks once; what it got must not be held here as well.
    found = _written().pop(service, None)
    if found is None:
        return None
    known = persistence._state_format_version(service)
    if found["version"] > known:
        raise ValueError(f"{_file()} must have {service} in version {known} at most; got {found['version']}")
    return found["state"]


@cache
def _written() -> dict[str, Any]:
    if not _file().exists():
        return {}
    states: dict[str, Any] = json.loads(_file().read_text(encoding="utf-8"), object_hook=persistence._json_object_hook)
    return states


def _file() -> Path:
    folder = Path(os.environ["STATE_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "state.json"
