"""The one definition of the lake's cluster, as the EMR API takes it (RunJobFlow).

The state machine sends it for each run, and CloudFormation takes the same for a cluster that stays, under names of its
own: `as_cloudformation` translates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.emr_applications import applications, configurations
from config.emr import ClusterConfig, CoreConfig, NodesConfig, TaskConfig, units

# Our policies let EMR touch only what has this tag; EMR puts the tags of a cluster on its instances, volumes, network
# interfaces and launch templates. It is the tag that AWS's own policies ask for, so that either kind works.
# https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-iam-policies.html#manually-tagged-resources
TAG = ("for-use-with-amazon-emr-managed-policies", "true")
_KERBEROS_REALM = "LAKE.INTERNAL"
_MINUTE_SECONDS = 60

Request = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ClusterParts:
    """What a cluster is connected to: plain text, or references that stand for it."""

    name: str
    log_uri: str
    key_arn: str
    service_role: str
    instance_profile: str
    security_configuration: str
    subnets: Sequence[str]
    primary_group: str
    node_group: str
    service_group: str
    bootstrap_script: str
    wheelhouse: str
    hbase_root: str
    kerberos_password: str


def cluster_request(release: str, config: ClusterConfig, parts: ClusterParts) -> Request:
    """Write the request for a cluster that waits for steps and ends when it has been idle for a while."""
    long_running = config.life == "long_running"
    request: Request = {
        "Name": parts.name,
        "ReleaseLabel": release,
        "Applications": [{"Name": name} for name in applications(config)],
        "Configurations": configurations(config, hbase_root=parts.hbase_root),
        "Instances": {
            **(_fleets(config) if config.layout == "fleets" else _groups(config)),
            # EMR picks the subnet, that is the zone, in which it finds most of what fleets ask for; groups know one.
            **(
                {"Ec2SubnetIds": list(parts.subnets)}
                if config.layout == "fleets"
                else {"Ec2SubnetId": parts.subnets[0]}
            ),
            "EmrManagedMasterSecurityGroup": parts.primary_group,
            "EmrManagedSlaveSecurityGroup": parts.node_group,
            "ServiceAccessSecurityGroup": parts.service_group,
            # Step Functions takes no other value: https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": long_running,
            "UnhealthyNodeReplacement": True,
        },
        "BootstrapActions": [
            {
                "Name": "Install the wheelhouse",
                "ScriptBootstrapAction": {"Path": parts.bootstrap_script, "Args": [parts.wheelhouse]},
            }
        ],
        "ServiceRole": parts.service_role,
        "JobFlowRole": parts.instance_profile,
        "SecurityConfiguration": parts.security_configuration,
        "LogUri": parts.log_uri,
        "LogEncryptionKmsKeyId": parts.key_arn,
        "ManagedScalingPolicy": {"ComputeLimits": _limits(config)},
        # Also what ends a cluster whose execution was stopped: Step Functions then leaves it alone.
        "AutoTerminationPolicy": {"IdleTimeout": config.idle_minutes * _MINUTE_SECONDS},
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION",
        "StepConcurrencyLevel": config.step_concurrency,
        "VisibleToAllUsers": True,
        "Tags": [{"Key": TAG[0], "Value": TAG[1]}],
    }
    if config.authentication == "kerberos":
        request["KerberosAttributes"] = {"Realm": _KERBEROS_REALM, "KdcAdminPassword": parts.kerberos_password}
    return request


def _fleets(config: ClusterConfig) -> Request:
    task = config.task
    fleets = [
        {
            "Name": "Primary",
            "InstanceFleetType": "MASTER",
            "TargetOnDemandCapacity": 1,
            # One node, whichever type it is.
            "InstanceTypeConfigs": _types(config.primary, weighted=False),
            "LaunchSpecifications": _on_demand(),
        },
        {
            "Name": "Core",
            "InstanceFleetType": "CORE",
            "TargetOnDemandCapacity": config.core.units,
            "InstanceTypeConfigs": _types(config.core),
            "LaunchSpecifications": _on_demand(),
        },
        {
            "Name": "Task",
            "InstanceFleetType": "TASK",
            "TargetOnDemandCapacity": task.on_demand_units,
            "TargetSpotCapacity": task.spot_units,
            "InstanceTypeConfigs": _types(task),
            "LaunchSpecifications": {
                **_on_demand(),
                "SpotSpecification": {
                    "TimeoutDurationMinutes": task.spot_timeout_minutes,
                    "TimeoutAction": task.timeout_action,
                    "AllocationStrategy": task.allocation,
                },
            },
        },
    ]
    # A fleet without capacity is refused.
    return {"InstanceFleets": fleets if task.spot_units + task.on_demand_units else fleets[:2]}


def _on_demand() -> Request:
    return {"OnDemandSpecification": {"AllocationStrategy": "lowest-price"}}


def _types(nodes: NodesConfig, *, weighted: bool = True) -> list[Request]:
    return [
        {
            "InstanceType": name,
            "WeightedCapacity": units(name) if weighted else 1,
            "EbsConfiguration": _volumes(nodes),
        }
        for name in nodes.instance_types
    ]


def _groups(config: ClusterConfig) -> Request:
    task = config.task
    groups = [
        _group("Primary", "MASTER", "ON_DEMAND", config.primary, 1),
        _group("Core", "CORE", "ON_DEMAND", config.core, _instances(config.core, config.core.units)),
        _group("TaskSpot", "TASK", "SPOT", task, _instances(task, task.spot_units)),
        _group("TaskOnDemand", "TASK", "ON_DEMAND", task, _instances(task, task.on_demand_units)),
    ]
    return {"InstanceGroups": [group for group in groups if group["InstanceCount"]]}


def _group(name: str, role: str, market: str, nodes: NodesConfig, count: int) -> Request:
    return {
        "Name": name,
        "InstanceRole": role,
        "Market": market,
        "InstanceType": nodes.instance_types[0],
        "InstanceCount": count,
        "EbsConfiguration": _volumes(nodes),
    }


def _instances(nodes: CoreConfig | TaskConfig, wanted_units: int) -> int:
    """Round up: a group has whole instances."""
    return -(-wanted_units // units(nodes.instance_types[0]))


def _volumes(nodes: NodesConfig) -> Request:
    volume = {"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": nodes.ebs_gib}, "VolumesPerInstance": 1}
    return {"EbsBlockDeviceConfigs": [volume]}


def _limits(config: ClusterConfig) -> Request:
    scaling = config.scaling
    return {
        "UnitType": "InstanceFleetUnits" if config.layout == "fleets" else "Instances",
        "MinimumCapacityUnits": scaling.minimum_units,
        "MaximumCapacityUnits": scaling.maximum_units,
        # Above these caps EMR adds spot task nodes only.
        "MaximumCoreCapacityUnits": scaling.maximum_core_units,
        "MaximumOnDemandCapacityUnits": scaling.maximum_on_demand_units,
    }


_FLEET_PROPERTIES = {"MASTER": "MasterInstanceFleet", "CORE": "CoreInstanceFleet"}
_GROUP_PROPERTIES = {"MASTER": "MasterInstanceGroup", "CORE": "CoreInstanceGroup"}


def as_cloudformation(request: Request) -> Request:
    """Translate a request into the properties of `AWS::EMR::Cluster`."""
    instances = dict(request["Instances"])
    fleets, groups = instances.pop("InstanceFleets", []), instances.pop("InstanceGroups", [])
    instances |= _by_role(fleets, "InstanceFleetType", _FLEET_PROPERTIES, "TaskInstanceFleets")
    instances |= _by_role(groups, "InstanceRole", _GROUP_PROPERTIES, "TaskInstanceGroups")
    return {
        **request,
        "Instances": instances,
        "Configurations": [_configuration(each) for each in request["Configurations"]],
    }


def _by_role(parts: Sequence[Request], key: str, singles: dict[str, str], task_property: str) -> Request:
    placed: Request = {}
    for part in parts:
        body = {name: value for name, value in part.items() if name != key}
        if part[key] == "TASK":
            placed.setdefault(task_property, []).append(body)
        else:
            placed[singles[part[key]]] = body
    return placed


def _configuration(configuration: Request) -> Request:
    translated = {"Classification": configuration["Classification"]}
    if "Properties" in configuration:
        translated["ConfigurationProperties"] = configuration["Properties"]
    if "Configurations" in configuration:
        translated["Configurations"] = [_configuration(each) for each in configuration["Configurations"]]
    return translated
