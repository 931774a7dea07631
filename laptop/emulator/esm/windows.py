"""Tumbling windows: which window a record belongs to, and what its function is told. Pure.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

# "Lambda: maximum size of the state is 1 MB per shard"; a bigger one terminates the window early.
STATE_LIMIT_BYTES: Final = 1024 * 1024


@dataclass
class Window:
    """An open window and the state that its invocations hand on.

    Attributes
    ----------
    start, end
        Seconds since 1970; the end is exclusive.
    """

    start: float
    end: float
    state: dict[str, Any] = field(default_factory=dict)
    is_overfull: bool = False

    def keep(self, answer: Any) -> None:
        """Take the state out of a function's answer; an answer without one empties it."""
        state = answer.get("state") if isinstance(answer, dict) else None
        self.state = state if isinstance(state, dict) else {}
        self.is_overfull = len(json.dumps(self.state).encode()) > STATE_LIMIT_BYTES

    def members(self, *, final: bool) -> dict[str, Any]:
        """Return what the event says beside its records."""
        return {
            "window": {"start": _stamp(self.start), "end": _stamp(self.end)},
            "state": self.state,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": final and self.is_overfull,
        }


def window_of(moment: float, seconds: int) -> Window:
    """Return a fresh window around a moment; windows begin at multiples of their length."""
    start = moment - moment % seconds
    return Window(start, start + seconds)


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
