"""Alarms, logs, trails and the network."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.assembly import Resource
from delivery.cost.prices import HOURS
from delivery.cost.rules import Line, Month, priced


@priced("AWS::CloudWatch::Alarm")
def alarm(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge every metric that the alarm reads."""
    metrics = resource.properties.get("Metrics", [{"MetricStat": {}}])
    count = sum("MetricStat" in metric for metric in metrics)
    price = month.prices("cloudwatch", "alarm_metric_month")
    yield Line("CloudWatch", "metrics of alarms", count, "metrics", count * price)


@priced("AWS::CloudWatch::Dashboard")
def dashboard(resource: Resource, month: Month) -> Iterator[Line]:
    yield Line("CloudWatch", "dashboards", 1, "dashboards", month.prices("cloudwatch", "dashboard_month"))


@priced("AWS::Logs::LogGroup")
def log_group(resource: Resource, month: Month) -> Iterator[Line]:
    gib = month.workload.operations.log_gib * month.share(resource)
    yield Line("CloudWatch", "logs written", gib, "GB", gib * month.prices("cloudwatch", "log_gb"))


@priced("AWS::CloudTrail::Trail")
def trail(resource: Resource, month: Month) -> Iterator[Line]:
    events = month.workload.operations.data_events
    price = month.prices("cloudtrail", "data_events_per_100000")
    yield Line("CloudTrail", "data events", events, "events", events / 100_000 * price)


@priced("AWS::EC2::VPCEndpoint")
def endpoint(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge interface endpoints; those of gateways are free."""
    if resource.properties.get("VpcEndpointType") != "Interface":
        return
    hours = len(resource.properties["SubnetIds"]) * HOURS
    gib = month.workload.operations.endpoint_gib * month.share(resource)
    yield Line("VPC", "interface endpoints", hours, "hours", hours * month.prices("vpc", "endpoint_hour"))
    yield Line("VPC", "through endpoints", gib, "GB", gib * month.prices("vpc", "endpoint_gb"))


@priced("AWS::EC2::NatGateway")
def nat_gateway(resource: Resource, month: Month) -> Iterator[Line]:
    price, gib = month.prices, month.workload.operations.nat_gib * month.share(resource)
    hourly = price("vpc", "nat_hour") + price("vpc", "address_hour")
    yield Line("VPC", "NAT gateways", HOURS, "hours", HOURS * hourly)
    yield Line("VPC", "through NAT", gib, "GB", gib * price("vpc", "nat_gb"))
