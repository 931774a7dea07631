"""Which instances a fleet or a group gets, given what capacity there is. Pure.

| rule | source (EMR management guide, "Instance fleet options", "Allocation strategy") |
|---|---|
| instances are added until their units reach the target; the last one may exceed it | "Weighted capacity" |
| On-Demand `prioritized`: by Priority, 0 first; else the first type of the list, for there are no prices here | |
| Spot `diversified`: in turn over all types with capacity; else the first one that has capacity | |
| no Spot capacity: after the timeout SWITCH_TO_ON_DEMAND or TERMINATE_CLUSTER | SpotProvisioningSpecification |
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from laptop.emulator.registry import Json

Market = Literal["ON_DEMAND", "SPOT"]


@dataclass(frozen=True)
class Node:
    """One instance of a fleet or group."""

    instance_type: str
    market: Market
    units: int


@dataclass(frozen=True)
class Capacity:
    """What a fleet got at first: its nodes, and the Spot units that nobody had."""

    nodes: Sequence[Node]
    missing_spot_units: int


def first_attempt(fleet: Json, without_spot: Collection[str]) -> Capacity:
    """Return what a fleet gets before its timeout.

    Parameters
    ----------
    fleet
        InstanceFleetConfig of the API.
    without_spot
        Instance types that have no Spot capacity; `*` stands for all.
    """
    types = fleet["InstanceTypeConfigs"]
    nodes = on_demand(fleet, fleet.get("TargetOnDemandCapacity") or 0)
    wanted = fleet.get("TargetSpotCapacity") or 0
    available = [config for config in types if not {config["InstanceType"], "*"} & set(without_spot)]
    if not available:
        return Capacity(nodes, wanted)
    spread = _strategy(fleet, "SpotSpecification") == "diversified"
    return Capacity([*nodes, *_fill(available, wanted, "SPOT", spread=spread)], 0)


def on_demand(fleet: Json, units: int) -> list[Node]:
    """Return On-Demand nodes of at least so many units."""
    types = fleet["InstanceTypeConfigs"]
    if _strategy(fleet, "OnDemandSpecification") == "prioritized":
        types = sorted(types, key=lambda config: config.get("Priority", float("inf")))
    return _fill(types, units, "ON_DEMAND", spread=False)


def timeout_of(fleet: Json) -> tuple[float, str]:
    """Return the minutes that a fleet waits for Spot capacity, and what happens then."""
    specification = (fleet.get("LaunchSpecifications") or {}).get("SpotSpecification") or {}
    # EMR's own defaults for a fleet without a launch specification.
    return specification.get("TimeoutDurationMinutes", 60), specification.get("TimeoutAction", "TERMINATE_CLUSTER")


def of_group(group: Json, without_spot: Collection[str]) -> list[Node] | None:
    """Return the nodes of an instance group, or None while there is no Spot capacity for it."""
    market: Market = "SPOT" if group.get("Market") == "SPOT" else "ON_DEMAND"
    if market == "SPOT" and {group["InstanceType"], "*"} & set(without_spot):
        return None
    return [Node(group["InstanceType"], market, 1)] * int(group["InstanceCount"])


def _strategy(fleet: Json, kind: str) -> str:
    specification = (fleet.get("LaunchSpecifications") or {}).get(kind) or {}
    return str(specification.get("AllocationStrategy", "lowest-price"))


def _fill(types: Sequence[Json], units: int, market: Market, *, spread: bool) -> list[Node]:
    nodes: list[Node] = []
    turns = cycle(types if spread else types[:1])
    while sum(node.units for node in nodes) < units:
        config = next(turns)
        nodes.append(Node(config["InstanceType"], market, config.get("WeightedCapacity", 1)))
    return nodes
