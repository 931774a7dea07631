from collections.abc import Callable
from typing import Any

import pytest

from delivery import assembly
from delivery.assembly import Resource
from delivery.cost import prices, workload
from delivery.cost.estimate import Estimate, difference, estimate
from delivery.cost.rules import FREE, RULES
from delivery.cost.storage import classes
from tests.synthesis import ENVIRONMENTS, Assembly

PRICES = prices.load()
TIERS = {
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Status": "Enabled",
                "Transitions": [
                    {"StorageClass": "GLACIER_IR", "TransitionInDays": 90},
                    {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
                ],
            }
        ]
    }
}


def one(type_: str, logical_id: str = "Thing12345678", **properties: Any) -> Estimate:
    resource = Resource("Stack", logical_id, type_, {"Type": type_, "Properties": properties})
    return estimate([resource], workload.load("prod"), PRICES)


def dollars(found: Estimate, what: str) -> float:
    (line,) = [line for lines in found.lines.values() for line in lines if line.what == what]
    return line.usd


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_resource_of_the_lake_has_a_price_or_is_known_to_be_free(
    environment: str, assembly_of: Callable[[str], Assembly]
) -> None:
    found = assembly.resources(assembly_of(environment).folder, environment)
    result = estimate(found, workload.load(environment), PRICES)
    assert dict(result.unpriced) == {}
    assert result.usd > 0


def test_a_type_is_priced_or_free_and_not_both() -> None:
    assert not FREE & RULES.keys()


def test_an_unknown_type_is_not_taken_for_free() -> None:
    found = one("AWS::Redshift::Cluster")
    assert found.unpriced == {"AWS::Redshift::Cluster": 1}
    assert found.usd == 0


def test_objects_that_came_evenly_lie_in_the_classes_of_their_ages() -> None:
    assert classes(TIERS, 360) == pytest.approx({"STANDARD": 1 / 12, "STANDARD_IA": 2 / 12, "GLACIER_IR": 9 / 12})
    assert classes(TIERS, 20) == {"STANDARD": 1.0}
    assert classes({}, 100) == {"STANDARD": 1.0}


def test_what_has_expired_is_not_stored() -> None:
    rules = {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 7}]}}
    assert classes(rules, 365) == {"STANDARD": 1.0}


def test_a_shard_costs_by_the_hour_and_an_extended_retention_more() -> None:
    assert dollars(one("AWS::Kinesis::Stream", ShardCount=2), "shards") == pytest.approx(2 * 730 * 0.015)
    longer = one("AWS::Kinesis::Stream", ShardCount=2, RetentionPeriodHours=48)
    assert dollars(longer, "kept longer than a day") == pytest.approx(2 * 730 * 0.02)


def test_a_stream_on_demand_costs_by_what_passes() -> None:
    use = workload.load("prod").stream
    gib = use.events_per_second * 3600 * 730 * use.event_kib / 2**20
    assert dollars(one("AWS::Kinesis::Stream"), "written") == pytest.approx(gib * 0.08)


def test_flexible_workers_cost_less() -> None:
    standard, flex = (
        one("AWS::Glue::Job", "JobsCurateOrders12345678", WorkerType="G.2X", NumberOfWorkers=3, ExecutionClass=name)
        for name in ("STANDARD", "FLEX")
    )
    use = workload.load("prod").pipelines
    assert standard.usd == pytest.approx(use.runs * use.curate_minutes / 60 * 6 * 0.44)
    assert flex.usd / standard.usd == pytest.approx(0.29 / 0.44)


def test_an_endpoint_costs_by_zone_and_a_gateway_endpoint_nothing() -> None:
    interface = one("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b", "c"])
    assert dollars(interface, "interface endpoints") == pytest.approx(3 * 730 * 0.01)
    assert one("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway").usd == 0


def test_an_alarm_costs_by_the_metrics_that_it_reads() -> None:
    metrics = [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a + b"}]
    assert one("AWS::CloudWatch::Alarm", Metrics=metrics).usd == pytest.approx(0.20)


def test_a_small_query_is_charged_as_ten_megabytes() -> None:
    use = workload.load("laptop").queries
    assert use.mb_per_query["analysts"] < 10
    resource = Resource("Query", "Analysts", "AWS::Athena::WorkGroup", {"Properties": {"Name": "lake-analysts"}})
    found = estimate([resource], workload.load("laptop"), PRICES)
    assert found.usd == pytest.approx(use.queries["analysts"] * 10 / 1e6 * 5)


def test_quicksight_costs_by_people_and_its_memory_beyond_what_authors_bring() -> None:
    found, use = one("AWS::QuickSight::DataSource", Type="ATHENA"), workload.load("prod").dashboards
    assert dollars(found, "authors") == pytest.approx(use.authors * 24)
    assert dollars(found, "readers") == pytest.approx(use.readers * 3)
    assert use.spice_gib > 10 * use.authors
    assert dollars(found, "SPICE beyond that of authors") == pytest.approx((use.spice_gib - 10 * use.authors) * 0.38)
    assert one("AWS::QuickSight::DataSet", ImportMode="SPICE").usd == 0


@pytest.mark.parametrize(("sessions", "usd"), [(0, 0.0), (1, 250.0), (500, 250.0), (600, 300.0)])
def test_visitors_cost_at_least_the_smallest_capacity(sessions: float, usd: float) -> None:
    base = workload.load("laptop")
    few = base.dashboards.model_copy(update={"authors": 0, "readers": 0, "spice_gib": 0, "visitor_sessions": sessions})
    resource = Resource("Bi", "DataSource", "AWS::QuickSight::DataSource", {"Properties": {}})
    found = estimate([resource], base.model_copy(update={"dashboards": few}), PRICES)
    assert found.usd == pytest.approx(usd)


def test_totals_are_shared_among_the_resources_of_a_type() -> None:
    groups = [Resource("Stack", f"Group{n}", "AWS::Logs::LogGroup", {}) for n in range(4)]
    use = workload.load("prod")
    assert estimate(groups, use, PRICES).usd == pytest.approx(use.operations.log_gib * 0.50)


def test_a_difference_names_what_changed() -> None:
    before = {("Network", "VPC"): 10.0, ("Storage", "KMS"): 1.0, ("Storage", "S3"): 2.0}
    after = {("Network", "VPC"): 47.5, ("Storage", "KMS"): 1.001}
    assert difference(before, after) == {("Network", "VPC"): 37.5, ("Storage", "S3"): -2.0}


def test_a_missing_price_is_named() -> None:
    with pytest.raises(KeyError, match=r"prices.toml must have a price \[glue\] G.16X"):
        PRICES("glue", "G.16X")
