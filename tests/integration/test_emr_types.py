"""CloudFormation of EMR: deployed, read back, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.glue_support import new_bucket
from tests.integration.test_cloudformation import Stack, template


@pytest.fixture
def stack(laptop: Any, request: pytest.FixtureRequest) -> Iterator[Stack]:
    made = Stack(laptop, request.node.name.replace("_", "-")[:100])
    yield made
    try:
        made.delete()
    except ClientError as error:
        if "does not exist" not in str(error):
            raise


def test_clusters_studios_and_applications_are_what_their_template_says(stack: Stack) -> None:
    types = template("emr_types.yaml")
    assert stack.deploy(types) == "CREATE_COMPLETE", stack.failures()
    outputs = stack.outputs()
    emr = stack.laptop.client("emr")
    cluster = emr.describe_cluster(ClusterId=outputs["Cluster"])["Cluster"]
    assert cluster["Status"]["State"] == "WAITING"
    assert cluster["Ec2InstanceAttributes"]["IamInstanceProfile"] == outputs["Profile"]
    assert not outputs["Profile"].startswith("arn:")
    assert outputs["StudioUrl"].startswith("https://es-")
    changed = stack.deploy(types, Idle="7200", Protected="false", TaskUnits="4", Disk="200 GB")
    assert changed == "UPDATE_COMPLETE", stack.failures()
    assert stack.outputs() == outputs
    policy = emr.get_auto_termination_policy(ClusterId=outputs["Cluster"])["AutoTerminationPolicy"]
    assert policy == {"IdleTimeout": 7200}
    nodes = emr.list_instances(ClusterId=outputs["Cluster"], InstanceFleetType="TASK", InstanceStates=["RUNNING"])
    assert [node["Market"] for node in nodes["Instances"]] == ["SPOT"] * 4
    serverless = stack.laptop.client("emr-serverless")
    application = serverless.get_application(applicationId=outputs["Application"])["application"]
    assert application["maximumCapacity"]["disk"] == "200 GB"
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    assert emr.describe_cluster(ClusterId=outputs["Cluster"])["Cluster"]["Status"]["State"] == "TERMINATED"
    with pytest.raises(ClientError, match="does not exist"):
        serverless.get_application(applicationId=outputs["Application"])


def test_fails_for_a_security_configuration_of_the_wrong_shape(stack: Stack) -> None:
    types = template("emr_types.yaml")
    types["Resources"]["Security"]["Properties"]["SecurityConfiguration"] = {"EnableAtRestEncryption": True}
    types["Resources"] = {"Security": types["Resources"]["Security"]}
    types["Outputs"] = {}
    assert stack.deploy(types) != "CREATE_COMPLETE"
    assert "must have only AuthenticationConfiguration" in str(stack.failures())


def test_fails_for_a_cluster_that_mixes_fleets_and_groups(stack: Stack) -> None:
    types = template("emr_types.yaml")
    instances = types["Resources"]["Cluster"]["Properties"]["Instances"]
    instances["CoreInstanceGroup"] = {"InstanceCount": 1, "InstanceType": "m7g.xlarge"}
    assert stack.deploy(types) != "CREATE_COMPLETE"
    assert "either instance fleets or instance groups" in str(stack.failures())


def test_groups_and_steps_are_what_their_template_says(stack: Stack) -> None:
    s3, bucket = stack.laptop.client("s3"), new_bucket(stack.laptop)
    s3.put_object(Bucket=bucket, Key="corpus/a.txt", Body=b"a")
    groups, source = template("emr_groups.yaml"), f"s3://{bucket}/corpus/"
    assert stack.deploy(groups, Source=source) == "CREATE_COMPLETE", stack.failures()
    outputs, emr = stack.outputs(), stack.laptop.client("emr")
    step = emr.describe_step(ClusterId=outputs["Cluster"], StepId=outputs["Copy"])["Step"]
    assert step["Status"]["State"] == "COMPLETED"
    assert stack.deploy(groups, Source=source, Nodes="3") == "UPDATE_COMPLETE", stack.failures()
    nodes = emr.list_instances(ClusterId=outputs["Cluster"], InstanceGroupId=outputs["Task"])["Instances"]
    assert [node["Market"] for node in nodes] == ["SPOT"] * 3
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()


def test_fails_when_a_step_of_a_template_fails(stack: Stack) -> None:
    groups = template("emr_groups.yaml")
    assert stack.deploy(groups, Source="s3://no-such-bucket/corpus/") != "CREATE_COMPLETE"
    assert "must complete; got FAILED" in stack.failures()
