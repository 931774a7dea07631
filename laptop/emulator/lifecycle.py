"""Runs the emulator: serve, start what waits for it, stop what it started."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterable

from ministack import app

from laptop.emulator import checkpoints, clients, registry

logger = logging.getLogger("laptop")

_POLL_SECONDS = 0.02


def run() -> None:
    """Serve until SIGTERM or SIGINT."""
    checkpoints.start()
    clients.background(_start_when_ready)
    try:
        app.main()
    finally:
        _call(registry.stoppers)


def _start_when_ready() -> None:
    address = ("127.0.0.1", int(os.environ["GATEWAY_PORT"]))
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(_POLL_SECONDS)
            continue
        break
    _call(registry.starters)


def _call(handlers: Iterable[Callable[[], None]]) -> None:
    for handler in handlers:
        try:
            handler()
        except Exception:
            # One module must not keep the others from starting or stopping.
            logger.exception("%s failed", getattr(handler, "__qualname__", handler))
