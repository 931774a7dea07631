"""Step Functions integrations of EMR.

| resource | behaviour | source (Step Functions developer guide, "Create and manage Amazon EMR clusters") |
|---|---|---|
| createCluster | RunJobFlow; KeepJobFlowAliveWhenNoSteps must be true, and Steps absent | table of differences |
| createCluster.sync | waits until the cluster is WAITING; the result has ClusterId, ClusterArn and Cluster | |
| addStep(.sync) | one step; waits until it has ended; the result has StepId and, of `.sync`, Step | |
| cancelStep | one step; the result is CancelStepsInfo | |
| terminateCluster(.sync) | waits until the cluster has ended | |
| setClusterTerminationProtection | | |
| modifyInstanceFleetByName, modifyInstanceGroupByName | finds the fleet or group by its name, which must be unique | |

A stopped execution cancels a step that it waits for, and leaves the cluster alone: "Step Functions does not terminate
an Amazon EMR cluster automatically if execution is stopped".
"""

from __future__ import annotations

from typing import Any

from laptop.emulator.clients import client
from laptop.emulator.emr.records import CLUSTER_ENDED
from laptop.emulator.registry import Json, TaskError, task
from laptop.emulator.states import call, wait

_SERVICE = "ElasticMapReduce"
_ARN = "arn:aws:states:::elasticmapreduce:"


def _emr(method: str, request: Json) -> Json:
    return call(_SERVICE, method, request, client("emr"))


def _cluster(cluster_id: str) -> tuple[str, Json]:
    described: Json = client("emr").describe_cluster(ClusterId=cluster_id)["Cluster"]
    return described["Status"]["State"], described


@task(_ARN + "createCluster")
def create_cluster(resource: str, request: Json) -> Json:
    if "Steps" in request or (request.get("Instances") or {}).get("KeepJobFlowAliveWhenNoSteps") is not True:
        message = "createCluster must have Instances.KeepJobFlowAliveWhenNoSteps true and no Steps"
        raise TaskError("States.Runtime", f"{message}; got {sorted(request)}")
    made = _emr("run_job_flow", request)
    names = {"ClusterId": made["JobFlowId"], "ClusterArn": made["ClusterArn"]}
    if not resource.endswith(".sync"):
        return names

    def look() -> tuple[str, Json]:
        state, described = _cluster(names["ClusterId"])
        return state, {**names, "Cluster": described}

    return wait(look, _nothing, good={"WAITING"}, bad={"TERMINATING", *CLUSTER_ENDED})


def _nothing() -> None:
    """Cancel nothing: the cluster of a stopped execution lives on."""


@task(_ARN + "addStep")
def add_step(resource: str, request: Json) -> Json:
    cluster_id = request["ClusterId"]
    rest = {name: value for name, value in request.items() if name not in {"ClusterId", "Step"}}
    step_id = _emr("add_job_flow_steps", {"JobFlowId": cluster_id, "Steps": [request["Step"]], **rest})["StepIds"][0]
    if not resource.endswith(".sync"):
        return {"StepId": step_id}

    def look() -> tuple[str, Json]:
        step = client("emr").describe_step(ClusterId=cluster_id, StepId=step_id)["Step"]
        return step["Status"]["State"], {"StepId": step_id, "Step": step}

    def cancel() -> None:
        client("emr").cancel_steps(ClusterId=cluster_id, StepIds=[step_id])

    return wait(look, cancel, good={"COMPLETED"}, bad={"CANCELLED", "FAILED", "INTERRUPTED"})


@task(_ARN + "cancelStep")
def cancel_step(_resource: str, request: Json) -> Json:
    answer = _emr("cancel_steps", {"ClusterId": request["ClusterId"], "StepIds": [request["StepId"]]})
    return {"CancelStepsInfo": answer["CancelStepsInfoList"][0]}


@task(_ARN + "terminateCluster")
def terminate_cluster(resource: str, request: Json) -> Json:
    cluster_id = request["ClusterId"]
    _emr("terminate_job_flows", {"JobFlowIds": [cluster_id]})
    if not resource.endswith(".sync"):
        return {}

    def look() -> tuple[str, Json]:
        state, described = _cluster(cluster_id)
        return state, {"ClusterId": cluster_id, "Cluster": described}

    return wait(look, _nothing, good=set(CLUSTER_ENDED), bad=set())


@task(_ARN + "setClusterTerminationProtection")
def set_termination_protection(_resource: str, request: Json) -> Json:
    protected = request["TerminationProtected"]
    return _emr("set_termination_protection", {"JobFlowIds": [request["ClusterId"]], "TerminationProtected": protected})


@task(_ARN + "modifyInstanceFleetByName")
def modify_instance_fleet(_resource: str, request: Json) -> Json:
    fleets = _emr("list_instance_fleets", {"ClusterId": request["ClusterId"]})["InstanceFleets"]
    wanted = {"InstanceFleetId": _by_name(fleets, request["InstanceFleetName"]), **request["InstanceFleet"]}
    return _emr("modify_instance_fleet", {"ClusterId": request["ClusterId"], "InstanceFleet": wanted})


@task(_ARN + "modifyInstanceGroupByName")
def modify_instance_group(_resource: str, request: Json) -> Json:
    groups = _emr("list_instance_groups", {"ClusterId": request["ClusterId"]})["InstanceGroups"]
    wanted = {"InstanceGroupId": _by_name(groups, request["InstanceGroupName"]), **request["InstanceGroup"]}
    return _emr("modify_instance_groups", {"ClusterId": request["ClusterId"], "InstanceGroups": [wanted]})


def _by_name(parts: list[Any], name: str) -> str:
    found = [part["Id"] for part in parts if part.get("Name") == name]
    if len(found) != 1:
        error = f"{_SERVICE}.InvalidRequestException"
        raise TaskError(error, f"one fleet or group must have the name {name}; got {len(found)}")
    return str(found[0])
