"""Where Ground Truth keeps the answers of a job, batch by batch.

A payload lies at `<job>/annotations/consolidated-annotation/consolidation-request/iteration-<n>/<time>.json`, and stays
there. What came before it is therefore the same whenever it is asked for: a retry gives the same labels. Nothing of our
own is kept between batches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PAYLOAD = re.compile(
    r"(?P<annotations>.*annotations/)consolidated-annotation/consolidation-request/iteration-(?P<number>\d+)/(?P<name>[^/]+)"
)


def requests_folder(key: str) -> str | None:
    """Return the prefix of all payloads of the job, or None if the payload lies elsewhere."""
    found = _PAYLOAD.fullmatch(key)
    return key[: key.index("/iteration-", found.end("annotations")) + 1] if found else None


def earlier(key: str, keys: Iterable[str]) -> Sequence[str]:
    """Return the payloads before this one, the latest first."""
    own = _place(key)
    before = sorted((place, each) for each in keys if own and (place := _place(each)) and place < own)
    return [each for _, each in reversed(before)]


def quality_key(key: str) -> str | None:
    """Return where the quality of the workers is written after the batch, beside what Ground Truth writes."""
    found = _PAYLOAD.fullmatch(key)
    return f"{found['annotations']}worker-quality/iteration-{found['number']}/{found['name']}" if found else None


def _place(key: str) -> tuple[int, str] | None:
    found = _PAYLOAD.fullmatch(key)
    return (int(found["number"]), found["name"]) if found else None
