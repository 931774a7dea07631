"""Gives the fleets and groups of a cluster their instances."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from laptop.emulator.emr import clusters, faults, provisioning, records
from laptop.emulator.emr.provisioning import Node
from laptop.emulator.registry import Json

_POLL_SECONDS = 0.1


class NoCapacityError(Exception):
    """A fleet did not get its Spot capacity in time, and its timeout action is TERMINATE_CLUSTER."""


def provide(cluster_id: str, wait_minutes: Callable[[float], None], check: Callable[[], None]) -> None:
    """Provide all fleets and groups of a new cluster.

    Parameters
    ----------
    wait_minutes
        Waits so many minutes; raises when the cluster must end.
    check
        Raises when the cluster must end.

    Raises
    ------
    NoCapacityError
        There is no Spot capacity, and a fleet asks to terminate the cluster then.
    """
    cluster = clusters.cluster(cluster_id)
    for fleet in cluster["Fleets"]:
        nodes = _of_fleet(fleet["Config"], wait_minutes)
        clusters.change(cluster_id, _settle("Fleets", fleet["Id"], nodes))
    for group in cluster["Groups"]:
        nodes = _of_group(group["Config"], check)
        clusters.change(cluster_id, _settle("Groups", group["Id"], nodes))
        check()


def _of_fleet(config: Json, wait_minutes: Callable[[float], None]) -> list[Node]:
    first = provisioning.first_attempt(config, faults.current().no_spot)
    if not first.missing_spot_units:
        return list(first.nodes)
    minutes, action = provisioning.timeout_of(config)
    wait_minutes(minutes)
    second = provisioning.first_attempt(config, faults.current().no_spot)
    if not second.missing_spot_units:
        return list(second.nodes)
    if action == "SWITCH_TO_ON_DEMAND":
        return [*second.nodes, *provisioning.on_demand(config, second.missing_spot_units)]
    raise NoCapacityError(
        f"The {config['InstanceFleetType']} instance fleet got no capacity for {second.missing_spot_units} Spot units"
        f" within {minutes} minutes"
    )


def _of_group(config: Json, check: Callable[[], None]) -> list[Node]:
    """Wait for a group's nodes: EMR waits for Spot capacity of a group as long as the cluster lives.

    A task group does not keep the cluster from starting; it stays without nodes.
    """
    while (nodes := provisioning.of_group(config, faults.current().no_spot)) is None:
        if config["InstanceRole"] == "TASK":
            return []
        check()
        time.sleep(_POLL_SECONDS)
    return nodes


def _settle(kind: str, part_id: str, nodes: Sequence[Node]) -> Callable[[Json], None]:
    def alter(cluster: Json) -> None:
        part = next(item for item in cluster[kind] if item["Id"] == part_id)
        settle(cluster, part, nodes)

    return alter


def settle(cluster: Json, part: Json, nodes: Sequence[Node]) -> None:
    """Make these nodes the running ones of a fleet or group; nodes that are not among them end."""
    now = time.time()
    role = part.get("InstanceFleetType") or part["InstanceGroupType"]
    key = "InstanceFleetId" if "InstanceFleetType" in part else "InstanceGroupId"
    missing = list(nodes)
    for instance in cluster["Instances"]:
        if instance.get(key) != part["Id"] or instance["Status"]["State"] != "RUNNING":
            continue
        node = Node(instance["InstanceType"], instance["Market"], instance["Units"])
        if node in missing:
            missing.remove(node)
        else:
            instance["Status"]["State"] = "TERMINATED"
            instance["Status"]["Timeline"]["EndDateTime"] = now
    cluster["Instances"] += records.new_instances(missing, part, role, now)
    part["Status"]["State"] = "RUNNING"
    part["Status"]["Timeline"].setdefault("ReadyDateTime", now)
    if "InstanceFleetType" in part:
        for name, market in (("ProvisionedOnDemandCapacity", "ON_DEMAND"), ("ProvisionedSpotCapacity", "SPOT")):
            part[name] = sum(node.units for node in nodes if node.market == market)
    else:
        part["RunningInstanceCount"] = len(nodes)
    if role == "MASTER":
        cluster["MasterPublicDnsName"] = "ip-127-0-0-1.ec2.internal"
