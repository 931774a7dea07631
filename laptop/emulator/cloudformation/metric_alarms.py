"""Alarms on several metrics or on an expression, which the emulator's CloudFormation refuses.

| property of AWS::CloudWatch::Alarm | behaviour |
|---|---|
| Metrics | kept and described; such an alarm stays in INSUFFICIENT_DATA, as nothing evaluates it |
| all others | the emulator's own |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
"""

from __future__ import annotations

from collections.abc import Callable

from ministack.services.cloudformation import provisioners

from laptop.emulator.cloudformation.shape import is_true
from laptop.emulator.registry import Json

Record = Callable[[str, Json], Json]

# What an alarm has only if it watches a single metric.
_SINGLE = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")


def with_metrics(original: Record) -> Record:
    """Let the emulator's record of an alarm carry `Metrics`."""

    def record(name: str, properties: Json) -> Json:
        metrics = properties.get("Metrics")
        if not metrics:
            return original(name, properties)
        if any(key in properties for key in _SINGLE):
            raise ValueError(f"alarm {name} must have Metrics or a single metric; got both")
        alarm = original(name, {**properties, "Metrics": None, "MetricName": "Metrics", "Namespace": "Metrics"})
        single: Json = {key: [] if key == "Dimensions" else None for key in _SINGLE}
        return {key: value for key, value in (alarm | single).items() if value is not None} | {
            "Metrics": [_query(metric) for metric in metrics]
        }

    return record


def _query(metric: Json) -> Json:
    query = dict(metric)
    if "ReturnData" in query:
        query["ReturnData"] = is_true(query["ReturnData"])
    if "MetricStat" in query:
        query["MetricStat"] = {**query["MetricStat"], "Period": int(query["MetricStat"]["Period"])}
    if "Period" in query:
        query["Period"] = int(query["Period"])
    return query


provisioners._cw_metric_alarm_record = with_metrics(provisioners._cw_metric_alarm_record)
