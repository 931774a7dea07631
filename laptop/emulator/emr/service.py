"""Operations that start, change and end clusters and steps.

| operation | behaviour | source (EMR API reference) |
|---|---|---|
| RunJobFlow | checks the request (`requests`), then the cluster lives on a thread (`driver`) | "RunJobFlow" |
| AddJobFlowSteps | refused when the cluster is ending; 256 active steps at most | "AddJobFlowSteps" |
| CancelSteps | PENDING and RUNNING steps; others are reported as FAILED to cancel | "CancelSteps" |
| TerminateJobFlows | a protected cluster refuses, and with it the whole request | "Using termination protection" |
| SetTerminationProtection, SetKeepJobFlowAliveWhenNoSteps, SetVisibleToAllUsers, SetUnhealthyNodeReplacement | of many clusters at once | |
| ModifyCluster | StepConcurrencyLevel | "ModifyCluster" |
| AddTags, RemoveTags | of clusters and studios | |

Not here: notebook executions, interactive sessions, persistent application UIs, custom automatic scaling policies.
"""  # noqa: E501

from __future__ import annotations

import time
from collections.abc import Sequence

from botocore.exceptions import ClientError

from laptop.emulator import shapes
from laptop.emulator.clients import account, client, region
from laptop.emulator.emr import clusters, driver, events, records, requests, security
from laptop.emulator.emr.records import CLUSTER_ENDED, CLUSTER_ENDING, STEP_ENDED
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, operation
from laptop.emulator.spark_jvm import SparkNotFoundError, java

_MOST_ACTIVE_STEPS = 256
_FINISHED = "A job flow that is shutting down, terminating, or finished may not be modified."


@operation("elasticmapreduce", "RunJobFlow")
def run_job_flow(request: Json, call: Call) -> Json:
    collection = requests.check_cluster(request)
    _check_surroundings(request)
    arn_prefix = f"arn:aws:elasticmapreduce:{region()}:{account()}"
    cluster = records.new_cluster(request, collection, arn_prefix, time.time())
    clusters.clusters.put(cluster["Id"], cluster)
    events.cluster_changed(cluster)
    clusters.add_steps(cluster, [records.new_step(step, time.time()) for step in request.get("Steps") or []])
    driver.start(cluster)
    return {"JobFlowId": cluster["Id"], "ClusterArn": cluster["ClusterArn"]}


def _check_surroundings(request: Json) -> None:
    if request.get("SecurityConfiguration"):
        security.find(request["SecurityConfiguration"])
    iam = client("iam")
    try:
        iam.get_role(RoleName=request["ServiceRole"].rpartition("/")[2])
        iam.get_instance_profile(InstanceProfileName=request["JobFlowRole"].rpartition("/")[2])
    except ClientError as error:
        raise ServiceError("ValidationException", f"ServiceRole and JobFlowRole must exist; got {error}") from error
    try:
        java()
    except SparkNotFoundError as error:
        raise ServiceError("ValidationException", str(error)) from error


@operation("elasticmapreduce", "AddJobFlowSteps")
def add_job_flow_steps(request: Json, call: Call) -> Json:
    shapes.check("emr", "AddJobFlowSteps", request)
    if request.get("ExecutionRoleArn"):
        raise NotImplementedOnLaptop("ExecutionRoleArn of AddJobFlowSteps (no permission is enforced)")
    cluster = _open(request["JobFlowId"])
    requests.check_steps(request["Steps"], cluster["StepConcurrencyLevel"])
    active = [step for step in clusters.steps_of(cluster["Id"]) if step["Status"]["State"] not in STEP_ENDED]
    if len(active) + len(request["Steps"]) > _MOST_ACTIVE_STEPS:
        message = "Maximum number of active steps (State = 'Running', 'Pending' or 'Cancel_Pending') for cluster"
        raise ServiceError("ValidationException", f"{message} exceeded.")
    new = [records.new_step(step, time.time()) for step in request["Steps"]]
    clusters.add_steps(cluster, new)
    _wake(cluster["Id"])
    return {"StepIds": [step["Id"] for step in new]}


def _open(cluster_id: str) -> Json:
    cluster = clusters.cluster(cluster_id)
    if cluster["Status"]["State"] in CLUSTER_ENDING:
        raise ServiceError("ValidationException", _FINISHED)
    return cluster


def _wake(cluster_id: str) -> None:
    own = driver.live.get(cluster_id)
    if own:
        own.wake()


@operation("elasticmapreduce", "CancelSteps")
def cancel_steps(request: Json, call: Call) -> Json:
    shapes.check("emr", "CancelSteps", request)
    cluster_id = request["ClusterId"]
    clusters.cluster(cluster_id)
    return {"CancelStepsInfoList": [_cancel(cluster_id, step_id) for step_id in request["StepIds"]]}


def _cancel(cluster_id: str, step_id: str) -> Json:
    state = clusters.step(cluster_id, step_id)["Status"]["State"]
    if state not in {"PENDING", "RUNNING"}:
        return {"StepId": step_id, "Status": "FAILED", "Reason": f"Step is not pending or running: {state}"}
    driver.cancel_step(cluster_id, step_id)
    return {"StepId": step_id, "Status": "SUBMITTED", "Reason": ""}


@operation("elasticmapreduce", "TerminateJobFlows")
def terminate_job_flows(request: Json, call: Call) -> Json:
    found = [clusters.cluster(cluster_id) for cluster_id in request["JobFlowIds"]]
    open_ones = [cluster for cluster in found if cluster["Status"]["State"] not in CLUSTER_ENDED]
    if any(cluster["TerminationProtected"] for cluster in open_ones):
        message = "Could not shut down one or more job flows since they are termination protected."
        raise ServiceError("ValidationException", message)
    for cluster in open_ones:
        driver.terminate(cluster["Id"])
    return {}


def _set(cluster_ids: Sequence[str], name: str, value: bool) -> Json:
    for cluster_id in cluster_ids:
        _open(cluster_id)
    for cluster_id in cluster_ids:
        clusters.change(cluster_id, lambda cluster: cluster.update({name: value}))
        _wake(cluster_id)
    return {}


@operation("elasticmapreduce", "SetTerminationProtection")
def set_termination_protection(request: Json, call: Call) -> Json:
    return _set(request["JobFlowIds"], "TerminationProtected", request["TerminationProtected"])


@operation("elasticmapreduce", "SetKeepJobFlowAliveWhenNoSteps")
def set_keep_alive(request: Json, call: Call) -> Json:
    return _set(request["JobFlowIds"], "KeepAlive", request["KeepJobFlowAliveWhenNoSteps"])


@operation("elasticmapreduce", "SetVisibleToAllUsers")
def set_visible_to_all_users(request: Json, call: Call) -> Json:
    return _set(request["JobFlowIds"], "VisibleToAllUsers", request["VisibleToAllUsers"])


@operation("elasticmapreduce", "SetUnhealthyNodeReplacement")
def set_unhealthy_node_replacement(request: Json, call: Call) -> Json:
    return _set(request["JobFlowIds"], "UnhealthyNodeReplacement", request["UnhealthyNodeReplacement"])


@operation("elasticmapreduce", "ModifyCluster")
def modify_cluster(request: Json, call: Call) -> Json:
    if "ExtendedSupport" in request:
        raise NotImplementedOnLaptop("ExtendedSupport of ModifyCluster")
    level = request["StepConcurrencyLevel"]
    if not 1 <= level <= _MOST_ACTIVE_STEPS:
        raise ServiceError("InvalidRequestException", f"StepConcurrencyLevel must be 1 to 256; got {level}")
    cluster = _open(request["ClusterId"])
    clusters.change(cluster["Id"], lambda document: document.update(StepConcurrencyLevel=level))
    _wake(cluster["Id"])
    return {"StepConcurrencyLevel": level}
