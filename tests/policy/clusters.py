"""What EMR would refuse or misunderstand of the clusters in the templates and in the state machines.

No linter knows these rules. CloudFormation and Step Functions pass a request on as it is, and EMR answers at night.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.policy.rules import get
from tests.synthesis import Assembly

# The strategies of the EMR API (RunJobFlow), for spot instances.
ALLOCATIONS = {
    "capacity-optimized",
    "capacity-optimized-prioritized",
    "diversified",
    "lowest-price",
    "price-capacity-optimized",
}
_RELEASE = re.compile(r"emr-7\.\d{1,2}\.\d")
_TAG = {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}
_DISKS = "EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration"
_AT_REST = {
    "EncryptionConfiguration.EnableAtRestEncryption": True,
    "EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration.EncryptionMode": "SSE-KMS",
    f"{_DISKS}.EncryptionKeyProviderType": "AwsKms",
    f"{_DISKS}.EnableEbsEncryption": True,
    "EncryptionConfiguration.EnableInTransitEncryption": True,
    "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion": 2,
}


def clusters_that_emr_refuses(assembly: Assembly) -> list[str]:
    """Clusters whose request breaks a rule of EMR, or of this lake."""
    return sorted(f"{name}: {problem}" for name, request in requests(assembly) for problem in problems(request))


def clusters_without_protection(assembly: Assembly) -> list[str]:
    """Security configurations that leave something unencrypted, or give roles away to whoever asks a node."""
    return sorted(
        f"{each}: {path} must be {expected}; got {get(each.properties['SecurityConfiguration'], path)}"
        for each in assembly.resources(type="AWS::EMR::SecurityConfiguration")
        for path, expected in _AT_REST.items()
        if get(each.properties["SecurityConfiguration"], path) != expected
    )


def open_ports(assembly: Assembly) -> list[str]:
    """Security groups that let addresses in; only the network's own endpoints listen to the network."""
    return sorted(
        f"{group}: {rule}"
        for group in assembly.resources(type="AWS::EC2::SecurityGroup")
        for rule in group.properties.get("SecurityGroupIngress", [])
        if ("CidrIp" in rule or "CidrIpv6" in rule)
        and (group.stack, rule["FromPort"], rule["ToPort"]) != ("Network", 443, 443)
    )


def requests(assembly: Assembly) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each cluster as the EMR API takes it, with where it is defined."""
    for cluster in assembly.resources(type="AWS::EMR::Cluster"):
        yield str(cluster), _as_request(cluster.properties)
    for machine in assembly.resources(type="AWS::StepFunctions::StateMachine"):
        key = get(machine.properties, "DefinitionS3Location.Key")
        definition = json.loads((assembly.folder / f"asset.{key}").read_text(encoding="utf-8"))
        for name, state in definition["States"].items():
            if "elasticmapreduce:createCluster" in state.get("Resource", ""):
                yield f"{machine} {name}", state["Arguments"]


def _as_request(properties: Mapping[str, Any]) -> dict[str, Any]:
    instances = dict(properties["Instances"])
    for kind in ("Fleet", "Group"):
        role = "InstanceFleetType" if kind == "Fleet" else "InstanceRole"
        parts = [
            instances.pop(f"{name}Instance{kind}") | {role: name.upper()}
            for name in ("Master", "Core")
            if f"{name}Instance{kind}" in instances
        ]
        parts += [part | {role: "TASK"} for part in instances.pop(f"TaskInstance{kind}s", [])]
        if parts:
            instances[f"Instance{kind}s"] = parts
    return {**properties, "Instances": instances}


def problems(request: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with one request."""
    if not _RELEASE.fullmatch(str(request.get("ReleaseLabel"))):
        yield f"ReleaseLabel must be emr-7.<minor>.<patch>; got {request.get('ReleaseLabel')}"
    for name in ("SecurityConfiguration", "LogUri", "LogEncryptionKmsKeyId", "AutoTerminationPolicy", "ServiceRole"):
        if not request.get(name):
            yield f"{name} must be given"
    if _TAG not in request.get("Tags", []):
        yield "Tags must have the one that policies ask for"
    yield from _layout_problems(request["Instances"])
    yield from _scaling_problems(request)


def _layout_problems(instances: Mapping[str, Any]) -> Iterator[str]:
    fleets, groups = instances.get("InstanceFleets", []), instances.get("InstanceGroups", [])
    if bool(fleets) == bool(groups):
        yield "Instances must have either fleets or groups"
    for name in ("EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup", "ServiceAccessSecurityGroup"):
        if not instances.get(name):
            yield f"{name} must be given"
    for group in groups:
        if group["InstanceRole"] != "TASK" and group.get("Market") == "SPOT":
            yield f"{group['InstanceRole']} must be on demand"
    for fleet in fleets:
        yield from _fleet_problems(fleet)


def _fleet_problems(fleet: Mapping[str, Any]) -> Iterator[str]:
    role, spot = fleet["InstanceFleetType"], fleet.get("TargetSpotCapacity", 0)
    if role != "TASK" and spot:
        yield f"{role} must be on demand"
    if not spot + fleet.get("TargetOnDemandCapacity", 0):
        yield f"{role} must have a capacity"
    if not spot:
        return
    specification = get(fleet, "LaunchSpecifications.SpotSpecification") or {}
    minutes = specification.get("TimeoutDurationMinutes", 0)
    if not 5 <= minutes <= 1440:
        yield f"{role}: TimeoutDurationMinutes must be 5 to 1440; got {minutes}"
    if specification.get("TimeoutAction") != "SWITCH_TO_ON_DEMAND":
        yield f"{role}: TimeoutAction must be SWITCH_TO_ON_DEMAND; got {specification.get('TimeoutAction')}"
    if specification.get("AllocationStrategy") not in ALLOCATIONS:
        yield f"{role}: AllocationStrategy must be of EMR; got {specification.get('AllocationStrategy')}"
    if len(fleet["InstanceTypeConfigs"]) < 3:
        yield f"{role}: spot needs several instance types to choose from"


def _scaling_problems(request: Mapping[str, Any]) -> Iterator[str]:
    limits = get(request, "ManagedScalingPolicy.ComputeLimits")
    if not limits:
        yield "ManagedScalingPolicy must be given"
        return
    unit = "InstanceFleetUnits" if request["Instances"].get("InstanceFleets") else "Instances"
    if limits["UnitType"] != unit:
        yield f"UnitType must be {unit}; got {limits['UnitType']}"
    least, most = limits["MinimumCapacityUnits"], limits["MaximumCapacityUnits"]
    for name in ("MaximumCoreCapacityUnits", "MaximumOnDemandCapacityUnits"):
        if not least <= limits.get(name, -1) <= most:
            yield f"{name} must be {least} to {most}; got {limits.get(name)}"
