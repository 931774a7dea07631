"""Step Functions integrations with QuickSight's ingestions.

| resource | behaviour | source (Step Functions developer guide) |
|---|---|---|
| aws-sdk:quicksight:createIngestion, describeIngestion, listIngestions, cancelIngestion | as the API | "AWS SDK integrations" |

Errors are named as the exceptions of the SDK, e.g. `QuickSight.ResourceExistsException`.
"""  # noqa: E501

from __future__ import annotations

from functools import partial

from laptop.emulator.states import call, serve_sdk

_OPERATIONS = ("CreateIngestion", "DescribeIngestion", "ListIngestions", "CancelIngestion")

serve_sdk("quicksight", _OPERATIONS, partial(call, "QuickSight"))
