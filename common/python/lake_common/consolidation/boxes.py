"""Boxes that several workers drew."""

from __future__ import annotations

from collections.abc import Sequence

from lake_common.consolidation.answers import Box
from lake_common.consolidation.marks import Kind

_EPSILON = 1e-9


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    height = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    if width <= 0.0 or height <= 0.0:
        return 0.0
    shared = width * height
    return shared / (first.width * first.height + second.width * second.height - shared)


def merge(boxes: Sequence[tuple[Box, float]], label: str) -> Box:
    """Put each edge at the weighted median: one worker who draws badly does not move it far."""
    left = median([(box.left, weight) for box, weight in boxes])
    top = median([(box.top, weight) for box, weight in boxes])
    right = median([(box.left + box.width, weight) for box, weight in boxes])
    bottom = median([(box.top + box.height, weight) for box, weight in boxes])
    return Box(left, top, right - left, bottom - top, label)


def median(values: Sequence[tuple[float, float]]) -> float:
    """Return the weighted median, halfway between two values if each side weighs the same."""
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered) / 2.0
    below = 0.0
    for place, (value, weight) in enumerate(ordered):
        below += weight
        if abs(below - half) < _EPSILON and place + 1 < len(ordered):
            return (value + ordered[place + 1][0]) / 2.0
        if below > half:
            return value
    return ordered[-1][0]


BOXES = Kind(extent=lambda box: (box.left, box.left + box.width), overlap=overlap, merge=merge, exclusive=False)
