"""Jobs, crawlers, quality, pipelines and queries."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.assembly import Resource
from delivery.cost.prices import HOURS
from delivery.cost.rules import Line, Month, priced

# Data processing units of a worker: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
_CRAWLER_DPU = 2
_CRAWLER_MINIMUM = 10  # minutes
_QUALITY_DPU = 2
_JOB_MINIMUM = 1
# Athena charges this much for a smaller query: https://aws.amazon.com/athena/pricing/
_MINIMUM_MB = 10
_MB_PER_TB = 10**6


@priced("AWS::Glue::Job")
def job(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge every worker for every minute: auto scaling makes it less."""
    use, properties = month.workload.pipelines, resource.properties
    if "Compact" in resource.logical_id:
        kind, runs, minutes = "compact", use.compactions * month.products, use.compact_minutes
    elif "Aggregate" in resource.logical_id:
        kind, runs, minutes = "aggregate", use.runs * month.products, use.aggregate_minutes
    else:
        kind, runs, minutes = "curate", use.runs, use.curate_minutes
    units = DPU[properties["WorkerType"]] * properties["NumberOfWorkers"]
    hours = runs * max(minutes, _JOB_MINIMUM) / 60 * units if runs else 0.0
    execution = properties.get("ExecutionClass", "STANDARD")
    yield Line(
        "Glue", f"{kind} jobs ({execution.lower()})", hours, "DPU-hours", hours * month.prices("glue", execution)
    )
    if "--enable-metrics" in properties.get("DefaultArguments", {}):
        metrics = month.workload.operations.job_metric_hours / HOURS * month.share(resource)
        price = month.prices("cloudwatch", "metric_month")
        yield Line("CloudWatch", "metrics of jobs", metrics, "metrics", metrics * price)


@priced("AWS::Glue::Crawler")
def crawler(resource: Resource, month: Month) -> Iterator[Line]:
    use = month.workload.pipelines
    scheduled = "Schedule" in resource.properties
    runs = 30.4 if scheduled else use.runs * month.products
    hours = runs * max(use.crawl_minutes, _CRAWLER_MINIMUM) / 60 * _CRAWLER_DPU
    yield Line("Glue", "crawlers", hours, "DPU-hours", hours * month.prices("glue", "crawler_dpu_hour"))


@priced("AWS::Glue::DataQualityRuleset")
def ruleset(resource: Resource, month: Month) -> Iterator[Line]:
    use = month.workload.pipelines
    hours = use.runs * max(use.quality_minutes, _JOB_MINIMUM) / 60 * _QUALITY_DPU
    yield Line("Glue", "data quality", hours, "DPU-hours", hours * month.prices("glue", "quality_dpu_hour"))


@priced("AWS::StepFunctions::StateMachine")
def state_machine(resource: Resource, month: Month) -> Iterator[Line]:
    use = month.workload.pipelines
    count = (use.runs + use.compactions) * use.transitions
    price = month.prices("stepfunctions", "transitions_per_1000")
    yield Line("Step Functions", "transitions", count, "transitions", count / 1000 * price)


@priced("AWS::Scheduler::Schedule")
def schedule(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge one start an hour, more than any schedule of the lake makes."""
    yield Line(
        "EventBridge", "schedules", HOURS, "starts", HOURS / 1e6 * month.prices("events", "schedules_per_million")
    )


@priced("AWS::Athena::WorkGroup")
def workgroup(resource: Resource, month: Month) -> Iterator[Line]:
    team = resource.properties["Name"].removeprefix("lake-")
    use = month.workload.queries
    queries, megabytes = use.queries.get(team, 0.0), use.mb_per_query.get(team, 0.0)
    terabytes = queries * max(megabytes, _MINIMUM_MB) / _MB_PER_TB
    yield Line("Athena", f"scanned by {team}", terabytes, "TB", terabytes * month.prices("athena", "tb"))
