"""Resource types of EMR.

| type | made by | update |
|---|---|---|
| AWS::EMR::Cluster | RunJobFlow; complete when the cluster is WAITING or RUNNING, or has ended well | policies, protection, concurrency and tags in place; else replaced |
| AWS::EMR::InstanceFleetConfig, InstanceGroupConfig | AddInstanceFleet, AddInstanceGroups | sizes in place |
| AWS::EMR::SecurityConfiguration | CreateSecurityConfiguration | replaced |
| AWS::EMR::Step | AddJobFlowSteps; complete when the step has ended | replaced; deleted: it stays in the history of its cluster |
| AWS::EMR::Studio | CreateStudio | Name, Description, SubnetIds, DefaultS3Location and tags in place |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EMR.html
"""  # noqa: E501

from __future__ import annotations

import json
import time
from typing import Any

import botocore.session

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.cloudformation.shape import changed, is_true, pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type

_POLL_SECONDS = 0.1
_ROLES = {
    "MasterInstanceFleet": "MASTER",
    "CoreInstanceFleet": "CORE",
    "TaskInstanceFleets": "TASK",
    "MasterInstanceGroup": "MASTER",
    "CoreInstanceGroup": "CORE",
    "TaskInstanceGroups": "TASK",
}
# Names of CloudFormation that the API has not.
_RENAMED = {"ConfigurationProperties": "Properties"}


def typed(service: str, operation: str, request: Any) -> Any:
    """Return a request with the types of the API: a template may write numbers and booleans as texts."""
    model = botocore.session.get_session().get_service_model(service)
    return typed_as(model.operation_model(operation).input_shape, request)


def typed_as(shape: Any, value: Any) -> Any:
    """Return a value with the types of a shape of the API."""
    if shape.type_name == "structure":
        renamed = {_RENAMED.get(name, name): item for name, item in value.items()}
        return {
            name: typed_as(shape.members[name], item) if name in shape.members else item
            for name, item in renamed.items()
        }
    if shape.type_name == "list":
        return [typed_as(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: str(item) for key, item in value.items()}
    if shape.type_name in {"integer", "long"}:
        return int(value)
    if shape.type_name in {"double", "float"}:
        return float(value)
    return is_true(value) if shape.type_name == "boolean" else value


def _instances(properties: Json) -> Json:
    """Return the instances of a template as the API takes them: one list of fleets, one of groups."""
    found: Json = {name: value for name, value in properties.items() if name not in _ROLES}
    for name, role in _ROLES.items():
        parts = properties.get(name) or []
        for part in parts if isinstance(parts, list) else [parts]:
            kind = ("InstanceFleets", "InstanceFleetType") if "Fleet" in name else ("InstanceGroups", "InstanceRole")
            found.setdefault(kind[0], []).append({**part, kind[1]: role})
    return found


_MUTABLE = ("AutoTerminationPolicy", "ManagedScalingPolicy", "StepConcurrencyLevel", "Tags", "VisibleToAllUsers")
_FIXED = (
    "Name",
    "ReleaseLabel",
    "Applications",
    "BootstrapActions",
    "Configurations",
    "CustomAmiId",
    "EbsRootVolumeIops",
    "EbsRootVolumeSize",
    "EbsRootVolumeThroughput",
    "JobFlowRole",
    "KerberosAttributes",
    "LogEncryptionKmsKeyId",
    "LogUri",
    "OSReleaseLabel",
    "PlacementGroupConfigs",
    "ScaleDownBehavior",
    "SecurityConfiguration",
    "ServiceRole",
    "Steps",
)


@resource_type("AWS::EMR::Cluster")
class Cluster(Resource):
    # Of Instances, protection changes in place; `update` refuses the rest.
    replaced_by = frozenset(_FIXED)
    properties = frozenset({*_FIXED, *_MUTABLE, "Instances"})

    def create(self, properties: Json, context: Context) -> Created:
        request = {**properties, "Instances": _instances(properties["Instances"])}
        emr = client("emr")
        cluster_id = emr.run_job_flow(**typed("emr", "RunJobFlow", request))["JobFlowId"]
        while (status := emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"])["State"] in {
            "STARTING",
            "BOOTSTRAPPING",
        }:
            time.sleep(_POLL_SECONDS)
        if status["State"] not in {"WAITING", "RUNNING", "TERMINATING", "TERMINATED"}:
            raise ValueError(f"cluster {cluster_id} must start; got {status['State']}: {status['StateChangeReason']}")
        return self._created(cluster_id)

    @staticmethod
    def _created(cluster_id: str) -> Created:
        described = client("emr").describe_cluster(ClusterId=cluster_id)["Cluster"]
        return Created(cluster_id, {"MasterPublicDNS": described.get("MasterPublicDnsName", ""), "Id": cluster_id})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        emr = client("emr")
        self._update_protection(physical_id, dict(old["Instances"]), dict(new["Instances"]))
        if changed(old, new, "VisibleToAllUsers"):
            visible = is_true(new.get("VisibleToAllUsers", True))
            emr.set_visible_to_all_users(JobFlowIds=[physical_id], VisibleToAllUsers=visible)
        if changed(old, new, "StepConcurrencyLevel"):
            emr.modify_cluster(ClusterId=physical_id, StepConcurrencyLevel=int(new.get("StepConcurrencyLevel", 1)))
        for name, noun in (("ManagedScalingPolicy", "managed_scaling"), ("AutoTerminationPolicy", "auto_termination")):
            self._update_policy(physical_id, name, noun, old.get(name), new.get(name))
        _retag(physical_id, old, new)
        return self._created(physical_id)

    @staticmethod
    def _update_protection(cluster_id: str, old: Json, new: Json) -> None:
        before, after = (is_true(part.pop("TerminationProtected", False)) for part in (old, new))
        if old != new:
            raise ValueError("Instances of a cluster on the laptop must stay as they are, but for TerminationProtected")
        if before != after:
            client("emr").set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=after)

    @staticmethod
    def _update_policy(cluster_id: str, name: str, noun: str, old: Any, new: Any) -> None:
        emr = client("emr")
        if new is None and old is not None:
            getattr(emr, f"remove_{noun}_policy")(ClusterId=cluster_id)
        elif new != old:
            request = typed("emr", f"Put{name}", {"ClusterId": cluster_id, name: new})
            getattr(emr, f"put_{noun}_policy")(**request)

    def delete(self, physical_id: str, properties: Json) -> None:
        emr = client("emr")
        emr.terminate_job_flows(JobFlowIds=[physical_id])
        while not emr.describe_cluster(ClusterId=physical_id)["Cluster"]["Status"]["State"].startswith("TERMINATED"):
            time.sleep(_POLL_SECONDS)


def _retag(resource_id: str, old: Json, new: Json) -> None:
    before, after = tag_map(old.get("Tags")), tag_map(new.get("Tags"))
    gone = sorted(before.keys() - after.keys())
    if gone:
        client("emr").remove_tags(ResourceId=resource_id, TagKeys=gone)
    if after and before != after:
        tags = [{"Key": key, "Value": value} for key, value in after.items()]
        client("emr").add_tags(ResourceId=resource_id, Tags=tags)


@resource_type("AWS::EMR::InstanceFleetConfig")
class InstanceFleetConfig(Resource):
    replaced_by = frozenset({"ClusterId", "InstanceFleetType", "InstanceTypeConfigs", "LaunchSpecifications", "Name"})
    properties = replaced_by | {"TargetOnDemandCapacity", "TargetSpotCapacity", "ResizeSpecifications"}

    def create(self, properties: Json, context: Context) -> Created:
        fleet = {name: value for name, value in properties.items() if name != "ClusterId"}
        request = {"ClusterId": properties["ClusterId"], "InstanceFleet": fleet}
        made = client("emr").add_instance_fleet(**typed("emr", "AddInstanceFleet", request))
        return Created(made["InstanceFleetId"], {"Id": made["InstanceFleetId"]})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        sizes = pick(new, "TargetOnDemandCapacity", "TargetSpotCapacity", "ResizeSpecifications")
        request = {"ClusterId": new["ClusterId"], "InstanceFleet": {"InstanceFleetId": physical_id, **sizes}}
        client("emr").modify_instance_fleet(**typed("emr", "ModifyInstanceFleet", request))
        return Created(physical_id, {"Id": physical_id})

    def delete(self, physical_id: str, properties: Json) -> None:
        # A task fleet cannot be removed; CloudFormation sets its targets to 0.
        none = {"InstanceFleetId": physical_id, "TargetOnDemandCapacity": 0, "TargetSpotCapacity": 0}
        if _is_up(properties["ClusterId"]):
            client("emr").modify_instance_fleet(ClusterId=properties["ClusterId"], InstanceFleet=none)


@resource_type("AWS::EMR::InstanceGroupConfig")
class InstanceGroupConfig(Resource):
    replaced_by = frozenset({"JobFlowId", "InstanceRole", "InstanceType", "Market", "BidPrice", "Name"})
    properties = replaced_by | {"InstanceCount", "EbsConfiguration", "Configurations"}

    def create(self, properties: Json, context: Context) -> Created:
        group = {name: value for name, value in properties.items() if name != "JobFlowId"}
        request = {"JobFlowId": properties["JobFlowId"], "InstanceGroups": [group]}
        made = client("emr").add_instance_groups(**typed("emr", "AddInstanceGroups", request))
        return Created(made["InstanceGroupIds"][0], {"Id": made["InstanceGroupIds"][0]})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        if changed(old, new, "EbsConfiguration", "Configurations"):
            raise ValueError("an instance group on the laptop must keep its volumes and configurations")
        self._resize(new["JobFlowId"], physical_id, int(new["InstanceCount"]))
        return Created(physical_id, {"Id": physical_id})

    def delete(self, physical_id: str, properties: Json) -> None:
        if _is_up(properties["JobFlowId"]):
            self._resize(properties["JobFlowId"], physical_id, 0)

    @staticmethod
    def _resize(cluster_id: str, group_id: str, count: int) -> None:
        wanted = [{"InstanceGroupId": group_id, "InstanceCount": count}]
        client("emr").modify_instance_groups(ClusterId=cluster_id, InstanceGroups=wanted)


def _is_up(cluster_id: str) -> bool:
    state: str = client("emr").describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"]
    return not state.startswith("TERMINAT")


@resource_type("AWS::EMR::SecurityConfiguration")
class SecurityConfiguration(Resource):
    properties = frozenset({"Name", "SecurityConfiguration"})
    replaced_by = properties

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("Name", context.name)
        document = properties["SecurityConfiguration"]
        text = document if isinstance(document, str) else json.dumps(_switches(document))
        client("emr").create_security_configuration(Name=name, SecurityConfiguration=text)
        return Created(name, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("emr").delete_security_configuration(Name=physical_id)


def _switches(value: Any, name: str = "") -> Any:
    """Return a document with the booleans and numbers of JSON, which CloudFormation may have made texts."""
    if isinstance(value, dict):
        return {key: _switches(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_switches(item) for item in value]
    if name.startswith("Enable") and isinstance(value, str):
        return is_true(value)
    return int(value) if isinstance(value, str) and value.isdigit() else value


@resource_type("AWS::EMR::Step")
class Step(Resource):
    properties = frozenset({"ActionOnFailure", "HadoopJarStep", "JobFlowId", "Name"})
    replaced_by = properties

    def create(self, properties: Json, context: Context) -> Created:
        emr, cluster_id = client("emr"), properties["JobFlowId"]
        jar = dict(properties["HadoopJarStep"])
        if "StepProperties" in jar:
            jar["Properties"] = jar.pop("StepProperties")
        step = {**pick(properties, "ActionOnFailure", "Name"), "HadoopJarStep": jar}
        request = typed("emr", "AddJobFlowSteps", {"JobFlowId": cluster_id, "Steps": [step]})
        step_id = emr.add_job_flow_steps(**request)["StepIds"][0]
        while (status := emr.describe_step(ClusterId=cluster_id, StepId=step_id)["Step"]["Status"])["State"] in {
            "PENDING",
            "RUNNING",
        }:
            time.sleep(_POLL_SECONDS)
        if status["State"] != "COMPLETED":
            raise ValueError(f"step {step_id} must complete; got {status['State']}: {status.get('FailureDetails')}")
        return Created(step_id, {"Id": step_id})

    def delete(self, physical_id: str, properties: Json) -> None:
        """Leave it: a step that has ended stays in the history of its cluster."""


@resource_type("AWS::EMR::Studio")
class Studio(Resource):
    _fixed = (
        "AuthMode",
        "EncryptionKeyArn",
        "EngineSecurityGroupId",
        "IdcInstanceArn",
        "IdcUserAssignment",
        "IdpAuthUrl",
        "IdpRelayStateParameterName",
        "ServiceRole",
        "TrustedIdentityPropagationEnabled",
        "UserRole",
        "VpcId",
        "WorkspaceSecurityGroupId",
    )
    _mutable = ("DefaultS3Location", "Description", "Name", "SubnetIds")
    replaced_by = frozenset(_fixed)
    properties = frozenset({*_fixed, *_mutable, "Tags"})

    def create(self, properties: Json, context: Context) -> Created:
        made = client("emr").create_studio(**typed("emr", "CreateStudio", properties))
        return self._created(made["StudioId"])

    @staticmethod
    def _created(studio_id: str) -> Created:
        studio = client("emr").describe_studio(StudioId=studio_id)["Studio"]
        return Created(studio_id, {"Arn": studio["StudioArn"], "StudioId": studio_id, "Url": studio["Url"]})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        client("emr").update_studio(StudioId=physical_id, **pick(new, *self._mutable))
        _retag(physical_id, old, new)
        return self._created(physical_id)

    def delete(self, physical_id: str, properties: Json) -> None:
        client("emr").delete_studio(StudioId=physical_id)


READS["AWS::EMR::Cluster"] = ReadBack(
    (
        ask("emr", "describe_cluster", ClusterId="{id}"),
        ask("emr", "list_bootstrap_actions", ClusterId="{id}"),
        ask("emr", "list_steps", ClusterId="{id}"),
        ask("emr", "get_managed_scaling_policy", ClusterId="{id}"),
        ask("emr", "get_auto_termination_policy", ClusterId="{id}"),
        lambda cluster_id, properties, attributes: _read_parts(cluster_id),
    ),
    aliases={
        "ConfigurationProperties": "Properties",
        "JobFlowRole": "IamInstanceProfile",
        "Path": "ScriptPath",
        "InstanceCount": "RequestedInstanceCount",
        "Ec2SubnetIds": "RequestedEc2SubnetIds",
        "KeepJobFlowAliveWhenNoSteps": "KeptAlive",
    },
)


def _read_parts(cluster_id: str) -> Any:
    emr = client("emr")
    described = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    fleets = described["InstanceCollectionType"] == "INSTANCE_FLEET"
    parts = emr.list_instance_fleets if fleets else emr.list_instance_groups
    shown = parts(ClusterId=cluster_id)
    # The API shows the opposite of the one, and as many devices as the other says.
    return [shown, {"KeptAlive": not described["AutoTerminate"]}, *_volumes(shown)]


def _volumes(parts: Any) -> list[Json]:
    """Return how many volumes each instance type or group has, which the API shows as so many devices."""
    if isinstance(parts, list):
        return [found for part in parts for found in _volumes(part)]
    if not isinstance(parts, dict):
        return []
    own = [{"VolumesPerInstance": len(parts["EbsBlockDevices"])}] if parts.get("EbsBlockDevices") else []
    return own + [found for part in parts.values() for found in _volumes(part)]


READS["AWS::EMR::SecurityConfiguration"] = ReadBack((ask("emr", "describe_security_configuration", Name="{id}"),))
READS["AWS::EMR::InstanceFleetConfig"] = ReadBack(
    (ask("emr", "list_instance_fleets", ClusterId="{p[ClusterId]}"),), unread={"ClusterId": "the key"}
)
READS["AWS::EMR::InstanceGroupConfig"] = ReadBack(
    (ask("emr", "list_instance_groups", ClusterId="{p[JobFlowId]}"),),
    aliases={"InstanceCount": "RequestedInstanceCount", "InstanceRole": "InstanceGroupType"},
    unread={"JobFlowId": "the key"},
)
READS["AWS::EMR::Step"] = ReadBack(
    (ask("emr", "describe_step", ClusterId="{p[JobFlowId]}", StepId="{id}"),),
    aliases={"StepProperties": "Properties"},
    unread={"JobFlowId": "the key"},
)
READS["AWS::EMR::Studio"] = ReadBack((ask("emr", "describe_studio", StudioId="{id}"),))
