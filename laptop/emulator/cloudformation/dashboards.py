"""Tags of dashboards: the emulator's CloudFormation drops them, and its API takes tags of alarms only.

| what | behaviour |
|---|---|
| AWS::CloudWatch::Dashboard, Tags | TagResource, UntagResource |
| TagResource, UntagResource, ListTagsForResource | also for the ARN of a dashboard that exists |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch

from laptop.emulator.clients import account, client
from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.registry import Json, after_resource

# A dashboard belongs to all regions.
_ARN = re.compile(r"arn:aws:cloudwatch::\d{12}:dashboard/(.+)")

Validate = Callable[..., Any]


def accepting_dashboards(original: Validate) -> Validate:
    """Let the emulator's check of what can be tagged pass for dashboards."""

    def validate(arn: str, **options: Any) -> Any:
        found = _ARN.fullmatch(arn or "")
        if found and found[1] in cloudwatch._dashboards:
            return None
        return original(arn, **options)

    return validate


@after_resource("AWS::CloudWatch::Dashboard")
def dashboard_tags(name: str, old: Json, new: Json) -> None:
    arn = f"arn:aws:cloudwatch::{account()}:dashboard/{name}"
    gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
    if gone:
        client("cloudwatch").untag_resource(ResourceARN=arn, TagKeys=gone)
    if new.get("Tags"):
        client("cloudwatch").tag_resource(ResourceARN=arn, Tags=new["Tags"])


cloudwatch._validate_alarm_tag_arn = accepting_dashboards(cloudwatch._validate_alarm_tag_arn)
