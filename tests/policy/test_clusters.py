"""Clusters are as EMR takes them, in templates and in state machines; for each rule, a defect that it catches."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from components.emr_cluster import as_cloudformation
from tests.policy import clusters
from tests.policy.test_rules import add, one, seeded
from tests.synthesis import Assembly
from tests.unit.components.test_emr_cluster import GROUPS, request_with

RULES = [clusters.clusters_that_emr_refuses, clusters.clusters_without_protection, clusters.open_ports]
Request = dict[str, Any]


@pytest.mark.parametrize("environment", ["laptop", "staging", "prod"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_cluster_breaks_the_rule(
    assembly_of: Callable[[str], Assembly], rule: Callable[[Assembly], list[str]], environment: str
) -> None:
    assert rule(assembly_of(environment)) == []


def test_the_cluster_of_each_run_is_looked_at(prod_assembly: Assembly) -> None:
    assert [name.split(" ")[-1] for name, _ in clusters.requests(prod_assembly)] == ["CreateCluster"]


def fleet(request: Request, role: str) -> Request:
    found: Request = next(each for each in request["Instances"]["InstanceFleets"] if each["InstanceFleetType"] == role)
    return found


def spot(request: Request) -> Request:
    found: Request = fleet(request, "TASK")["LaunchSpecifications"]["SpotSpecification"]
    return found


def limits(request: Request) -> Request:
    found: Request = request["ManagedScalingPolicy"]["ComputeLimits"]
    return found


DEFECTS: dict[str, Callable[[Request], object]] = {
    "a bad release": lambda request: request.update(ReleaseLabel="emr-7.13"),
    "no security configuration": lambda request: request.pop("SecurityConfiguration"),
    "no logs": lambda request: request.pop("LogUri"),
    "plain logs": lambda request: request.pop("LogEncryptionKmsKeyId"),
    "no end when idle": lambda request: request.pop("AutoTerminationPolicy"),
    "no service role": lambda request: request.pop("ServiceRole"),
    "no tag": lambda request: request.pop("Tags"),
    "groups beside fleets": lambda request: request["Instances"].update(InstanceGroups=[{"InstanceRole": "TASK"}]),
    "no nodes": lambda request: (
        request["Instances"].pop("InstanceFleets") and limits(request).update(UnitType="Instances")
    ),
    "no service group": lambda request: request["Instances"].pop("ServiceAccessSecurityGroup"),
    "a primary on spot": lambda request: fleet(request, "MASTER").update(
        TargetSpotCapacity=1,
        LaunchSpecifications=fleet(request, "TASK")["LaunchSpecifications"],
        InstanceTypeConfigs=fleet(request, "TASK")["InstanceTypeConfigs"],
    ),
    "a fleet of nothing": lambda request: fleet(request, "CORE").update(TargetOnDemandCapacity=0),
    "an impatient fleet": lambda request: spot(request).update(TimeoutDurationMinutes=3),
    "a fleet that gives up": lambda request: spot(request).update(TimeoutAction="TERMINATE_CLUSTER"),
    "an unknown strategy": lambda request: spot(request).update(AllocationStrategy="price-optimized"),
    "one kind of spot": lambda request: fleet(request, "TASK").update(InstanceTypeConfigs=[{}]),
    "no scaling": lambda request: request.pop("ManagedScalingPolicy"),
    "instances of fleets": lambda request: limits(request).update(UnitType="Instances"),
    "core without a cap": lambda request: limits(request).pop("MaximumCoreCapacityUnits"),
    "more on demand than at all": lambda request: limits(request).update(MaximumOnDemandCapacityUnits=1000),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS.keys())
def test_a_defect_of_a_request_is_found(defect: Callable[[Request], object]) -> None:
    request = deepcopy(request_with())
    assert list(clusters.problems(request)) == []
    defect(request)
    assert len(list(clusters.problems(request))) == 1


def test_spot_groups_of_core_nodes_are_found() -> None:
    request = deepcopy(request_with(**GROUPS))
    assert list(clusters.problems(request)) == []
    request["Instances"]["InstanceGroups"][1]["Market"] = "SPOT"
    assert list(clusters.problems(request)) == ["CORE must be on demand"]


@pytest.mark.parametrize("changes", [{}, GROUPS], ids=["fleets", "groups"])
def test_a_cluster_of_a_template_is_judged_as_a_request(prod_assembly: Assembly, changes: dict[str, object]) -> None:
    properties = as_cloudformation(request_with(**changes))
    good = seeded(prod_assembly, lambda all_: add(all_, "AWS::EMR::Cluster", **properties), "Emr")
    assert clusters.clusters_that_emr_refuses(good) == []
    bad = seeded(prod_assembly, lambda all_: add(all_, "AWS::EMR::Cluster", **properties | {"LogUri": ""}), "Emr")
    assert len(clusters.clusters_that_emr_refuses(bad)) == 1


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("EncryptionConfiguration", {"EnableAtRestEncryption": False}),
        ("EncryptionConfiguration", {"EnableInTransitEncryption": False}),
        ("InstanceMetadataServiceConfiguration", {"MinimumInstanceMetadataServiceVersion": 1}),
    ],
)
def test_a_weaker_security_configuration_is_found(prod_assembly: Assembly, section: str, change: Request) -> None:
    def weaken(resources: Request) -> None:
        one(resources, "AWS::EMR::SecurityConfiguration")["SecurityConfiguration"][section].update(change)

    assert len(clusters.clusters_without_protection(seeded(prod_assembly, weaken, "Emr"))) == 1


def test_a_security_configuration_in_another_shape_is_found(prod_assembly: Assembly) -> None:
    """EMR takes what it does not know for nothing: cdk-nag looks for the switch at the wrong place, see docs/emr.md."""

    def flatten(resources: Request) -> None:
        properties = one(resources, "AWS::EMR::SecurityConfiguration")
        properties["SecurityConfiguration"] = properties["SecurityConfiguration"]["EncryptionConfiguration"]

    assert len(clusters.clusters_without_protection(seeded(prod_assembly, flatten, "Emr"))) >= 5


@pytest.mark.parametrize("cidr", [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.40.0.0/16"}, {"CidrIpv6": "::/0"}], ids=str)
def test_an_open_port_is_found(prod_assembly: Assembly, cidr: dict[str, str]) -> None:
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22} | cidr
    opened = seeded(prod_assembly, lambda all_: add(all_, "AWS::EC2::SecurityGroup", SecurityGroupIngress=[ssh]), "Emr")
    assert len(clusters.open_ports(opened)) == 1
