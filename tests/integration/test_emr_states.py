"""State machines that run EMR: what they get back, and what is left of a cluster when they fail or are stopped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.emr_support import Emr, new_emr
from tests.integration.glue_support import wait_for
from tests.integration.test_states import CAUGHT, catch, ended, run, start, task

Json = dict[str, Any]


@pytest.fixture(scope="module")
def emr(laptop: Laptop) -> Emr:
    return new_emr(laptop)


def machine(emr: Emr, *, fails: bool) -> Json:
    """Create a cluster, run one step, and terminate the cluster whatever happened."""
    step = {"ClusterId.$": "$.made.ClusterId", "Step": emr.copy("copy", fails=fails)}
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Terminate"}]
    states = {
        "Create": task("elasticmapreduce:createCluster.sync", emr.request(keep=True), ResultPath="$.made", Next="Step"),
        "Step": task("elasticmapreduce:addStep.sync", step, ResultPath="$.step", Next="Terminate", Catch=caught),
    }
    for state in states.values():
        state.pop("End")
    last = task("elasticmapreduce:terminateCluster.sync", {"ClusterId.$": "$.made.ClusterId"}, ResultPath="$.ended")
    return {**states, "Terminate": last}


def test_cluster_of_a_run_is_created_used_and_terminated(laptop: Laptop, emr: Emr) -> None:
    answer = run(laptop, machine(emr, fails=False), "Create", {})
    result = json.loads(answer["output"])
    assert result["made"]["Cluster"]["Id"] == result["made"]["ClusterId"]
    assert result["step"]["Step"]["Status"]["State"] == "COMPLETED"
    assert emr.status(result["made"]["ClusterId"])["State"] == "TERMINATED"


def test_cluster_is_terminated_after_its_step_failed_and_the_failure_says_why(laptop: Laptop, emr: Emr) -> None:
    result = json.loads(run(laptop, machine(emr, fails=True), "Create", {})["output"])
    assert result["failure"]["Error"] == "States.TaskFailed"
    details = json.loads(result["failure"]["Cause"])["Step"]["Status"]["FailureDetails"]
    assert details["Message"].startswith("ValueError: s3-dist-cp must find files to copy")
    assert emr.status(result["made"]["ClusterId"])["State"] == "TERMINATED"


def test_stopped_execution_cancels_its_step_and_leaves_the_cluster_to_its_idle_time(laptop: Laptop, emr: Emr) -> None:
    cluster = emr.run(keep=True)
    emr.until(cluster, "WAITING")
    parameters = {"ClusterId": cluster, "Step": emr.step("sleep")}
    execution = start(laptop, {"Step": task("elasticmapreduce:addStep.sync", parameters)}, "Step")
    wait_for(lambda: emr.steps(cluster).get("sleep") == "RUNNING")
    # Not before: the cluster could be gone before it gets the step.
    emr.api.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 120})
    laptop.client("stepfunctions").stop_execution(executionArn=execution)
    emr.until(cluster, "TERMINATED")
    assert emr.steps(cluster) == {"sleep": "CANCELLED"}


def test_fails_to_create_a_cluster_that_would_end_before_it_gets_a_step(laptop: Laptop, emr: Emr) -> None:
    answer = run(laptop, {"Create": task("elasticmapreduce:createCluster.sync", emr.request())}, "Create")
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert "KeepJobFlowAliveWhenNoSteps true" in answer["cause"]


def test_fails_with_the_cluster_as_cause_when_it_does_not_start(laptop: Laptop, emr: Emr) -> None:
    states = {"Create": task("elasticmapreduce:createCluster.sync", emr.request(keep=True)) | {"Catch": catch()}}
    action = {"Name": "wheels", "ScriptBootstrapAction": {"Path": f"s3://{emr.bucket}/code/step.py"}}
    states["Create"]["Parameters"]["BootstrapActions"] = [action]
    with emr.faults(bootstrap_fails=True):
        answer = json.loads(run(laptop, states | {"Caught": CAUGHT}, "Create")["output"])
    reason = json.loads(answer["Cause"])["Cluster"]["Status"]["StateChangeReason"]
    assert (answer["Error"], reason["Code"]) == ("States.TaskFailed", "BOOTSTRAP_FAILURE")


def test_fleet_is_resized_by_its_name_and_steps_are_cancelled_by_their_id(laptop: Laptop, emr: Emr) -> None:
    cluster = emr.run(emr.step("sleep"), emr.copy("after"), keep=True)
    wait_for(lambda: emr.steps(cluster)["sleep"] == "RUNNING")
    steps = {step["Name"]: step["Id"] for step in emr.api.list_steps(ClusterId=cluster)["Steps"]}
    change = {"ClusterId": cluster, "InstanceFleetName": "core", "InstanceFleet": {"TargetOnDemandCapacity": 3}}
    run(laptop, {"Resize": task("elasticmapreduce:modifyInstanceFleetByName", change)}, "Resize")
    cancel = task("elasticmapreduce:cancelStep", {"ClusterId": cluster, "StepId": steps["after"]})
    answer = json.loads(run(laptop, {"Cancel": cancel}, "Cancel")["output"])
    assert answer["CancelStepsInfo"]["Status"] == "SUBMITTED"
    nodes = emr.api.list_instances(ClusterId=cluster, InstanceFleetType="CORE")["Instances"]
    assert len(nodes) == 3
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_clusters_are_found_by_sdk_tasks_too(laptop: Laptop, emr: Emr) -> None:
    cluster = emr.run(keep=True)
    parameters = {"ClusterStates": ["STARTING", "WAITING"], "CreatedAfter": "2020-01-01T00:00:00Z"}
    answer = json.loads(run(laptop, {"Find": task("aws-sdk:emr:listClusters", parameters)}, "Find")["output"])
    found = next(item for item in answer["Clusters"] if item["Id"] == cluster)
    assert found["Status"]["Timeline"]["CreationDateTime"].endswith("Z")
    unknown = {"Find": task("aws-sdk:emr:describeCluster", {"ClusterId": "j-NOBODY"})}
    assert run(laptop, unknown, "Find")["error"] == "Emr.InvalidRequestException"
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_serverless_run_is_the_result_of_its_task_and_is_cancelled_with_it(laptop: Laptop, emr: Emr) -> None:
    api = laptop.client("emr-serverless")
    application = api.create_application(releaseLabel="emr-7.13.0", type="SPARK")["applicationId"]

    def job(word: str) -> Json:
        submit = {"EntryPoint": f"s3://{emr.bucket}/code/step.py", "EntryPointArguments": [word]}
        return {
            "ApplicationId": application,
            "ExecutionRoleArn": "arn:aws:iam::000000000000:role/emr-test",
            "JobDriver": {"SparkSubmit": submit},
        }

    done = json.loads(run(laptop, {"Run": task("emr-serverless:startJobRun.sync", job("once"))}, "Run")["output"])
    assert (done["State"], done["JobDriver"]["SparkSubmit"]["EntryPointArguments"]) == ("SUCCESS", ["once"])
    execution = start(laptop, {"Run": task("emr-serverless:startJobRun.sync", job("sleep"))}, "Run")
    wait_for(lambda: api.list_job_runs(applicationId=application, states=["RUNNING"])["jobRuns"])
    laptop.client("stepfunctions").stop_execution(executionArn=execution)
    assert ended(laptop, execution)["status"] == "ABORTED"
    wait_for(lambda: api.list_job_runs(applicationId=application, states=["CANCELLED"])["jobRuns"])
