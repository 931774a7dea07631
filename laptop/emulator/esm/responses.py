"""What a function's answer says about its batch. Pure.

| answer | meaning |
|---|---|
| an empty or null `batchItemFailures`, an empty or null response | the whole batch succeeded |
| an item with an empty, null or missing `itemIdentifier` | the whole batch failed |
| several items | "Lambda uses the lowest sequence number as the checkpoint" |
| an identifier that is not in the batch, another shape | the whole batch failed; not documented, the careful reading |

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def first_failed(answer: Any, sequence_numbers: Sequence[str]) -> int | None:
    """Return the index of the first record that must be retried, or None if there is none.

    Parameters
    ----------
    answer
        What the function returned, decoded.
    sequence_numbers
        Those of its batch, in order.
    """
    if not answer:
        return None
    if not isinstance(answer, dict):
        # A function that returns text or a number has no list to report.
        return None
    failures = answer.get("batchItemFailures")
    if not failures:
        return None
    if not isinstance(failures, list):
        return 0
    places = {number: index for index, number in enumerate(sequence_numbers)}
    return min(_place(item, places) for item in failures)


def _place(item: Any, places: dict[str, int]) -> int:
    identifier = item.get("itemIdentifier") if isinstance(item, dict) else None
    return places.get(identifier, 0) if isinstance(identifier, str) else 0
