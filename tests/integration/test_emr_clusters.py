"""Clusters of EMR on the laptop: their states, their steps, and what they refuse."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Laptop
from tests.integration.emr_support import Emr, fleet, new_emr
from tests.integration.glue_support import events_of, wait_for


@pytest.fixture(scope="module")
def emr(laptop: Laptop) -> Emr:
    return new_emr(laptop)


def test_transient_cluster_runs_its_steps_and_ends(laptop: Laptop, emr: Emr) -> None:
    take = events_of(laptop, json.dumps({"source": ["aws.emr"]}))
    cluster = emr.run(emr.step("one"), emr.copy("two"))
    status = emr.until(cluster, "TERMINATED")
    assert status["StateChangeReason"] == {"Code": "ALL_STEPS_COMPLETED", "Message": "Steps completed"}
    assert emr.steps(cluster) == {"one": "COMPLETED", "two": "COMPLETED"}
    kinds: dict[str, list[str]] = {"EMR Cluster State Change": [], "EMR Step Status Change": []}

    def told() -> bool:
        for event in map(json.loads, take()):
            if event["detail"]["clusterId"] == cluster:
                kinds[event["detail-type"]].append(event["detail"]["state"])
        return "TERMINATED" in kinds["EMR Cluster State Change"]

    # The last event comes after the state.
    wait_for(told)
    assert kinds["EMR Cluster State Change"] == ["STARTING", "RUNNING", "TERMINATED"]
    assert sorted(kinds["EMR Step Status Change"]) == ["COMPLETED"] * 2 + ["PENDING"] * 2 + ["RUNNING"] * 2


def test_failing_step_fails_with_its_log_and_the_next_one_goes_on(emr: Emr) -> None:
    cluster = emr.run(emr.step("fail"), emr.copy("after"))
    status = emr.until(cluster, "TERMINATED")
    assert status["StateChangeReason"]["Code"] == "ALL_STEPS_COMPLETED"
    assert emr.steps(cluster) == {"fail": "FAILED", "after": "COMPLETED"}
    failed = emr.api.list_steps(ClusterId=cluster, StepStates=["FAILED"])["Steps"][0]
    details = failed["Status"]["FailureDetails"]
    assert details["Message"] == "ValueError: too many bad documents"
    folder = f"logs/{cluster}/steps/{failed['Id']}"
    assert details["LogFile"] == f"s3://{emr.bucket}/{folder}/stderr.gz"
    assert "Traceback (most recent call last)" in emr.log(f"{folder}/stderr.gz")
    assert emr.log(f"{folder}/stdout.gz") == "hello fail\n"
    assert "step FAILED" in emr.log(f"{folder}/controller.gz")


def test_failing_step_shuts_the_cluster_down_when_it_says_so(emr: Emr) -> None:
    cluster = emr.run(emr.copy("fail", "TERMINATE_CLUSTER", fails=True), emr.copy("after"), keep=True)
    status = emr.until(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"]["Code"] == "STEP_FAILURE"
    assert "s3-dist-cp must find files to copy" in status["StateChangeReason"]["Message"]
    assert emr.steps(cluster) == {"fail": "FAILED", "after": "CANCELLED"}


def test_protected_cluster_survives_the_failure_of_a_step_and_a_request_to_end(emr: Emr) -> None:
    step = emr.copy("fail", "TERMINATE_CLUSTER", fails=True)
    cluster = emr.run(step, keep=True, Instances={"TerminationProtected": True})
    assert emr.until(cluster, "WAITING")["StateChangeReason"]["Message"] == "Cluster ready after last step failed."
    with pytest.raises(ClientError, match="termination protected"):
        emr.api.terminate_job_flows(JobFlowIds=[cluster])
    emr.api.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=False)
    emr.api.terminate_job_flows(JobFlowIds=[cluster])
    assert emr.until(cluster, "TERMINATED")["StateChangeReason"]["Code"] == "USER_REQUEST"
    with pytest.raises(ClientError, match="may not be modified"):
        emr.api.add_job_flow_steps(JobFlowId=cluster, Steps=[emr.copy("late")])


def test_cancel_and_wait_cancels_what_is_pending_and_keeps_the_cluster(emr: Emr) -> None:
    cluster = emr.run(emr.copy("fail", "CANCEL_AND_WAIT", fails=True), emr.copy("after"), keep=True)
    emr.until(cluster, "WAITING")
    assert emr.steps(cluster) == {"fail": "FAILED", "after": "CANCELLED"}
    emr.api.add_job_flow_steps(JobFlowId=cluster, Steps=[emr.copy("more")])
    wait_for(lambda: emr.steps(cluster)["more"] == "COMPLETED")
    emr.until(cluster, "WAITING")
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_running_step_is_killed_when_it_is_cancelled(emr: Emr) -> None:
    cluster = emr.run(emr.step("sleep"), emr.copy("after"), keep=True)
    emr.until(cluster, "RUNNING")
    steps = {step["Name"]: step["Id"] for step in emr.api.list_steps(ClusterId=cluster)["Steps"]}
    wait_for(lambda: emr.steps(cluster)["sleep"] == "RUNNING")
    answer = emr.api.cancel_steps(ClusterId=cluster, StepIds=[steps["after"], steps["sleep"]])
    assert [item["Status"] for item in answer["CancelStepsInfoList"]] == ["SUBMITTED", "SUBMITTED"]
    emr.until(cluster, "WAITING")
    assert emr.steps(cluster) == {"sleep": "CANCELLED", "after": "CANCELLED"}
    again = emr.api.cancel_steps(ClusterId=cluster, StepIds=[steps["sleep"]])
    assert again["CancelStepsInfoList"][0]["Status"] == "FAILED"
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_idle_cluster_ends_by_its_auto_termination_policy(emr: Emr) -> None:
    cluster = emr.run(keep=True, AutoTerminationPolicy={"IdleTimeout": 120})
    assert emr.until(cluster, "TERMINATED")["StateChangeReason"]["Message"] == "Idle for 120 seconds"


def test_spot_fleet_without_capacity_switches_to_on_demand(emr: Emr) -> None:
    with emr.faults(no_spot=["*"]):
        cluster = emr.run(keep=True, task=fleet("TASK", spot=4))
        emr.until(cluster, "WAITING")
    fleets = {
        item["InstanceFleetType"]: item for item in emr.api.list_instance_fleets(ClusterId=cluster)["InstanceFleets"]
    }
    assert (fleets["TASK"]["ProvisionedOnDemandCapacity"], fleets["TASK"]["ProvisionedSpotCapacity"]) == (4, 0)
    nodes = emr.api.list_instances(ClusterId=cluster, InstanceFleetType="TASK")["Instances"]
    assert [node["Market"] for node in nodes] == ["ON_DEMAND"] * 4
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_fails_a_cluster_whose_spot_fleet_gets_no_capacity_and_must_have_it(emr: Emr) -> None:
    with emr.faults(no_spot=["m7g.xlarge", "m6g.xlarge"]):
        cluster = emr.run(keep=True, task=fleet("TASK", spot=4, action="TERMINATE_CLUSTER"))
        status = emr.until(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"]["Code"] == "INSTANCE_FLEET_TIMEOUT"
    assert "4 Spot units within 5 minutes" in status["StateChangeReason"]["Message"]


def test_fails_a_cluster_whose_bootstrap_script_is_missing(emr: Emr) -> None:
    action = {"Name": "wheels", "ScriptBootstrapAction": {"Path": f"s3://{emr.bucket}/nowhere.sh"}}
    cluster = emr.run(emr.copy("one"), BootstrapActions=[action])
    status = emr.until(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"]["Code"] == "BOOTSTRAP_FAILURE"
    assert emr.steps(cluster) == {"one": "CANCELLED"}


def test_fails_a_cluster_whose_certificates_are_missing(emr: Emr) -> None:
    uri = f"s3://{emr.bucket}/certificates.zip"
    tls = {"TLSCertificateConfiguration": {"CertificateProviderType": "PEM", "S3Object": uri}}
    encryption = {"EnableInTransitEncryption": True, "EnableAtRestEncryption": False}
    document = {"EncryptionConfiguration": encryption | {"InTransitEncryptionConfiguration": tls}}
    emr.api.create_security_configuration(Name=emr.bucket, SecurityConfiguration=json.dumps(document))
    cluster = emr.run(keep=True, SecurityConfiguration=emr.bucket)
    reason = emr.until(cluster, "TERMINATED_WITH_ERRORS")["StateChangeReason"]
    assert reason["Code"] == "BOOTSTRAP_FAILURE"
    assert uri in reason["Message"]


def test_fails_a_cluster_whose_primary_node_is_lost_and_interrupts_its_step(emr: Emr) -> None:
    with emr.faults(primary_lost_after_seconds=1):
        cluster = emr.run(emr.step("sleep"))
        status = emr.until(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"]["Code"] == "INSTANCE_FAILURE"
    assert emr.steps(cluster) == {"sleep": "INTERRUPTED"}


def test_fleet_is_resized_and_shows_its_new_instances(emr: Emr) -> None:
    cluster = emr.run(keep=True, task=fleet("TASK", spot=1))
    emr.until(cluster, "WAITING")
    listed = emr.api.list_instance_fleets(ClusterId=cluster)["InstanceFleets"]
    task_fleet = next(item for item in listed if item["InstanceFleetType"] == "TASK")
    change = {"InstanceFleetId": task_fleet["Id"], "TargetSpotCapacity": 3}
    emr.api.modify_instance_fleet(ClusterId=cluster, InstanceFleet=change)
    nodes = emr.api.list_instances(ClusterId=cluster, InstanceFleetId=task_fleet["Id"], InstanceStates=["RUNNING"])
    assert [node["Market"] for node in nodes["Instances"]] == ["SPOT"] * 3
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ReleaseLabel": "emr-7"}, "release label is invalid"),
        ({"ReleaseLabel": "emr-6.15.0"}, "not implemented on the laptop"),
        ({"ScaleDownBehavior": "NEVER"}, "at .scaleDownBehavior. failed to satisfy constraint"),
        ({"SecurityConfiguration": "none"}, "does not exist"),
        ({"JobFlowRole": "nobody"}, "JobFlowRole must exist"),
        ({"StepConcurrencyLevel": 300}, "must be 1 to 256"),
        ({"AutoTerminationPolicy": {"IdleTimeout": 59}}, "60 to 604800"),
    ],
)
def test_fails_to_start_a_cluster_that_emr_refuses(emr: Emr, change: dict[str, object], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        emr.api.run_job_flow(**emr.request() | change)


def test_fails_to_describe_a_cluster_that_nobody_made(emr: Emr) -> None:
    with pytest.raises(ClientError, match="Cluster id 'j-NOBODY' is not valid"):
        emr.api.describe_cluster(ClusterId="j-NOBODY")


READ_HDFS = """
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
rows = spark.read.text("hdfs:///corpus/")
rows.selectExpr("upper(value) as value").coalesce(1).write.text("hdfs:///loud/")
"""


def test_hdfs_of_a_cluster_takes_a_corpus_and_is_gone_with_the_cluster(laptop: Laptop, emr: Emr) -> None:
    s3 = laptop.client("s3")
    s3.put_object(Bucket=emr.bucket, Key="corpus/deep/a.txt", Body=b"hear, hear")
    s3.put_object(Bucket=emr.bucket, Key="code/read_hdfs.py", Body=READ_HDFS.encode())
    there = emr.copy("there", source=f"s3://{emr.bucket}/corpus/deep/", target="hdfs:///corpus/")
    back = emr.copy("back", source="hdfs:///loud/", target=f"s3://{emr.bucket}/loud/")
    read = emr.step("read")
    read["HadoopJarStep"]["Args"] = ["spark-submit", f"s3://{emr.bucket}/code/read_hdfs.py"]
    cluster = emr.run(there, read, back)
    emr.until(cluster, "TERMINATED")
    assert emr.steps(cluster) == {"there": "COMPLETED", "read": "COMPLETED", "back": "COMPLETED"}
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=emr.bucket, Prefix="loud/part-")["Contents"]]
    assert [s3.get_object(Bucket=emr.bucket, Key=key)["Body"].read() for key in keys] == [b"HEAR, HEAR\n"]
    later = emr.run(emr.copy("late", source="hdfs:///corpus/", target=f"s3://{emr.bucket}/late/"))
    emr.until(later, "TERMINATED")
    assert emr.steps(later) == {"late": "FAILED"}


def group(role: str, count: int, market: str = "ON_DEMAND") -> dict[str, object]:
    name = f"{role} {market}".lower()
    return {"Name": name, "InstanceRole": role, "InstanceType": "m7g.xlarge", "InstanceCount": count, "Market": market}


def test_cluster_of_groups_starts_without_its_spot_task_group_and_is_resized(emr: Emr) -> None:
    groups = [group("MASTER", 1), group("CORE", 2), group("TASK", 3, "SPOT")]
    instances = {"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True}
    with emr.faults(no_spot=["m7g.xlarge"]):
        cluster = emr.api.run_job_flow(**emr.request() | {"Instances": instances})["JobFlowId"]
        emr.until(cluster, "WAITING")
    listed = emr.api.list_instance_groups(ClusterId=cluster)["InstanceGroups"]
    assert [(item["RequestedInstanceCount"], item["RunningInstanceCount"]) for item in listed] == [
        (1, 1),
        (2, 2),
        (3, 0),
    ]
    change = {"InstanceGroupId": listed[2]["Id"], "InstanceCount": 4}
    emr.api.modify_instance_groups(ClusterId=cluster, InstanceGroups=[change])
    nodes = emr.api.list_instances(ClusterId=cluster, InstanceGroupTypes=["TASK"])["Instances"]
    assert [node["Market"] for node in nodes] == ["SPOT"] * 4
    with pytest.raises(ClientError, match="mutually exclusive"):
        emr.api.list_instance_fleets(ClusterId=cluster)
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_policies_of_a_cluster_are_put_shown_and_removed(emr: Emr) -> None:
    cluster = emr.run(keep=True)
    limits = {"UnitType": "InstanceFleetUnits", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 9}
    policy = {"ComputeLimits": limits}
    emr.api.put_managed_scaling_policy(ClusterId=cluster, ManagedScalingPolicy=policy)
    assert emr.api.get_managed_scaling_policy(ClusterId=cluster)["ManagedScalingPolicy"] == policy
    emr.api.remove_managed_scaling_policy(ClusterId=cluster)
    assert "ManagedScalingPolicy" not in emr.api.get_managed_scaling_policy(ClusterId=cluster)
    emr.api.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 3600})
    assert emr.api.get_auto_termination_policy(ClusterId=cluster)["AutoTerminationPolicy"] == {"IdleTimeout": 3600}
    emr.api.remove_auto_termination_policy(ClusterId=cluster)
    assert "AutoTerminationPolicy" not in emr.api.get_auto_termination_policy(ClusterId=cluster)
    emr.api.terminate_job_flows(JobFlowIds=[cluster])


def test_steps_of_a_cluster_run_beside_each_other_as_many_as_it_allows(emr: Emr) -> None:
    steps = [emr.step("sleep"), emr.copy("beside"), emr.copy("too")]
    cluster = emr.run(*steps, keep=True, StepConcurrencyLevel=2)
    wait_for(lambda: emr.steps(cluster)["too"] == "COMPLETED")
    assert emr.steps(cluster) == {"sleep": "RUNNING", "beside": "COMPLETED", "too": "COMPLETED"}
    with pytest.raises(ClientError, match="must be CONTINUE since StepConcurrencyLevel is 2"):
        emr.api.add_job_flow_steps(JobFlowId=cluster, Steps=[emr.copy("last", "CANCEL_AND_WAIT")])
    emr.api.terminate_job_flows(JobFlowIds=[cluster])
    emr.until(cluster, "TERMINATED")
    assert emr.steps(cluster)["sleep"] == "CANCELLED"
