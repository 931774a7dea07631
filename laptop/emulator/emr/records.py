"""The documents of clusters, steps, fleets, groups and instances, and the answers that are made of them. Pure."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence

from laptop.emulator.emr.provisioning import Node
from laptop.emulator.registry import Json

CLUSTER_ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")
CLUSTER_ENDING = ("TERMINATING", *CLUSTER_ENDED)
STEP_ENDED = ("COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED")

_ALPHABET = string.ascii_uppercase + string.digits
_DESCRIBED = (
    "LogUri",
    "LogEncryptionKmsKeyId",
    "ReleaseLabel",
    "ServiceRole",
    "SecurityConfiguration",
    "AutoScalingRole",
    "ScaleDownBehavior",
    "CustomAmiId",
    "EbsRootVolumeSize",
    "EbsRootVolumeIops",
    "EbsRootVolumeThroughput",
    "RepoUpgradeOnBoot",
    "KerberosAttributes",
    "OSReleaseLabel",
    "PlacementGroupConfigs",
)
_EC2 = (
    "Ec2KeyName",
    "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup",
    "ServiceAccessSecurityGroup",
    "AdditionalMasterSecurityGroups",
    "AdditionalSlaveSecurityGroups",
)


def identifier(prefix: str) -> str:
    """Return a new id, e.g. `j-1K48XXXXXXHCB`."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(13))}"


def new_cluster(request: Json, collection: str, arn_prefix: str, now: float) -> Json:
    """Return the document of a cluster that was just requested."""
    cluster_id = identifier("j")
    instances = request["Instances"]
    return {
        "Id": cluster_id,
        "Name": request["Name"],
        "ClusterArn": f"{arn_prefix}:cluster/{cluster_id}",
        "InstanceCollectionType": collection,
        "Request": {name: value for name, value in request.items() if name != "Steps"},
        "Status": {"State": "STARTING", "StateChangeReason": {}, "Timeline": {"CreationDateTime": now}},
        "TerminationProtected": bool(instances.get("TerminationProtected")),
        "KeepAlive": bool(instances.get("KeepJobFlowAliveWhenNoSteps")),
        "UnhealthyNodeReplacement": bool(instances.get("UnhealthyNodeReplacement")),
        "VisibleToAllUsers": request.get("VisibleToAllUsers", True),
        "StepConcurrencyLevel": request.get("StepConcurrencyLevel", 1),
        "ManagedScalingPolicy": request.get("ManagedScalingPolicy"),
        "AutoTerminationPolicy": request.get("AutoTerminationPolicy"),
        "Tags": request.get("Tags") or [],
        "Fleets": [new_fleet(fleet, now) for fleet in instances.get("InstanceFleets") or []],
        "Groups": [new_group(group, now) for group in requested_groups(instances)],
        "Instances": [],
    }


def requested_groups(instances: Json) -> list[Json]:
    """Return the instance groups of a request, those of the short form with instance types among them."""
    if instances.get("InstanceFleets"):
        return []
    if instances.get("InstanceGroups"):
        return list(instances["InstanceGroups"])
    primary = {"InstanceRole": "MASTER", "InstanceType": instances["MasterInstanceType"], "InstanceCount": 1}
    others = int(instances.get("InstanceCount") or 1) - 1
    if others < 1:
        return [primary]
    core_type = instances.get("SlaveInstanceType", instances["MasterInstanceType"])
    return [primary, {"InstanceRole": "CORE", "InstanceType": core_type, "InstanceCount": others}]


def new_fleet(config: Json, now: float) -> Json:
    specifications = [
        {"WeightedCapacity": 1}
        | {name: value for name, value in item.items() if name != "EbsConfiguration"}
        | volumes(item.get("EbsConfiguration") or {})
        for item in config.get("InstanceTypeConfigs") or []
    ]
    return {
        "Id": identifier("if"),
        "Name": config.get("Name", ""),
        "Config": config,
        "Status": {"State": "PROVISIONING", "StateChangeReason": {}, "Timeline": {"CreationDateTime": now}},
        "InstanceFleetType": config["InstanceFleetType"],
        "TargetOnDemandCapacity": config.get("TargetOnDemandCapacity") or 0,
        "TargetSpotCapacity": config.get("TargetSpotCapacity") or 0,
        "ProvisionedOnDemandCapacity": 0,
        "ProvisionedSpotCapacity": 0,
        "InstanceTypeSpecifications": specifications,
        **{name: config[name] for name in ("LaunchSpecifications", "ResizeSpecifications") if name in config},
    }


def new_group(config: Json, now: float) -> Json:
    kept = ("BidPrice", "Configurations", "CustomAmiId", "AutoScalingPolicy")
    return {
        "Id": identifier("ig"),
        "Name": config.get("Name", config["InstanceRole"].title()),
        "Config": config,
        "Market": config.get("Market", "ON_DEMAND"),
        "InstanceGroupType": config["InstanceRole"],
        "InstanceType": config["InstanceType"],
        "RequestedInstanceCount": config["InstanceCount"],
        "RunningInstanceCount": 0,
        "Status": {"State": "PROVISIONING", "StateChangeReason": {}, "Timeline": {"CreationDateTime": now}},
        **volumes(config.get("EbsConfiguration") or {}),
        **{name: config[name] for name in kept if name in config},
    }


def volumes(configuration: Json) -> Json:
    """Return the devices of an EbsConfiguration, one for each volume."""
    specifications = [
        item["VolumeSpecification"]
        for item in configuration.get("EbsBlockDeviceConfigs") or []
        for _ in range(item.get("VolumesPerInstance", 1))
    ]
    devices = [
        {"VolumeSpecification": specification, "Device": f"/dev/sd{letter}"}
        for specification, letter in zip(specifications, string.ascii_lowercase[1:], strict=False)
    ]
    return {"EbsBlockDevices": devices, "EbsOptimized": configuration.get("EbsOptimized", False)}


def new_instances(nodes: Sequence[Node], owner: Json, role: str, now: float) -> list[Json]:
    """Return the documents of the nodes of a fleet or group."""
    key = "InstanceFleetId" if owner["Id"].startswith("if-") else "InstanceGroupId"
    return [
        {
            "Id": identifier("ci"),
            "Ec2InstanceId": f"i-{secrets.token_hex(9)[:17]}",
            "Role": role,
            key: owner["Id"],
            "Market": node.market,
            "InstanceType": node.instance_type,
            "Units": node.units,
            "PrivateDnsName": "ip-127-0-0-1.ec2.internal",
            "PrivateIpAddress": "127.0.0.1",
            "EbsVolumes": [],
            "Status": {
                "State": "RUNNING",
                "StateChangeReason": {},
                "Timeline": {"CreationDateTime": now, "ReadyDateTime": now},
            },
        }
        for node in nodes
    ]


def new_step(config: Json, now: float) -> Json:
    jar = config["HadoopJarStep"]
    step: Json = {
        "Id": identifier("s"),
        "Name": config["Name"],
        "Config": {
            "Jar": jar["Jar"],
            "Properties": {item["Key"]: item["Value"] for item in jar.get("Properties") or []},
            "Args": jar.get("Args") or [],
        },
        "ActionOnFailure": config["ActionOnFailure"],
        "Status": {"State": "PENDING", "StateChangeReason": {}, "Timeline": {"CreationDateTime": now}},
    }
    if jar.get("MainClass"):
        step["Config"]["MainClass"] = jar["MainClass"]
    return step


def described(cluster: Json) -> Json:
    """Return the Cluster of DescribeCluster."""
    request = cluster["Request"]
    instances = request["Instances"]
    subnets = instances.get("Ec2SubnetIds") or [instances[name] for name in ("Ec2SubnetId",) if instances.get(name)]
    own = (
        "Id",
        "Name",
        "ClusterArn",
        "Status",
        "InstanceCollectionType",
        "TerminationProtected",
        "UnhealthyNodeReplacement",
        "VisibleToAllUsers",
        "StepConcurrencyLevel",
        "Tags",
        "MasterPublicDnsName",
    )
    attributes: Json = {
        "RequestedEc2SubnetIds": subnets,
        "IamInstanceProfile": request["JobFlowRole"],
        **{name: instances[name] for name in _EC2 if instances.get(name)},
    }
    if subnets:
        attributes["Ec2SubnetId"] = subnets[0]
    return {
        **{name: cluster[name] for name in own if name in cluster},
        **{name: request[name] for name in _DESCRIBED if name in request},
        "Ec2InstanceAttributes": attributes,
        "AutoTerminate": not cluster["KeepAlive"],
        "Applications": [
            {"Name": item["Name"], "Version": item.get("Version", "")} for item in request.get("Applications") or []
        ],
        "Configurations": request.get("Configurations") or [],
        "NormalizedInstanceHours": 0,
    }


def shown(document: Json, *hidden: str) -> Json:
    """Return a document without what is our own."""
    return {name: value for name, value in document.items() if name not in {"Config", "Role", "Units", *hidden}}


def summary(cluster: Json) -> Json:
    """Return the ClusterSummary of ListClusters."""
    names = ("Id", "Name", "Status", "ClusterArn")
    return {name: cluster[name] for name in names} | {"NormalizedInstanceHours": 0}
