"""Processor time and memory of a process and all that it started, from Linux' /proc."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """Processor seconds since the process began, and the most memory at once so far, in bytes."""

    cpu_seconds: float
    peak_bytes: int


class Watch(threading.Thread):
    """Looks at a tree of processes ten times a second; of one that ended, what it had used when last seen counts.

    Memory is the sum of the resident sets; what processes share counts once for each.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        if not Path("/proc/self/stat").exists():
            raise RuntimeError("measuring a tree of processes needs Linux' /proc; this system has none")
        self._root, self._ticks, self._peak, self._stopped = process, dict[int, int](), 0, threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        while not self._stopped.wait(0.1):
            self.usage()

    def stop(self) -> None:
        self._stopped.set()

    def usage(self) -> Usage:
        """Look now."""
        with self._lock:
            resident = 0
            for process in self._tree():
                try:
                    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                self._ticks[process] = int(fields[11]) + int(fields[12])
                resident += int(fields[21]) * _PAGE
            self._peak = max(self._peak, resident)
            return Usage(sum(self._ticks.values()) / _TICKS, self._peak)

    def _tree(self) -> list[int]:
        found = [self._root]
        for process in found:
            try:
                for task in Path(f"/proc/{process}/task").iterdir():
                    found += [int(child) for child in (task / "children").read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found
