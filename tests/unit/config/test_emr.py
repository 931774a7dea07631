"""What EMR refuses, or would misunderstand, is refused before synthesis; each message says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from config.emr import EmrConfig, architecture, units
from config.loader import load
from config.model import LakeConfig

BASE = load("prod").emr.model_dump()


def changed(values: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return values | {name: changed(values[name], rest, value) if rest else value}


def with_(*changes: tuple[str, object]) -> EmrConfig:
    values = BASE
    for path, value in changes:
        values = changed(values, path, value)
    return EmrConfig.model_validate(values)


REFUSED: list[tuple[str, list[tuple[str, object]]]] = [
    ("release", [("release", "7.13.0")]),
    ("release", [("release", "emr-7.13")]),
    ("release", [("release", "emr-6.15.0")]),
    ("release", [("release", "emr-spark-8.0.0")]),
    ("layout", [("cluster.layout", "mixed")]),
    ("primary.instance_types must be one", [("cluster.layout", "groups")]),
    ("allocation", [("cluster.task.allocation", "price-optimized")]),
    ("spot_timeout_minutes", [("cluster.task.spot_timeout_minutes", 3)]),
    ("spot_timeout_minutes", [("cluster.task.spot_timeout_minutes", 1441)]),
    ("timeout_action", [("cluster.task.timeout_action", "SWITCH")]),
    ("Extra inputs are not permitted", [("cluster.primary", BASE["cluster"]["primary"] | {"spot_units": 1})]),
    ("Extra inputs are not permitted", [("cluster.core", BASE["cluster"]["core"] | {"spot_units": 1})]),
    ("core.units", [("cluster.core.units", 0)]),
    ("at least 3", [("cluster.task.instance_types", ("r7g.xlarge", "r6g.xlarge"))]),
    ("must differ", [("cluster.core.instance_types", ("r7g.xlarge", "r7g.xlarge"))]),
    ("instance_types", [("cluster.core.instance_types", ())]),
    ("instance_types", [("cluster.core.instance_types", ("r7g.large",))]),
    ("instance_types", [("cluster.core.instance_types", ("r7g",))]),
    ("one architecture", [("cluster.core.instance_types", ("r6i.xlarge",))]),
    ("minimum_units must not pass maximum_units", [("cluster.scaling.minimum_units", 100)]),
    ("maximum_core_units", [("cluster.scaling.maximum_core_units", 100)]),
    ("maximum_on_demand_units", [("cluster.scaling.maximum_on_demand_units", 100)]),
    ("core.units must not pass", [("cluster.scaling.maximum_core_units", 2), ("cluster.core.units", 3)]),
    ("core and task units together", [("cluster.task.spot_units", 100)]),
    ("core and task on-demand units", [("cluster.task.on_demand_units", 20)]),
    ("idle_minutes", [("cluster.idle_minutes", 0)]),
    ("idle_minutes", [("cluster.idle_minutes", 10081)]),
    ("step_concurrency must be 1", [("cluster.step_concurrency", 2)]),
    ("step_concurrency", [("cluster.life", "long_running"), ("cluster.step_concurrency", 257)]),
    ("applications", [("cluster.applications", ("Presto",))]),
    ("applications must differ", [("cluster.applications", ("Hive", "JupyterEnterpriseGateway", "Hive"))]),
    ("JupyterEnterpriseGateway", [("cluster.applications", ("Hive",))]),
    (
        "encryption_in_transit must be true",
        [("cluster.authorization", "lake_formation"), ("cluster.encryption_in_transit", False)],
    ),
    ("authentication", [("cluster.authorization", "lake_formation"), ("cluster.authentication", "kerberos")]),
    ("text.corpus", [("cluster.authorization", "lake_formation"), ("text.corpus", "hdfs")]),
    ("idle_minutes", [("alarms.idle_minutes", 181)]),
    ("maximum_vcpu", [("serverless.maximum_vcpu", 1)]),
]


@pytest.mark.parametrize(("message", "changes"), REFUSED, ids=str)
def test_fails_when_emr_would_refuse_or_misunderstand_it(message: str, changes: list[tuple[str, object]]) -> None:
    with pytest.raises(ValidationError) as error:
        with_(*changes)
    assert message in str(error.value)


def test_a_resident_cluster_takes_steps_side_by_side() -> None:
    assert with_(("cluster.life", "long_running"), ("cluster.step_concurrency", 8)).cluster.step_concurrency == 8


def test_spot_may_be_left_out() -> None:
    config = with_(("cluster.task.spot_units", 0), ("cluster.task.instance_types", ("r7g.xlarge",)))
    assert config.cluster.task.spot_units == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("m7g.xlarge", "ARM64"),
        ("c6gn.2xlarge", "ARM64"),
        ("r6gd.xlarge", "ARM64"),
        ("im4gn.xlarge", "ARM64"),
        ("a1.xlarge", "ARM64"),
        ("m5.xlarge", "X86_64"),
        ("i4i.xlarge", "X86_64"),
        ("g5.xlarge", "X86_64"),
        ("m6a.xlarge", "X86_64"),
    ],
)
def test_architecture_is_read_from_the_letters_after_the_generation(name: str, expected: str) -> None:
    assert architecture(name) == expected


def test_units_follow_the_size() -> None:
    assert [units(f"r7g.{size}") for size in ("xlarge", "2xlarge", "16xlarge")] == [1, 2, 16]


@pytest.mark.parametrize("missing", ["glue", "kms", "ssm", "ssmmessages"])
def test_fails_without_an_endpoint_that_nodes_need(missing: str) -> None:
    values = load("prod").model_dump()
    endpoints = tuple(name for name in values["network"]["interface_endpoints"] if name != missing)
    values["network"] |= {"interface_endpoints": endpoints}
    with pytest.raises(ValidationError, match=rf"'{missing}'\] are missing"):
        LakeConfig.model_validate(values)


def test_a_nat_gateway_replaces_endpoints_and_no_emr_needs_none() -> None:
    values = load("prod").model_dump()
    values["network"] |= {"interface_endpoints": (), "nat_gateways": 1}
    assert LakeConfig.model_validate(values).network.interface_endpoints == ()
    assert load("dev").network.interface_endpoints == ()


def test_runtime_roles_are_taken_through_an_endpoint() -> None:
    assert with_(("cluster.authorization", "lake_formation")).endpoints - with_().endpoints == {"sts"}
