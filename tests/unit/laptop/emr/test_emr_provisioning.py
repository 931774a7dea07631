from __future__ import annotations

from typing import Any

from laptop.emulator.emr import provisioning


def fleet(*types: tuple[str, int], on_demand: int = 0, spot: int = 0, **specifications: Any) -> dict[str, Any]:
    return {
        "InstanceFleetType": "TASK",
        "TargetOnDemandCapacity": on_demand,
        "TargetSpotCapacity": spot,
        "InstanceTypeConfigs": [{"InstanceType": name, "WeightedCapacity": weight} for name, weight in types],
        "LaunchSpecifications": specifications,
    }


def test_last_instance_may_exceed_the_target() -> None:
    capacity = provisioning.first_attempt(fleet(("big", 4), spot=6), ())
    assert [(node.market, node.units) for node in capacity.nodes] == [("SPOT", 4), ("SPOT", 4)]


def test_types_without_spot_capacity_are_passed_over() -> None:
    capacity = provisioning.first_attempt(fleet(("a", 1), ("b", 1), spot=2), ["a"])
    assert [node.instance_type for node in capacity.nodes] == ["b", "b"]
    assert capacity.missing_spot_units == 0


def test_diversified_fleet_takes_its_types_in_turn() -> None:
    specification = {"AllocationStrategy": "diversified"}
    capacity = provisioning.first_attempt(fleet(("a", 1), ("b", 1), spot=3, SpotSpecification=specification), ())
    assert [node.instance_type for node in capacity.nodes] == ["a", "b", "a"]


def test_fleet_without_spot_capacity_has_its_on_demand_part_and_says_what_is_missing() -> None:
    capacity = provisioning.first_attempt(fleet(("a", 1), on_demand=2, spot=5), ["*"])
    assert [node.market for node in capacity.nodes] == ["ON_DEMAND"] * 2
    assert capacity.missing_spot_units == 5


def test_prioritized_fleet_takes_the_type_of_lowest_priority_number() -> None:
    config = fleet(("a", 1), ("b", 1), on_demand=1, OnDemandSpecification={"AllocationStrategy": "prioritized"})
    config["InstanceTypeConfigs"][1]["Priority"] = 0.0
    assert [node.instance_type for node in provisioning.on_demand(config, 1)] == ["b"]


def test_fleet_without_a_launch_specification_waits_an_hour_and_ends_the_cluster() -> None:
    assert provisioning.timeout_of(fleet(("a", 1), spot=1)) == (60, "TERMINATE_CLUSTER")


def test_spot_group_without_capacity_gets_nothing_and_others_get_all() -> None:
    group = {"InstanceRole": "TASK", "InstanceType": "a", "InstanceCount": 2}
    assert provisioning.of_group(group | {"Market": "SPOT"}, ["a"]) is None
    assert len(provisioning.of_group(group, ["a"]) or []) == 2
