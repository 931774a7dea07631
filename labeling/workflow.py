"""The labeling workflow from a workstation: start it, and wait for what it tells."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labeling.sdk import LabelingError

if TYPE_CHECKING:
    from smoke.lake import Lake


def label(
    lake: Lake, task: str, source: Mapping[str, Any], *, request: str, poll_seconds: float = 5.0
) -> dict[str, Any]:
    """Run the workflow for a task, and return its output: outcome, job and report.

    Raises
    ------
    LabelingError
        If it does not succeed.
    """
    if "LabelingPipelineArn" not in lake.outputs:
        environment = lake.config.environment.name
        raise LabelingError(f"{environment} has no labeling: deploy it with enabled = true under [labeling]")
    states = lake.client("stepfunctions")
    document = json.dumps({"task": task, "source": source, "request": request})
    started = states.start_execution(stateMachineArn=lake.outputs["LabelingPipelineArn"], input=document)
    while True:
        found = states.describe_execution(executionArn=started["executionArn"])
        if found["status"] != "RUNNING":
            break
        time.sleep(poll_seconds)
    if found["status"] != "SUCCEEDED":
        raise LabelingError(f"the workflow {found['status']}: {found.get('error')}: {found.get('cause')}")
    output: dict[str, Any] = json.loads(found["output"])
    return output
