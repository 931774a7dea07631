"""CloudFormation of EMR: deployed, read back, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

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
