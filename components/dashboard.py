"""The body of the lake's dashboard, as plain data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH, _HEIGHT = 12, 6
_COLUMNS = 2
_DAY_SECONDS = 86400
# Metrics of jobs with the group that is one of their dimensions: a widget without it stays empty.
# https://docs.aws.amazon.com/glue/latest/dg/monitor-observability.html
_UTILIZATION = ("glue.driver.workerUtilization", "resource_utilization")
_SKEWNESS = ("glue.driver.skewness.job", "job_performance")


@dataclass(frozen=True, kw_only=True)
class DashboardSubjects:
    """What the dashboard shows: names and ARNs by what people call them."""

    region: str
    pipelines: Mapping[str, str]
    jobs: Mapping[str, str]
    workgroups: Mapping[str, str]
    buckets: Mapping[str, str]
    undelivered: str
    budget_usd: int


def dashboard_body(subjects: DashboardSubjects) -> dict[str, Any]:
    """Lay out the widgets, two in a row, as an operator asks: runs, jobs, queries, storage, money."""
    widgets = [
        _widget(subjects, "Pipelines: runs that succeeded", _executions(subjects, "ExecutionsSucceeded"), "Sum", 300),
        _widget(subjects, "Pipelines: runs that failed", _executions(subjects, "ExecutionsFailed"), "Sum", 300),
        _widget(subjects, "Pipelines: duration (ms)", _executions(subjects, "ExecutionTime"), "p90", 300),
        _widget(
            subjects,
            "Starts that were not delivered",
            [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", subjects.undelivered]],
            "Maximum",
            300,
        ),
        _widget(subjects, "Glue: worker utilization", _jobs(subjects, *_UTILIZATION), "Average", 60),
        _widget(subjects, "Glue: skewness", _jobs(subjects, *_SKEWNESS), "Average", 60),
        _widget(subjects, "Athena: bytes scanned", _queries(subjects, "ProcessedBytes"), "Sum", 3600),
        _widget(subjects, "Athena: time to answer (ms)", _queries(subjects, "TotalExecutionTime"), "p90", 3600),
        _widget(subjects, "S3: objects", _storage(subjects, "NumberOfObjects"), "Average", _DAY_SECONDS),
        _widget(
            subjects,
            f"Cost of the month (USD); the budget is {subjects.budget_usd}",
            [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]],
            "Maximum",
            _DAY_SECONDS,
            # The one region where AWS reports charges.
            region="us-east-1",
        ),
    ]
    return {"start": "-P7D", "widgets": [_placed(index, widget) for index, widget in enumerate(widgets)]}


def _executions(subjects: DashboardSubjects, metric: str) -> list[list[Any]]:
    return [
        ["AWS/States", metric, "StateMachineArn", arn, {"label": product}]
        for product, arn in subjects.pipelines.items()
    ]


def _jobs(subjects: DashboardSubjects, metric: str, group: str) -> list[list[Any]]:
    return [
        [
            "Glue",
            metric,
            "JobName",
            name,
            "JobRunId",
            "ALL",
            "Type",
            "gauge",
            "ObservabilityGroup",
            group,
            {"label": label},
        ]
        for label, name in subjects.jobs.items()
    ]


def _queries(subjects: DashboardSubjects, metric: str) -> list[list[Any]]:
    return [
        ["AWS/Athena", metric, "WorkGroup", name, "QueryState", "SUCCEEDED", "QueryType", "DML", {"label": team}]
        for team, name in subjects.workgroups.items()
    ]


def _storage(subjects: DashboardSubjects, metric: str) -> list[list[Any]]:
    return [
        ["AWS/S3", metric, "BucketName", name, "StorageType", "AllStorageTypes", {"label": zone}]
        for zone, name in subjects.buckets.items()
    ]


def _widget(
    subjects: DashboardSubjects,
    title: str,
    metrics: Sequence[list[Any]],
    statistic: str,
    period_seconds: int,
    *,
    region: str | None = None,
) -> dict[str, Any]:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "view": "timeSeries",
            "region": region or subjects.region,
            "stat": statistic,
            "period": period_seconds,
            "metrics": list(metrics),
        },
    }


def _placed(index: int, widget: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(index, _COLUMNS)
    return {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT, **widget}
