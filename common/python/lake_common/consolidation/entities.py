"""Entities that several workers marked in a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lake_common.consolidation.answers import Span
from lake_common.consolidation.marks import Kind


def overlap(first: Span, second: Span) -> float:
    """Share of the characters of two entities that is in both."""
    shared = min(first.end, second.end) - max(first.start, second.start)
    if shared <= 0:
        return 0.0
    return shared / (max(first.end, second.end) - min(first.start, second.start))


def merge(spans: Sequence[tuple[Span, float]], label: str) -> Span:
    """Take the borders that have most weight together, and of equals the longer entity.

    A border between those of the workers would cut a word.
    """
    weights: dict[tuple[int, int], float] = defaultdict(float)
    for span, weight in spans:
        weights[span.start, span.end] += weight
    start, end = min(weights, key=lambda borders: (-round(weights[borders], 9), borders[0] - borders[1], borders))
    return Span(start, end, label)


ENTITIES = Kind(extent=lambda span: (span.start, span.end), overlap=overlap, merge=merge, exclusive=True)
