"""Writes the emulator's state while it runs, so that a killed process loses seconds and not everything.

The emulator itself writes its state only when it stops in good order. (Objects in S3 and our own stores are written
at once by either.)
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ministack import app

from laptop.emulator.clients import background
from laptop.emulator.cloudformation import unsettled

logger = logging.getLogger("laptop")

SECONDS = 2.0

_served = 0
_writing = threading.Lock()


def count_request() -> None:
    """Note that a request was served; without one there is nothing new to write."""
    global _served  # noqa: PLW0603
    _served += 1


def start() -> None:
    """Write in the background from now on."""
    app.save_all = _one_at_a_time(app.save_all)
    background(_write_forever)


def _write_forever() -> None:
    written, took = 0, 0.0
    while True:
        # A large state may take a tenth of the time, not more.
        time.sleep(max(SECONDS, 10 * took))
        if _served == written:
            continue
        written = _served
        began = time.monotonic()
        listed = unsettled.listed()
        app.save_all(app._build_persistence_save_dict())
        unsettled.settle(listed)
        took = time.monotonic() - began
        if took > SECONDS:
            logger.warning("writing the state took %.1f s", took)


def _one_at_a_time(save: Callable[[dict[str, Callable[[], object]]], None]) -> Callable[..., None]:
    # The shutdown writes the same files.
    def locked(services: dict[str, Callable[[], object]]) -> None:
        with _writing:
            save(services)

    return locked
