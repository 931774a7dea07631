"""Proposes the name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: str, known: Iterable[str]) -> str:
    """Give `; did you mean X?` for the closest known name, or all names if none is close and they are few."""
    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    if 0 < len(names) <= 12:
        return f"; expected one of {', '.join(names)}"
    return ""
