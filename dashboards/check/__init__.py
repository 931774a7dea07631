"""Finds what QuickSight would refuse, or would show wrongly, before anything is deployed.

CloudFormation's schemas know the shape of a definition; whether its columns, parameters and visuals exist and fit
together is known only here. Each rule is a function from a scene to sentences; it leaves alone what another rule names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lake_common.contract import Contract

from dashboards.check import (
    calculated,
    contract_columns,
    controls,
    data_sets,
    fields,
    filters,
    identity,
    inline,
    insights,
    layout,
    limits,
    parameters,
    readers,
    references,
    refreshes,
    row_rules,
    shapes,
    unions,
    wells,
)
from dashboards.check.scene import Scene, scene
from dashboards.errors import DashboardError
from dashboards.model import Collection

__all__ = ["RULES", "DashboardError", "Problem", "examine", "problems", "require"]

Rule = Callable[[Scene], Iterator[str]]
MODULES = (
    identity,
    contract_columns,
    data_sets,
    calculated,
    refreshes,
    row_rules,
    readers,
    references,
    unions,
    fields,
    wells,
    inline,
    insights,
    layout,
    parameters,
    filters,
    controls,
    limits,
)
RULES: dict[str, Rule] = {
    f"{module.__name__.rpartition('.')[2]}.{rule.__name__}": rule for module in MODULES for rule in module.RULES
}


@dataclass(frozen=True)
class Problem:
    """A sentence, and the rule that found it."""

    rule: str
    text: str


def examine(collection: Collection, contracts: Sequence[Contract]) -> list[Problem]:
    """Apply every rule; only that of types if it finds something, for the others rely on them."""
    if wrong := list(shapes.wrong_types(collection)):
        return [Problem("shapes.wrong_types", text) for text in wrong]
    looked_at = scene(collection, contracts)
    return [Problem(name, text) for name, rule in RULES.items() for text in dict.fromkeys(rule(looked_at))]


def problems(collection: Collection, contracts: Sequence[Contract]) -> list[str]:
    """Say all that is wrong with data sets and dashboards: where, what, what was got, what was expected."""
    return [problem.text for problem in examine(collection, contracts)]


def require(collection: Collection, contracts: Sequence[Contract]) -> None:
    """Refuse a collection that is not in order.

    Raises
    ------
    DashboardError
        With all problems, one a line.
    """
    found = problems(collection, contracts)
    if found:
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise DashboardError("\n".join([f"dashboards have {count}:", *found]))
