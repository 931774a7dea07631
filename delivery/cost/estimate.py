"""Adds up what the resources of an environment cost in a month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from delivery.assembly import Resource
from delivery.cost import dashboards, operations, processing, rules, storage, streaming, text_and_labels
from delivery.cost.prices import Prices
from delivery.cost.rules import Line, Month
from delivery.cost.workload import Workload

# Imported for the rules that they register.
RULES = (dashboards, operations, processing, storage, streaming, text_and_labels)


@dataclass(frozen=True)
class Estimate:
    """The lines of each stack, and the types that nobody has priced."""

    lines: dict[str, list[Line]]
    unpriced: Counter[str]

    @property
    def usd(self) -> float:
        """Dollars a month."""
        return sum(line.usd for lines in self.lines.values() for line in lines)

    def by_service(self) -> dict[tuple[str, str], float]:
        """Dollars by stack and service."""
        sums: Counter[tuple[str, str]] = Counter()
        for stack, lines in self.lines.items():
            for line in lines:
                sums[stack, line.service] += line.usd  # type: ignore[assignment]
        return dict(sums)


def estimate(resources: Iterable[Resource], workload: Workload, prices: Prices) -> Estimate:
    """Price every resource.

    A type that is neither priced nor known to be free is counted and never taken for nothing.
    """
    found = list(resources)
    counts = Counter(resource.type for resource in found)
    products = sum(resource.type == "AWS::Glue::Job" and "Curate" in resource.logical_id for resource in found)
    month = Month(prices, workload, dict(counts), products)
    lines: dict[str, list[Line]] = {}
    for resource in found:
        rule = rules.RULES.get(resource.type)
        if rule:
            lines.setdefault(resource.stack, []).extend(rule(resource, month))
    known = rules.FREE | rules.RULES.keys()
    unpriced = Counter({name: count for name, count in counts.items() if name not in known})
    return Estimate({stack: _joined(items) for stack, items in lines.items()}, unpriced)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Add up lines of the same thing, and leave out what costs nothing."""
    sums: dict[tuple[str, str, str], tuple[float, float]] = {}
    for line in lines:
        key = (line.service, line.what, line.unit)
        quantity, usd = sums.get(key, (0.0, 0.0))
        sums[key] = (quantity + line.quantity, usd + line.usd)
    return [Line(*key[:2], quantity, key[2], usd) for key, (quantity, usd) in sums.items() if usd]


def difference(
    before: Mapping[tuple[str, str], float], after: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """Dollars that were added or saved, by stack and service; what is the same to the cent is left out."""
    changes = {key: after.get(key, 0.0) - before.get(key, 0.0) for key in before.keys() | after.keys()}
    return {key: change for key, change in sorted(changes.items()) if abs(change) >= 0.005}
