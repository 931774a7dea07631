"""Operations that show clusters and what belongs to them.

| operation | behaviour | source (EMR API reference) |
|---|---|---|
| DescribeCluster, DescribeStep | InvalidRequestException for an unknown id | |
| ListClusters | newest first, 50 a page, by state and time of creation | "ListClusters" |
| ListSteps | newest first, 50 a page, by state or up to 10 ids | "ListSteps" |
| ListInstances | by fleet, group, their type and the instance's state | "ListInstances" |
| ListInstanceFleets, ListInstanceGroups | each for its kind of cluster only | |
| ListBootstrapActions | in the order of the request | |
"""

from __future__ import annotations

from datetime import datetime

from laptop.emulator import paging, shapes
from laptop.emulator.emr import clusters
from laptop.emulator.emr.records import described, shown, summary
from laptop.emulator.registry import Call, Json, ServiceError, operation

_PAGE = 50
_MOST_IDS = 10


def _page(entries: list[Json], request: Json, most: int) -> tuple[list[Json], Json]:
    return paging.page(entries, request, most, "InvalidRequestException", "Marker")


@operation("elasticmapreduce", "DescribeCluster")
def describe_cluster(request: Json, call: Call) -> Json:
    return {"Cluster": described(clusters.cluster(request["ClusterId"]))}


@operation("elasticmapreduce", "ListClusters")
def list_clusters(request: Json, call: Call) -> Json:
    shapes.check("emr", "ListClusters", request)
    states = request.get("ClusterStates")
    after, before = moment(request.get("CreatedAfter", 0)), moment(request.get("CreatedBefore", float("inf")))
    found = [
        summary(cluster)
        for _, cluster in clusters.clusters.items()
        if (not states or cluster["Status"]["State"] in states)
        and after <= cluster["Status"]["Timeline"]["CreationDateTime"] <= before
    ]
    items, more = _page(found[::-1], request, _PAGE)
    return {"Clusters": items, **more}


def moment(value: float | str) -> float:
    """Return a time in seconds since 1970; Step Functions passes ISO 8601 texts on."""
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else value


@operation("elasticmapreduce", "DescribeStep")
def describe_step(request: Json, call: Call) -> Json:
    clusters.cluster(request["ClusterId"])
    return {"Step": clusters.step(request["ClusterId"], request["StepId"])}


@operation("elasticmapreduce", "ListSteps")
def list_steps(request: Json, call: Call) -> Json:
    shapes.check("emr", "ListSteps", request)
    cluster = clusters.cluster(request["ClusterId"])
    states, ids = request.get("StepStates"), request.get("StepIds")
    if ids and (states or len(ids) > _MOST_IDS):
        raise ServiceError("InvalidRequestException", "StepIds must be up to 10 ids without StepStates; got more")
    found = [
        step
        for step in clusters.steps_of(cluster["Id"])
        if (not states or step["Status"]["State"] in states) and (not ids or step["Id"] in ids)
    ]
    items, more = _page(found[::-1], request, _PAGE)
    return {"Steps": items, **more}


@operation("elasticmapreduce", "ListInstances")
def list_instances(request: Json, call: Call) -> Json:
    shapes.check("emr", "ListInstances", request)
    cluster = clusters.cluster(request["ClusterId"])
    wanted = {
        "InstanceFleetId": [request.get("InstanceFleetId")],
        "InstanceGroupId": [request.get("InstanceGroupId")],
        "Role": [request.get("InstanceFleetType"), *(request.get("InstanceGroupTypes") or [])],
    }
    found = [
        shown(instance)
        for instance in cluster["Instances"]
        if all(not any(values) or instance.get(name) in values for name, values in wanted.items())
        and instance["Status"]["State"] in (request.get("InstanceStates") or [instance["Status"]["State"]])
    ]
    items, more = _page(found, request, 2000)
    return {"Instances": items, **more}


def _of_kind(cluster_id: str, kind: str) -> Json:
    cluster = clusters.cluster(cluster_id)
    if cluster["InstanceCollectionType"] != kind:
        other = "fleets and instance groups" if kind == "INSTANCE_FLEET" else "groups and instance fleets"
        raise ServiceError("InvalidRequestException", f"Instance {other} are mutually exclusive: {cluster_id}")
    return cluster


@operation("elasticmapreduce", "ListInstanceFleets")
def list_instance_fleets(request: Json, call: Call) -> Json:
    return {"InstanceFleets": [shown(fleet) for fleet in _of_kind(request["ClusterId"], "INSTANCE_FLEET")["Fleets"]]}


@operation("elasticmapreduce", "ListInstanceGroups")
def list_instance_groups(request: Json, call: Call) -> Json:
    return {"InstanceGroups": [shown(group) for group in _of_kind(request["ClusterId"], "INSTANCE_GROUP")["Groups"]]}


@operation("elasticmapreduce", "ListBootstrapActions")
def list_bootstrap_actions(request: Json, call: Call) -> Json:
    actions = clusters.cluster(request["ClusterId"])["Request"].get("BootstrapActions") or []
    return {
        "BootstrapActions": [
            {
                "Name": action["Name"],
                "ScriptPath": action["ScriptBootstrapAction"]["Path"],
                "Args": action["ScriptBootstrapAction"].get("Args") or [],
            }
            for action in actions
        ]
    }
