"""What EMR refuses of instance fleets and instance groups. Pure.

Sources: EMR management guide, "Planning and configuring instance fleets for your Amazon EMR cluster" and "Configure
uniform instance groups"; API reference, InstanceFleetConfig, SpotProvisioningSpecification and ComputeLimits.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from laptop.emulator.registry import Json, ServiceError

_TYPES_PER_FLEET = 5
_TYPES_WITH_ALLOCATION_STRATEGY = 30
_PRIMARIES = (1, 3)


def refuse(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def check_instances(instances: Json) -> str:
    """Check the instances of a RunJobFlow request; return INSTANCE_FLEET or INSTANCE_GROUP.

    Raises
    ------
    ServiceError
        EMR would refuse them.
    """
    fleets, groups = instances.get("InstanceFleets"), instances.get("InstanceGroups")
    types = [name for name in ("MasterInstanceType", "SlaveInstanceType", "InstanceCount") if instances.get(name)]
    if fleets and (groups or types):
        raise refuse(f"a cluster must have either instance fleets or instance groups; got both ({types or 'groups'})")
    if groups and types:
        raise refuse(f"a cluster must have either InstanceGroups or {', '.join(types)}; got both")
    if fleets:
        _check_fleets(fleets)
        return "INSTANCE_FLEET"
    if instances.get("Ec2SubnetIds"):
        raise refuse("Ec2SubnetIds must be used with instance fleets only; got instance groups")
    if not groups and not instances.get("MasterInstanceType"):
        raise refuse("Instances must have InstanceFleets, InstanceGroups or MasterInstanceType; got none of them")
    _check_groups(groups or [])
    return "INSTANCE_GROUP"


def _check_roles(roles: list[str], what: str) -> None:
    counts = Counter(roles)
    if counts["MASTER"] != 1:
        raise refuse(f"a cluster must have one {what} for its primary node; got {counts['MASTER']}")
    if counts["CORE"] > 1:
        raise refuse(f"a cluster must have at most one core {what}; got {counts['CORE']}")


def _check_fleets(fleets: list[Json]) -> None:
    _check_roles([fleet["InstanceFleetType"] for fleet in fleets], "instance fleet")
    if sum(fleet["InstanceFleetType"] == "TASK" for fleet in fleets) > 1:
        raise refuse("a cluster must have at most one task instance fleet; got more")
    for fleet in fleets:
        check_fleet(fleet)


def check_fleet(fleet: Json) -> None:
    """Check one InstanceFleetConfig."""
    role = fleet["InstanceFleetType"]
    demand, spot = fleet.get("TargetOnDemandCapacity") or 0, fleet.get("TargetSpotCapacity") or 0
    if demand + spot < 1:
        raise refuse(f"the {role} fleet must have a target capacity above 0 On-Demand or Spot; got neither")
    if role == "MASTER" and ((demand and spot) or demand + spot not in _PRIMARIES):
        raise refuse(f"the MASTER fleet must have 1 or 3 units of one market; got {demand} On-Demand and {spot} Spot")
    _check_types(fleet, role)
    specification = (fleet.get("LaunchSpecifications") or {}).get("SpotSpecification")
    if specification:
        check_timeout(specification, f"the {role} fleet")


def _check_types(fleet: Json, role: str) -> None:
    types = fleet.get("InstanceTypeConfigs") or []
    names = [config["InstanceType"] for config in types]
    launch = fleet.get("LaunchSpecifications") or {}
    has_strategy = any("AllocationStrategy" in specification for specification in launch.values())
    most = _TYPES_WITH_ALLOCATION_STRATEGY if has_strategy else _TYPES_PER_FLEET
    if not 1 <= len(names) <= most:
        raise refuse(f"the {role} fleet must have 1 to {most} instance types; got {len(names)}")
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise refuse(f"the {role} fleet must name an instance type once; got {', '.join(repeated)} twice")
    for config in types:
        weight = config.get("WeightedCapacity", 1)
        if weight < 1 or (role == "MASTER" and weight != 1):
            raise refuse(f"WeightedCapacity of {config['InstanceType']} in the {role} fleet must be 1; got {weight}")
        if "BidPrice" in config and "BidPriceAsPercentageOfOnDemandPrice" in config:
            raise refuse(f"{config['InstanceType']} must have one bid price; got two")


def check_timeout(specification: Json, what: str) -> None:
    """Check the provisioning timeout of a Spot specification, which counts in minutes."""
    minutes = specification.get("TimeoutDurationMinutes")
    if minutes is None or not 5 <= minutes <= 1440:
        raise refuse(f"TimeoutDurationMinutes of {what} must be 5 to 1440; got {minutes}")


def _check_groups(groups: list[Json]) -> None:
    if not groups:
        return
    _check_roles([group["InstanceRole"] for group in groups], "instance group")
    for group in groups:
        count = group.get("InstanceCount") or 0
        if group["InstanceRole"] == "MASTER" and count not in _PRIMARIES:
            raise refuse(f"InstanceCount of the MASTER group must be 1 or 3; got {count}")
        if group["InstanceRole"] == "CORE" and count < 1:
            raise refuse(f"InstanceCount of the CORE group must be at least 1; got {count}")
        if group.get("BidPrice") and group.get("Market", "ON_DEMAND") != "SPOT":
            raise refuse("BidPrice must be used with the market SPOT only")


def check_scaling(policy: Json, collection: str) -> None:
    """Check a managed scaling policy against the kind of cluster.

    Raises
    ------
    ServiceError
        The limits contradict each other, or their unit does not fit the cluster.
    """
    limits: dict[str, Any] = policy.get("ComputeLimits") or {}
    fits = {"InstanceFleetUnits"} if collection == "INSTANCE_FLEET" else {"Instances", "VCPU"}
    if limits.get("UnitType") not in fits:
        raise refuse(f"UnitType of a cluster of {collection} must be {' or '.join(sorted(fits))}; got {limits}")
    least, most = limits["MinimumCapacityUnits"], limits["MaximumCapacityUnits"]
    if not 1 <= least <= most:
        raise refuse(f"MinimumCapacityUnits must be 1 to MaximumCapacityUnits ({most}); got {least}")
    for name in ("MaximumOnDemandCapacityUnits", "MaximumCoreCapacityUnits"):
        if limits.get(name, 0) > most:
            raise refuse(f"{name} must be at most MaximumCapacityUnits ({most}); got {limits[name]}")


def check_idle(policy: Json) -> None:
    """Check an auto-termination policy."""
    seconds = policy.get("IdleTimeout")
    if seconds is None or not 60 <= seconds <= 604_800:
        raise refuse(f"IdleTimeout must be 60 to 604800 seconds; got {seconds}")
