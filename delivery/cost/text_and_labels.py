"""Clusters of EMR, serverless runs, and labeling."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.assembly import Resource
from delivery.cost.prices import HOURS
from delivery.cost.rules import Line, Month, priced


@priced("AWS::EMR::SecurityConfiguration")
def transient_clusters(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge the clusters that the text pipeline starts; all of them use the security configuration."""
    text = month.workload.text
    yield from _cluster(month, text.runs * text.cluster_hours)


@priced("AWS::EMR::Cluster")
def resident_cluster(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge a cluster that never ends; its idle termination makes it less."""
    yield from _cluster(month, HOURS)


@priced("AWS::EMRServerless::Application")
def application(resource: Resource, month: Month) -> Iterator[Line]:
    text = month.workload.text
    for what, hours, item in (
        ("serverless processors", text.serverless_vcpu_hours, "serverless_vcpu_hour"),
        ("serverless memory", text.serverless_gib_hours, "serverless_gb_hour"),
    ):
        used = text.serverless_runs * hours
        yield Line("EMR", what, used, "hours", used * month.prices("emr", item))


@priced("AWS::SageMaker::Workteam")
def labeling(resource: Resource, month: Month) -> Iterator[Line]:
    labels = month.workload.labels
    answers = labels.objects * labels.answers_per_object
    yield Line(
        "SageMaker", "objects labeled", labels.objects, "objects", labels.objects * month.prices("sagemaker", "object")
    )
    yield Line("SageMaker", "answers of people", answers, "answers", answers * labels.answer_usd)


def _cluster(month: Month, hours: float) -> Iterator[Line]:
    """Charge nodes for some hours; EMR asks the same fee for spot."""
    text, price = month.workload.text, month.prices
    for what, nodes, share in (
        ("nodes on demand", text.on_demand_nodes, 1.0),
        ("spot nodes", text.spot_nodes, text.spot_share),
    ):
        used = nodes * hours
        usd = used * (price("emr", "node_hour") * share + price("emr", "fee_hour"))
        yield Line("EMR", what, used, "node-hours", usd)
    stored = (text.on_demand_nodes + text.spot_nodes) * text.node_disk_gib * hours / HOURS
    yield Line("EMR", "disks of nodes", stored, "GB-month", stored * price("emr", "disk_gb_month"))
