"""Operations that size a cluster: managed scaling, auto-termination, fleets and groups.

| operation | behaviour | source (EMR API reference) |
|---|---|---|
| Put, Get, RemoveManagedScalingPolicy | kept and checked; no load is there to scale with | |
| Put, Get, RemoveAutoTerminationPolicy | the cluster ends when it was idle for so long (`driver`) | |
| ModifyInstanceFleet | new targets at once; a Spot target without capacity leaves the fleet as it is | "Resize" |
| AddInstanceFleet | a task fleet, unless there is one | |
| ModifyInstanceGroups, AddInstanceGroups | new counts; task groups | |
"""

from __future__ import annotations

import time

from laptop.emulator import shapes
from laptop.emulator.emr import clusters, driver, faults, fleets, provisioning, records
from laptop.emulator.emr.instances import settle
from laptop.emulator.emr.records import CLUSTER_ENDING
from laptop.emulator.registry import Call, Json, ServiceError, operation


def _refuse(message: str) -> ServiceError:
    return ServiceError("InvalidRequestException", message)


def _open(cluster_id: str, kind: str = "") -> Json:
    cluster = clusters.cluster(cluster_id)
    if cluster["Status"]["State"] in CLUSTER_ENDING:
        raise _refuse(f"Cluster {cluster_id} must be active; got {cluster['Status']['State']}")
    if kind and cluster["InstanceCollectionType"] != kind:
        raise _refuse(f"Cluster {cluster_id} must be of {kind}; got {cluster['InstanceCollectionType']}")
    return cluster


def _set_policy(cluster_id: str, name: str, policy: Json | None) -> Json:
    clusters.change(cluster_id, lambda cluster: cluster.update({name: policy}))
    own = driver.live.get(cluster_id)
    if own:
        own.wake()
    return {}


@operation("elasticmapreduce", "PutManagedScalingPolicy")
def put_managed_scaling_policy(request: Json, call: Call) -> Json:
    shapes.check("emr", "PutManagedScalingPolicy", request)
    cluster = _open(request["ClusterId"])
    fleets.check_scaling(request["ManagedScalingPolicy"], cluster["InstanceCollectionType"])
    return _set_policy(cluster["Id"], "ManagedScalingPolicy", request["ManagedScalingPolicy"])


@operation("elasticmapreduce", "GetManagedScalingPolicy")
def get_managed_scaling_policy(request: Json, call: Call) -> Json:
    policy = clusters.cluster(request["ClusterId"]).get("ManagedScalingPolicy")
    return {"ManagedScalingPolicy": policy} if policy else {}


@operation("elasticmapreduce", "RemoveManagedScalingPolicy")
def remove_managed_scaling_policy(request: Json, call: Call) -> Json:
    return _set_policy(clusters.cluster(request["ClusterId"])["Id"], "ManagedScalingPolicy", None)


@operation("elasticmapreduce", "PutAutoTerminationPolicy")
def put_auto_termination_policy(request: Json, call: Call) -> Json:
    fleets.check_idle(request["AutoTerminationPolicy"])
    return _set_policy(_open(request["ClusterId"])["Id"], "AutoTerminationPolicy", request["AutoTerminationPolicy"])


@operation("elasticmapreduce", "GetAutoTerminationPolicy")
def get_auto_termination_policy(request: Json, call: Call) -> Json:
    policy = clusters.cluster(request["ClusterId"]).get("AutoTerminationPolicy")
    return {"AutoTerminationPolicy": policy} if policy else {}


@operation("elasticmapreduce", "RemoveAutoTerminationPolicy")
def remove_auto_termination_policy(request: Json, call: Call) -> Json:
    return _set_policy(clusters.cluster(request["ClusterId"])["Id"], "AutoTerminationPolicy", None)


@operation("elasticmapreduce", "ModifyInstanceFleet")
def modify_instance_fleet(request: Json, call: Call) -> Json:
    shapes.check("emr", "ModifyInstanceFleet", request)
    wanted = request["InstanceFleet"]
    cluster = _open(request["ClusterId"], "INSTANCE_FLEET")
    if wanted["InstanceFleetId"] not in {fleet["Id"] for fleet in cluster["Fleets"]}:
        raise _refuse(f"Instance fleet {wanted['InstanceFleetId']} must belong to {cluster['Id']}; it does not")
    clusters.change(cluster["Id"], lambda document: _resize_fleet(document, wanted))
    return {}


def _resize_fleet(cluster: Json, wanted: Json) -> None:
    fleet = next(item for item in cluster["Fleets"] if item["Id"] == wanted["InstanceFleetId"])
    changes = {name: value for name, value in wanted.items() if name not in {"InstanceFleetId", "Context"}}
    config = fleet["Config"] | changes
    targets = {name: config.get(name) or 0 for name in ("TargetOnDemandCapacity", "TargetSpotCapacity")}
    if fleet["InstanceFleetType"] != "TASK" or sum(targets.values()):
        fleets.check_fleet(config)
    fleet.update(Config=config, **targets)
    got = provisioning.first_attempt(config, faults.current().no_spot)
    if got.missing_spot_units:
        message = f"no capacity for {got.missing_spot_units} Spot units"
        fleet["Status"].update(State="SUSPENDED", StateChangeReason={"Code": "INSTANCE_FAILURE", "Message": message})
        return
    settle(cluster, fleet, got.nodes)


@operation("elasticmapreduce", "AddInstanceFleet")
def add_instance_fleet(request: Json, call: Call) -> Json:
    shapes.check("emr", "AddInstanceFleet", request)
    config = request["InstanceFleet"]
    cluster = _open(request["ClusterId"], "INSTANCE_FLEET")
    if config["InstanceFleetType"] in {fleet["InstanceFleetType"] for fleet in cluster["Fleets"]}:
        raise _refuse(f"Cluster {cluster['Id']} must have one fleet of {config['InstanceFleetType']}; it has one")
    fleets.check_fleet(config)
    fleet = records.new_fleet(config, time.time())
    got = provisioning.first_attempt(config, faults.current().no_spot)

    def alter(document: Json) -> None:
        document["Fleets"].append(fleet)
        settle(document, fleet, got.nodes)

    clusters.change(cluster["Id"], alter)
    return {"ClusterId": cluster["Id"], "ClusterArn": cluster["ClusterArn"], "InstanceFleetId": fleet["Id"]}


@operation("elasticmapreduce", "ModifyInstanceGroups")
def modify_instance_groups(request: Json, call: Call) -> Json:
    shapes.check("emr", "ModifyInstanceGroups", request)
    cluster = _open(request["ClusterId"], "INSTANCE_GROUP")
    wanted = {item["InstanceGroupId"]: item for item in request.get("InstanceGroups") or []}
    unknown = sorted(wanted.keys() - {group["Id"] for group in cluster["Groups"]})
    if unknown:
        raise _refuse(f"Instance groups must belong to {cluster['Id']}; got {', '.join(unknown)}")

    def alter(document: Json) -> None:
        for group in document["Groups"]:
            count = wanted.get(group["Id"], {}).get("InstanceCount")
            if count is not None:
                _resize_group(document, group, count)

    clusters.change(cluster["Id"], alter)
    return {}


def _resize_group(cluster: Json, group: Json, count: int) -> None:
    if group["InstanceGroupType"] == "MASTER":
        raise _refuse("the primary instance group must keep its size")
    group["Config"] = group["Config"] | {"InstanceCount": count}
    group["RequestedInstanceCount"] = count
    nodes = provisioning.of_group(group["Config"], faults.current().no_spot)
    if nodes is not None:
        settle(cluster, group, nodes)


@operation("elasticmapreduce", "AddInstanceGroups")
def add_instance_groups(request: Json, call: Call) -> Json:
    shapes.check("emr", "AddInstanceGroups", request)
    cluster = _open(request["JobFlowId"], "INSTANCE_GROUP")
    if any(config["InstanceRole"] != "TASK" for config in request["InstanceGroups"]):
        raise _refuse("instance groups that are added must be TASK")
    new = [records.new_group(config, time.time()) for config in request["InstanceGroups"]]

    def alter(document: Json) -> None:
        for group in new:
            document["Groups"].append(group)
            _resize_group(document, group, group["Config"]["InstanceCount"])

    clusters.change(cluster["Id"], alter)
    ids = [group["Id"] for group in new]
    return {"JobFlowId": cluster["Id"], "ClusterArn": cluster["ClusterArn"], "InstanceGroupIds": ids}
