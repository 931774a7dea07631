"""One definition of the cluster: right for the EMR API, and the same for CloudFormation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_cdk import aws_emr as emr
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from components.emr_applications import applications
from components.emr_cluster import ClusterParts, as_cloudformation, cluster_request
from components.emr_text import as_references
from config.emr import EmrConfig
from config.loader import load

GATEWAY = "JupyterEnterpriseGateway"
ALL = ("Flink", "HBase", "Hive", "Hue", GATEWAY, "Trino", "Zeppelin")
GROUPS: dict[str, object] = {
    "layout": "groups",
    "primary": {"instance_types": ("m7g.xlarge",), "ebs_gib": 64},
    "core": {"instance_types": ("r7g.2xlarge",), "ebs_gib": 64, "units": 3},
}
PARTS = ClusterParts(
    name="lake-text run-1",
    log_uri="s3://logs/",
    key_arn="arn:aws:kms:us-east-1:000000000000:key/k",
    service_role="arn:aws:iam::000000000000:role/service",
    instance_profile="profile",
    security_configuration="security",
    subnets=("subnet-1", "subnet-2"),
    primary_group="sg-1",
    node_group="sg-2",
    service_group="sg-3",
    bootstrap_script="s3://assets/install.sh",
    wheelhouse="s3://files/wheelhouse/1/",
    hbase_root="s3://analytics/_hbase/",
    kerberos_password="secret",
)


def config_with(**changes: object) -> EmrConfig:
    values = load("prod").emr.model_dump()
    values["cluster"] = values["cluster"] | changes
    if changes.get("layout") == "groups":
        values["cluster"]["task"] = values["cluster"]["task"] | {
            "instance_types": ("r7g.4xlarge",),
            "on_demand_units": 1,
        }
    return EmrConfig.model_validate(values)


def request_with(**changes: object) -> dict[str, Any]:
    config = config_with(**changes)
    return cluster_request(config.release, config.cluster, PARTS)


COMBINATIONS: list[dict[str, object]] = [
    {},
    GROUPS,
    {"life": "long_running", "step_concurrency": 10},
    {"authentication": "kerberos"},
    {"authorization": "lake_formation"},
    {"encryption_in_transit": False},
    {"applications": ALL},
]
COMBINATIONS += [{"applications": (GATEWAY, name)} for name in ALL if name != GATEWAY]


def model() -> StructureShape:
    make: Any = boto3.Session(region_name="us-east-1").client
    shape = make("emr").meta.service_model.operation_model("RunJobFlow").input_shape
    assert isinstance(shape, StructureShape)
    return shape


def outside(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Yield what the model's enumerations and patterns do not allow; botocore itself checks neither."""
    if isinstance(shape, StructureShape):
        for name, each in value.items():
            yield from outside(each, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for each in value:
            yield from outside(each, shape.member, path)
    elif not isinstance(shape, MapShape):
        allowed = getattr(shape, "enum", [])
        if allowed and value not in allowed:
            yield f"{path}: {value}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(_as_python(pattern), str(value)):
            yield f"{path}: {value}"


def _as_python(pattern: str) -> str:
    """Leave out surrogate pairs, which Python's regular expressions do not know."""
    return pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


@pytest.mark.parametrize("changes", COMBINATIONS, ids=str)
def test_the_request_is_what_the_emr_api_takes(changes: dict[str, object]) -> None:
    request, shape = request_with(**changes), model()

    assert ParamValidator().validate(request, shape).generate_report() == ""
    assert list(outside(request, shape)) == []


def test_a_wrong_strategy_or_unit_would_be_found() -> None:
    request = request_with()
    request["Instances"]["InstanceFleets"][2]["LaunchSpecifications"]["SpotSpecification"]["AllocationStrategy"] = (
        "best"
    )
    request["ManagedScalingPolicy"]["ComputeLimits"]["UnitType"] = "Nodes"

    assert len(list(outside(request, model()))) == 2


@pytest.mark.parametrize("changes", COMBINATIONS, ids=str)
def test_cloudformation_gets_the_same_under_its_own_names(changes: dict[str, object]) -> None:
    properties = as_cloudformation(request_with(**changes))

    assert strangers(properties, emr.CfnCluster.__init__) == []
    instances = properties["Instances"]
    assert strangers(instances, emr.CfnCluster.JobFlowInstancesConfigProperty.__init__) == []
    kind = "Fleet" if "MasterInstanceFleet" in instances else "Group"
    for part in (
        instances[f"MasterInstance{kind}"],
        instances[f"CoreInstance{kind}"],
        *instances[f"TaskInstance{kind}s"],
    ):
        known = getattr(emr.CfnCluster, f"Instance{kind}ConfigProperty")
        assert strangers(part, known.__init__) == []
    for configuration in properties["Configurations"]:
        assert strangers(configuration, emr.CfnCluster.ConfigurationProperty.__init__) == []


def strangers(properties: dict[str, Any], signature: Any) -> list[str]:
    """Give the properties that a resource or a part of one does not have, by the library's own list."""
    known = set(signature.__annotations__)
    return [
        name
        for name in properties
        if re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower() not in known
    ]


def test_primary_and_core_are_on_demand_and_only_task_nodes_are_spot() -> None:
    fleets = {fleet["InstanceFleetType"]: fleet for fleet in request_with()["Instances"]["InstanceFleets"]}

    assert fleets["MASTER"]["TargetOnDemandCapacity"] == 1
    assert fleets["CORE"]["TargetOnDemandCapacity"] == 2
    assert [name for name, fleet in fleets.items() if fleet.get("TargetSpotCapacity")] == ["TASK"]
    assert fleets["TASK"]["LaunchSpecifications"]["SpotSpecification"] == {
        "TimeoutDurationMinutes": 10,
        "TimeoutAction": "SWITCH_TO_ON_DEMAND",
        "AllocationStrategy": "price-capacity-optimized",
    }
    assert len(fleets["TASK"]["InstanceTypeConfigs"]) >= 3


def test_a_larger_instance_is_worth_more_units_but_the_primary_is_one_node() -> None:
    fleets = request_with()["Instances"]["InstanceFleets"]
    weights = {each["InstanceType"]: each["WeightedCapacity"] for each in fleets[2]["InstanceTypeConfigs"]}

    assert (weights["r7g.xlarge"], weights["r7g.2xlarge"]) == (1, 2)
    assert {each["WeightedCapacity"] for each in fleets[0]["InstanceTypeConfigs"]} == {1}


def test_a_fleet_without_capacity_is_left_out() -> None:
    task = load("prod").emr.cluster.task.model_dump() | {"spot_units": 0, "on_demand_units": 0}
    fleets = request_with(task=task)["Instances"]["InstanceFleets"]

    assert [fleet["Name"] for fleet in fleets] == ["Primary", "Core"]


def test_groups_replace_fleets_with_whole_instances_in_one_subnet() -> None:
    instances = request_with(**GROUPS)["Instances"]

    assert "InstanceFleets" not in instances
    assert instances["Ec2SubnetId"] == "subnet-1"
    assert "Ec2SubnetIds" not in instances
    # Three units of core are two 2xlarge; eight of spot are two 4xlarge, and one on demand is a whole one.
    counts = {(group["Name"], group["Market"]): group["InstanceCount"] for group in instances["InstanceGroups"]}
    assert counts == {
        ("Primary", "ON_DEMAND"): 1,
        ("Core", "ON_DEMAND"): 2,
        ("TaskSpot", "SPOT"): 2,
        ("TaskOnDemand", "ON_DEMAND"): 1,
    }


@pytest.mark.parametrize(("changes", "unit"), [({}, "InstanceFleetUnits"), (GROUPS, "Instances")], ids=str)
def test_managed_scaling_counts_as_the_layout_does_and_keeps_hdfs_on_demand(
    changes: dict[str, object], unit: str
) -> None:
    limits = request_with(**changes)["ManagedScalingPolicy"]["ComputeLimits"]

    assert limits == {
        "UnitType": unit,
        "MinimumCapacityUnits": 2,
        "MaximumCapacityUnits": 64,
        "MaximumCoreCapacityUnits": 4,
        "MaximumOnDemandCapacityUnits": 16,
    }


@pytest.mark.parametrize(("life", "protected"), [("transient", False), ("long_running", True)])
def test_every_cluster_ends_when_idle_and_only_the_resident_one_is_protected(life: str, protected: bool) -> None:
    request = request_with(life=life)

    assert request["AutoTerminationPolicy"] == {"IdleTimeout": 900}
    assert request["Instances"]["TerminationProtected"] is protected
    assert request["Instances"]["KeepJobFlowAliveWhenNoSteps"] is True


def settings(request: dict[str, Any], classification: str) -> dict[str, str]:
    (found,) = [each for each in request["Configurations"] if each["Classification"] == classification]
    properties: dict[str, str] = found["Properties"]
    return properties


def test_spark_scales_and_survives_the_loss_of_spot_nodes() -> None:
    request = request_with()

    assert settings(request, "spark") == {"maximizeResourceAllocation": "false"}
    spark = settings(request, "spark-defaults")
    assert spark["spark.dynamicAllocation.enabled"] == "true"
    assert spark["spark.decommission.enabled"] == "true"
    assert spark["spark.speculation"] == "false"
    yarn = settings(request, "yarn-site")
    assert yarn["yarn.node-labels.am.default-node-label-expression"] == "CORE"


def test_hive_and_spark_use_the_glue_catalog() -> None:
    request = request_with(applications=("Hive", "Trino", "JupyterEnterpriseGateway"))

    for classification in ("hive-site", "spark-hive-site"):
        assert "AWSGlueDataCatalog" in settings(request, classification)["hive.metastore.client.factory.class"]
    assert settings(request, "trino-connector-hive") == {"hive.metastore": "glue"}


def test_hbase_keeps_its_tables_in_s3() -> None:
    request = request_with(applications=("HBase", "JupyterEnterpriseGateway"))

    assert settings(request, "hbase") == {"hbase.emr.storageMode": "s3"}
    assert settings(request, "hbase-site") == {"hbase.rootdir": "s3://analytics/_hbase/"}


@pytest.mark.parametrize(
    ("application", "classification"), [("Hive", "hive-site"), ("HBase", "hbase"), ("Trino", "trino")]
)
def test_what_is_not_installed_is_not_configured(application: str, classification: str) -> None:
    others = tuple(name for name in ALL if name != application)
    configured = {each["Classification"] for each in request_with(applications=others)["Configurations"]}

    assert not any(name.startswith(classification) for name in configured)


def test_spark_is_always_installed() -> None:
    assert applications(config_with(applications=("JupyterEnterpriseGateway",)).cluster)[:2] == ["Hadoop", "Spark"]


def test_the_tag_that_our_policies_ask_for_is_on_every_cluster() -> None:
    assert request_with()["Tags"] == [{"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}]


def test_references_stand_for_what_a_deployment_knows_and_for_nothing_else() -> None:
    expressions = {"name": "{% 'lake-text ' & $x %}", "kerberos_password": "{% $p %}"}
    parts, references = as_references(PARTS.__class__(**{**PARTS.__dict__, **expressions}))

    assert (parts.name, parts.kerberos_password) == tuple(expressions.values())
    assert parts.subnets == ("${ClusterSubnet1}", "${ClusterSubnet2}")
    assert references["ClusterServiceRole"] == PARTS.service_role
    assert references["ClusterSubnet2"] == "subnet-2"
    assert parts.service_role == "${ClusterServiceRole}"
