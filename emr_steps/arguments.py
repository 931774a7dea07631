"""What all steps take on their command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

ZONES = ("raw", "curated", "analytics", "failures")
COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
RUN = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def parser(description: str) -> argparse.ArgumentParser:
    """Give a parser of the shared arguments, which refuses what it does not know; steps add their own."""
    shared = argparse.ArgumentParser(description=description, allow_abbrev=False)
    for zone in ZONES:
        shared.add_argument(f"--{zone}_bucket", required=True)
    shared.add_argument("--collection", required=True, type=_matching(COLLECTION))
    shared.add_argument("--run_id", required=True, type=_matching(RUN))
    return shared


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise argparse.ArgumentTypeError(f"must match {pattern.pattern}; got {text!r}")
        return text

    return check
