"""Where a laptop lake keeps itself: folders, port, and whether it runs."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# Below the ports that Linux (32768 and up) and macOS (49152 and up) hand out to outgoing connections.
_PORTS = range(20000, 30000)


@dataclass(frozen=True)
class Run:
    """A running emulator."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Home:
    """Folder of one laptop lake: `.lake/` of the checkout, or `LAKE_HOME`."""

    path: Path

    @classmethod
    def default(cls) -> Home:
        return cls(Path(os.environ.get("LAKE_HOME") or PROJECT / ".lake").resolve())

    @property
    def log(self) -> Path:
        return self.path / "emulator.log"

    @property
    def assembly(self) -> Path:
        """Cloud assembly of the last deployment."""
        return self.path / "cdk.out"

    @property
    def data(self) -> Path:
        """Everything that the emulator must find again after a restart."""
        return self.path / "data"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def access_key(self) -> str:
        """Access key of this lake. Lakes must not share one: the CDK CLI remembers the account of a key."""
        return f"LAPTOP{zlib.crc32(str(self.path).encode()):010d}"

    def create(self) -> None:
        for folder in (self.path, self.data, self.cache):
            folder.mkdir(parents=True, exist_ok=True)

    def running(self) -> Run | None:
        """Return the emulator that holds this folder, or None."""
        if not self._lock.exists():
            return None
        with self._lock.open("a") as lock:
            try:
                # Shared: two who look at the same time must not take each other for the emulator.
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return self._recorded()
        return None

    @contextmanager
    def hold(self) -> Iterator[int]:
        """Hold the folder, so that one emulator uses it; a child that inherits the descriptor goes on holding it.

        Raises
        ------
        BlockingIOError
            Another process holds it.
        """
        self.create()
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock.fileno()

    def record(self, run: Run) -> None:
        self._run.write_text(json.dumps(asdict(run)))

    def port(self) -> int:
        """Return the port of this lake: picked once and kept, unless another program has taken it since.

        The path of the folder decides where the search begins, so that two checkouts do not race for one port.
        """
        kept = self._recorded()
        start = zlib.crc32(str(self.path).encode()) % len(_PORTS)
        candidates = [_PORTS[(start + step) % len(_PORTS)] for step in range(len(_PORTS))]
        for port in [kept.port, *candidates] if kept else candidates:
            if _is_free(port):
                return port
        raise RuntimeError(f"one port of {_PORTS.start}-{_PORTS.stop - 1} must be free; got none")

    @property
    def _lock(self) -> Path:
        return self.path / "emulator.lock"

    @property
    def _run(self) -> Path:
        return self.path / "emulator.json"

    def _recorded(self) -> Run | None:
        if not self._run.exists():
            return None
        return Run(**json.loads(self._run.read_text()))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
