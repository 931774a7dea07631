"""Crowds of simulated workers for the laptop's labeling jobs; what they do is told in `emulator.sagemaker.crowd`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from laptop.state import Home


def put(home: Home, name: str, crowd: Mapping[str, Any]) -> Path:
    """Let simulated workers answer the tasks of the jobs that a crowd is meant for, from now on.

    Parameters
    ----------
    name
        Replaces the crowd of this name.
    crowd
        `jobs`, `truth`, `workers` and, if wanted, `seed` and `speed`.
    """
    file = _file(home, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(crowd, indent=2), encoding="utf-8")
    return unfinished.replace(file)


def remove(home: Home, name: str) -> None:
    """Send a crowd home; jobs that have begun keep theirs."""
    _file(home, name).unlink(missing_ok=True)


def _file(home: Home, name: str) -> Path:
    return home.data / "services" / "crowds" / f"{name}.json"
