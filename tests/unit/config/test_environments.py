"""The committed environments: what they share and where they may differ."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from config.loader import ENVIRONMENTS, load

FOR_AWS = ("dev", "staging", "prod")
# Everything else is the same in all environments on AWS, so that what worked in one works in the next.
MAY_DIFFER = {
    "environment.name",
    "environment.account",
    "environment.retain_data",
    "network.availability_zones",
    "network.interface_endpoints",
    "network.flow_log_retention_days",
    "storage.key_deletion_window_days",
    "storage.raw.noncurrent_expire_days",
    "storage.cloudtrail_data_events",
    "alerts.emails",
    "alerts.monthly_budget_usd",
    "processing.flex",
    "processing.max_workers",
    "processing.log_retention_days",
    # Development has no stream of its own unless it is switched on, for a shard costs by the hour.
    "processing.new_objects_start",
    "processing.schedules",
    "ingestion.enabled",
    # An account has one workforce of its own in a region: development joins none unless it is told to.
    "labeling.enabled",
    "bi.runtime.log_retention_days",
    "ingestion.stream.shards",
    "ingestion.stream.retention_hours",
    "ingestion.runtime.log_retention_days",
    "observability.athena_scanned_gib_per_day",
    # Clusters cost nothing until a pipeline starts one, but the endpoints of their network do.
    "emr.enabled",
    "emr.log_retention_days",
    "emr.cluster.core.units",
    "emr.cluster.scaling.maximum_core_units",
    "emr.cluster.scaling.maximum_on_demand_units",
    "emr.cluster.scaling.maximum_units",
    "emr.cluster.scaling.minimum_units",
    "emr.cluster.task.spot_units",
    "emr.serverless.maximum_disk_gib",
    "emr.serverless.maximum_memory_gib",
    "emr.serverless.maximum_vcpu",
    "emr.studio.enabled",
}


def flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def values_of(environment: str) -> dict[str, Any]:
    return dict(flat(tomllib.loads((ENVIRONMENTS / f"{environment}.toml").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("environment", ["laptop", *FOR_AWS])
def test_every_environment_loads(environment: str) -> None:
    assert load(environment).environment.name == environment


def test_there_is_no_file_that_no_test_knows() -> None:
    assert {file.stem for file in ENVIRONMENTS.glob("*.toml")} == {"laptop", *FOR_AWS}


def test_environments_on_aws_differ_in_exactly_the_listed_keys() -> None:
    dev, staging, prod = (values_of(environment) for environment in FOR_AWS)
    keys = set(dev) | set(staging) | set(prod)
    assert {key for key in keys if not dev.get(key) == staging.get(key) == prod.get(key)} == MAY_DIFFER


@pytest.mark.parametrize(
    ("environment", "account", "expected"),
    [("dev", "444444444444", True), ("dev", "123456789012", False), ("laptop", "000000000000", False)],
)
def test_an_account_of_one_digit_is_to_be_replaced_but_on_the_laptop(
    environment: str, account: str, expected: bool
) -> None:
    settings = load(environment).environment.model_copy(update={"account": account})
    assert settings.has_placeholder_account is expected


def test_production_and_its_rehearsal_retain_data() -> None:
    assert [load(environment).environment.retain_data for environment in FOR_AWS] == [False, True, True]


def test_laptop_switches_every_feature_on() -> None:
    values = values_of("laptop")
    # Data on a laptop goes with the lake; Flex is a price; consumers of a stream cannot be tagged on the laptop.
    # Rekognition is no part of the laptop.
    exceptions = {
        "labeling.prelabel.rekognition",
        "environment.retain_data",
        "processing.flex",
        "ingestion.counters.enhanced_fan_out",
        "emr.enabled",
    }
    # Nobody has a user before the lake is deployed.
    people = {"bi.owners", "bi.readers"}
    switches = {key for key, value in values.items() if value is False} - exceptions
    empty = {key for key, value in values.items() if value == [] and not key.endswith(".transitions")} - people
    assert (switches, empty) == (set(), set())


def test_no_environment_buys_a_nat_gateway_unasked() -> None:
    assert {load(environment).network.nat_gateways for environment in ("laptop", *FOR_AWS)} == {0}
