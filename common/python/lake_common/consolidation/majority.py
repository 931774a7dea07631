"""Majority vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def vote(labels: Sequence[str]) -> tuple[str, float]:
    """Return the label of most answers and its share of them; of equal ones the first in the alphabet."""
    counts = Counter(labels)
    label = min(counts, key=lambda label: (-counts[label], label))
    return label, counts[label] / len(labels)
