"""Answers that come when the work on a stack has ended.

AWS answers ExecuteChangeSet and DeleteStack at once. The CDK CLI looks at the stack right after that, and if it is not
done then, again after five seconds: on a laptop, where a stack takes one or two, most of a deployment would be sleep.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack.services import cloudformation

from laptop.emulator.cloudformation import interrupted

Response = tuple[int, Mapping[str, Any], bytes]
Handler = Callable[[str, str, Mapping[str, str], bytes, Mapping[str, Any]], Awaitable[Response]]

# Long work is watched as on AWS.
_LONGEST_SECONDS = 20.0
_POLL_SECONDS = 0.05
_ACTIONS = {"ExecuteChangeSet", "DeleteStack"}


def until_ended(original: Handler) -> Handler:
    """Wrap the service, so that whoever looks at the stack right after an answer finds it done."""

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Response:
        await interrupted.finished()
        response = await original(method, path, headers, body, query)
        asked = {name: values[0] for name, values in parse_qs(body.decode("utf-8", errors="replace")).items()}
        # After a refusal nothing ends: a stack may be REVIEW_IN_PROGRESS for ever.
        if response[0] == 200 and asked.get("Action") in _ACTIONS and "StackName" in asked:
            deadline = time.monotonic() + _LONGEST_SECONDS
            # A deletion begins only after its answer is made.
            await asyncio.sleep(_POLL_SECONDS)
            while _in_progress(asked["StackName"]) and time.monotonic() < deadline:
                await asyncio.sleep(_POLL_SECONDS)
        return response

    return handle


def _in_progress(name_or_id: str) -> bool:
    return any(
        name_or_id in (stack["StackName"], stack["StackId"]) and interrupted.in_progress(stack)
        for stack in cloudformation._stacks.values()
    )
