"""Look at the files of another process while it works, to kill it at the right moment."""

from __future__ import annotations

from pathlib import Path


def is_there(folder: Path, pattern: str) -> bool:
    """Tell whether a file is there; the process may rename and remove folders meanwhile."""
    try:
        return any(folder.glob(pattern))
    except FileNotFoundError:
        # A folder went between being listed and being looked into.
        return False
