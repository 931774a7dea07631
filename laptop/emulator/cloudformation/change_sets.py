"""Change sets that change outputs only.

The emulator calls them empty, and the CDK CLI then leaves out the export that another stack waits for. AWS creates a
change set without resource changes, and executes it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers

Response = tuple[int, Any, Any]


def apply() -> None:
    """Correct the emulator's CreateChangeSet."""
    handlers._ACTION_HANDLERS["CreateChangeSet"] = _corrected(handlers._ACTION_HANDLERS["CreateChangeSet"])


def _corrected(original: Callable[[Any], Response]) -> Callable[[Any], Response]:
    def create(parameters: Any) -> Response:
        response = original(parameters)
        body = response[2].decode() if isinstance(response[2], bytes) else response[2]
        created = re.search(r"<Id>([^<]+)</Id>", body)
        if created:
            _allow_changed_outputs(cloudformation._change_sets[created[1]])
        return response

    return create


def _allow_changed_outputs(change_set: dict[str, Any]) -> None:
    stack = cloudformation._stacks.get(change_set["StackName"]) or {}
    before, after = (document.get("_template", {}).get("Outputs", {}) for document in (stack, change_set))
    if "didn't contain changes" in change_set["StatusReason"] and before != after:
        change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")
