"""Look at the files of another process while it works, to kill it at the right moment."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

_PATIENCE_SECONDS = 240
_POLL_SECONDS = 0.002


def wait_for_file(folder: Path, pattern: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process has written a file; it may rename and remove folders meanwhile.

    Raises
    ------
    AssertionError
        The process ended before, with the end of its log, or there is no such file in time.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _is_there(folder, pattern):
        assert process.poll() is None, f"it ended before it could be killed:\n{log.read_text()[-3000:]}"
        assert time.monotonic() < deadline, f"{pattern} must be in {folder} within {_PATIENCE_SECONDS} s"
        time.sleep(_POLL_SECONDS)


def _is_there(folder: Path, pattern: str) -> bool:
    try:
        return any(folder.glob(pattern))
    except FileNotFoundError:
        # A folder went between being listed and being looked into.
        return False
