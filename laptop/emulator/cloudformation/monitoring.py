"""Alarms on metric math and tags of dashboards, which the emulator refuses.

| what | behaviour |
|---|---|
| Metrics of AWS::CloudWatch::Alarm | kept and shown by DescribeAlarms; not evaluated: SetAlarmState sets the state |
| TagResource, UntagResource, ListTagsForResource | take the ARN of a dashboard as well |

Nothing on the laptop puts the metrics of AWS services, so an alarm of the lake has nothing to evaluate there.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from __future__ import annotations

from collections.abc import Callable

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from laptop.emulator.cloudformation.shape import is_true
from laptop.emulator.registry import Json

Record = Callable[[str, Json], Json]

# The emulator's alarm is about one metric; these say which, and mean nothing for an alarm on metric math.
_ONE_METRIC: Json = {"MetricName": "-", "Namespace": "-", "Statistic": "Sum", "Period": 60}
_FIELDS_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")


def apply() -> None:
    """Replace the emulator's conversion of a template's alarm, and its check of the ARN to tag."""
    cloudwatch._validate_alarm_tag_arn = _with_dashboards(cloudwatch._validate_alarm_tag_arn)
    provisioners._cw_metric_alarm_record = _with_metric_math(provisioners._cw_metric_alarm_record)


def _with_dashboards(original: Callable[..., object]) -> Callable[..., object]:
    def validate(arn: str, **protocol: bool) -> object:
        _, is_dashboard, name = arn.partition(":dashboard/")
        if is_dashboard and name in cloudwatch._dashboards:
            return None
        return original(arn, **protocol)

    return validate


def _with_metric_math(original: Record) -> Record:
    def record(name: str, properties: Json) -> Json:
        if "Metrics" not in properties:
            return original(name, properties)
        rest = {key: value for key, value in properties.items() if key != "Metrics"}
        made = original(name, rest | _ONE_METRIC)
        for key in _FIELDS_OF_ONE_METRIC:
            made.pop(key, None)
        return made | {"Metrics": [_query(query) for query in properties["Metrics"]]}

    return record


def _query(query: Json) -> Json:
    """Return a query with numbers and booleans of the types that SDKs expect."""
    converted: Json = dict(query)
    if "ReturnData" in query:
        converted["ReturnData"] = is_true(query["ReturnData"])
    if "Period" in query:
        converted["Period"] = int(query["Period"])
    if "MetricStat" in query:
        converted["MetricStat"] = {**query["MetricStat"], "Period": int(query["MetricStat"]["Period"])}
    return converted
