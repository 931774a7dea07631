"""Alarms: each says in its description what happened and where the runbook tells what to do."""

from collections.abc import Mapping
from typing import Literal

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

_RUNBOOK = "docs/runbook.md"
_DAY_SECONDS = 86400
_BYTES_PER_GIB = 1024**3
_ENDED_BADLY = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
# States of queries that Athena bills: https://aws.amazon.com/athena/pricing/
_BILLED = ("SUCCEEDED", "CANCELED")

_Alarm = cloudwatch.CfnAlarm


class Alarms(Construct):
    """Makes alarms that ring, and stop ringing, at one topic."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic, actions_enabled: bool) -> None:
        super().__init__(scope, construct_id)
        self._topic_arns = [topic.topic_arn]
        self._actions_enabled = actions_enabled

    def pipeline_failed(self, product: str, state_machine_arn: str) -> None:
        """Ring when an execution failed, timed out or was aborted. Two of these reach no Catch of the definition."""
        dimensions = {"StateMachineArn": state_machine_arn}
        metrics = {name: metric("AWS/States", name, dimensions, "Sum", 300) for name in _ENDED_BADLY}
        self._alarm(
            f"Pipeline-{product}",
            f"A run of the pipeline of {product} failed, timed out or was aborted.",
            "a-pipeline-failed",
            metrics=_sum_of(metrics),
            threshold=1,
        )

    def start_undelivered(self, queue_name: str) -> None:
        """Ring when an event could not start its pipeline, or a function failed for it."""
        self._alarm(
            "Undelivered",
            "An event or a schedule could not start a pipeline, or a function failed for it; "
            "it waits in the dead-letter queue.",
            "a-start-was-not-delivered",
            metrics=_waiting(queue_name),
            threshold=1,
        )

    def events_unread(self, queue_name: str) -> None:
        """Ring when the crawler of the raw zone gave up on notifications: it does not see those files."""
        self._alarm(
            "EventsUnread",
            "The crawler of the raw zone could not read news of files; they wait in the dead-letter queue.",
            "notifications-of-new-files-were-not-read",
            metrics=_waiting(queue_name),
            threshold=1,
        )

    def function_throttled_or_fails(self, label: str, function_name: str) -> None:
        """Ring when a function finds no concurrency, and when it raises or times out."""
        for construct_id, name, what, threshold in (
            ("Throttled", "Throttles", "is throttled", 1),
            ("Errors", "Errors", "raised an error or timed out", 3),
        ):
            self._alarm(
                f"{construct_id}-{label}",
                f"{label} {what}.",
                "a-function-is-throttled-or-fails",
                metrics=[metric("AWS/Lambda", name, {"FunctionName": function_name}, "Sum", 300)],
                threshold=threshold,
            )

    def table_throttled(self, label: str, table_name: str) -> None:
        """Ring when DynamoDB throttles writes."""
        self._alarm(
            f"Table-{label}",
            f"Writes to the table of {label} are throttled.",
            "a-table-is-throttled",
            metrics=[metric("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": table_name}, "Sum", 300)],
            threshold=1,
        )

    def scanned_too_much(self, team: str, workgroup_name: str, gib_per_day: float) -> None:
        """Ring when a team's queries read more in a day than is expected.

        What a cancelled query has read is billed too, and the limit of a query cancels it.
        """
        metrics = {
            state: metric(
                "AWS/Athena",
                "ProcessedBytes",
                {"WorkGroup": workgroup_name, "QueryState": state, "QueryType": "DML"},
                "Sum",
                _DAY_SECONDS,
            )
            for state in _BILLED
        }
        self._alarm(
            f"Scanned-{team}",
            f"Queries of {team} scanned more than {gib_per_day:g} GiB in a day.",
            "a-team-scans-too-much",
            metrics=_sum_of(metrics),
            threshold=gib_per_day * _BYTES_PER_GIB,
        )

    def failures_grow(self, bucket_name: str, objects_per_day: int) -> None:
        """Ring when the failures bucket grows fast; S3 reports its size once a day, free of charge."""
        dimensions = {"BucketName": bucket_name, "StorageType": "AllStorageTypes"}
        stored = metric("AWS/S3", "NumberOfObjects", dimensions, "Average", _DAY_SECONDS, returned=False)
        growth = _Alarm.MetricDataQueryProperty(id="growth", expression=f"DIFF({stored.id})", return_data=True)
        self._alarm(
            "FailuresGrow",
            f"The failures bucket grew by more than {objects_per_day} objects in a day.",
            "the-failures-bucket-grows",
            metrics=[stored, growth],
            threshold=objects_per_day,
        )

    def _alarm(
        self,
        construct_id: str,
        what: str,
        runbook_section: str,
        *,
        metrics: list[_Alarm.MetricDataQueryProperty],
        threshold: float,
        runbook: str = _RUNBOOK,
    ) -> None:
        _Alarm(
            self,
            construct_id,
            alarm_description=f"{what} Runbook: {runbook}#{runbook_section}",
            metrics=metrics,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=threshold,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            # No news of failures is good news.
            treat_missing_data="notBreaching",
            actions_enabled=self._actions_enabled,
            alarm_actions=self._topic_arns,
            ok_actions=self._topic_arns,
        )


def metric(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    statistic: Literal["Sum", "Average", "Maximum"],
    period_seconds: int,
    *,
    returned: bool = True,
) -> _Alarm.MetricDataQueryProperty:
    """Query one metric."""
    return _Alarm.MetricDataQueryProperty(
        # An id has no dots, and some metrics of Kinesis and Firehose do.
        id=name[0].lower() + name[1:].replace(".", ""),
        return_data=returned,
        metric_stat=_Alarm.MetricStatProperty(
            metric=_Alarm.MetricProperty(
                namespace=namespace,
                metric_name=name,
                dimensions=[_Alarm.DimensionProperty(name=key, value=value) for key, value in dimensions.items()],
            ),
            period=period_seconds,
            stat=statistic,
        ),
    )


def _waiting(queue_name: str) -> list[_Alarm.MetricDataQueryProperty]:
    """Query the messages of a queue."""
    return [metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue_name}, "Maximum", 300)]


def _sum_of(metrics: Mapping[str, _Alarm.MetricDataQueryProperty]) -> list[_Alarm.MetricDataQueryProperty]:
    """Add metrics up; one without data counts as nothing."""
    hidden = [
        _Alarm.MetricDataQueryProperty(id=f"of{name}", metric_stat=metric.metric_stat, return_data=False)
        for name, metric in metrics.items()
    ]
    terms = " + ".join(f"FILL({metric.id}, 0)" for metric in hidden)
    return [*hidden, _Alarm.MetricDataQueryProperty(id="total", expression=terms, return_data=True)]
