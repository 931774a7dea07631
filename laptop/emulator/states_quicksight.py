"""Step Functions integrations with QuickSight's ingestions.

| resource | behaviour | source (Step Functions developer guide) |
|---|---|---|
| aws-sdk:quicksight:createIngestion, describeIngestion, listIngestions, cancelIngestion | as the API | "AWS SDK integrations" |

Errors are named as the exceptions of the SDK, e.g. `QuickSight.ResourceExistsException`.
"""  # noqa: E501

from __future__ import annotations

from botocore import xform_name

from laptop.emulator.clients import client
from laptop.emulator.registry import Json, task
from laptop.emulator.states import call

_OPERATIONS = ("CreateIngestion", "DescribeIngestion", "ListIngestions", "CancelIngestion")


def _serve(operation: str) -> None:
    @task(f"arn:aws:states:::aws-sdk:quicksight:{operation[0].lower()}{operation[1:]}")
    def handle(_resource: str, request: Json) -> Json:
        return call("QuickSight", xform_name(operation), request, client("quicksight"))


for _operation in _OPERATIONS:
    _serve(_operation)
