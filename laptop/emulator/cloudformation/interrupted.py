"""Work on stacks that a killed process left unfinished goes on, as on AWS, where CloudFormation does not die.

The CDK CLI takes a stack that is in progress for deployed, if its template is the one to deploy.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app
from ministack.services import cloudformation
from ministack.services.cloudformation import engine, handlers, stacks

from laptop.emulator import checkpoints, registry, scopes
from laptop.emulator.registry import Json

logger = logging.getLogger("laptop")

Deletion = Callable[..., Awaitable[None]]

_OF_THE_PAST = ("_resources", "_template", "_template_body", "_resolved_params", "_conditions", "Tags", "Outputs")
# The CDK CLI deletes a stack in this state, and creates it again.
_TO_BE_CREATED_AGAIN = "ROLLBACK_FAILED"
# Whoever asks gives up after a minute (botocore), and a custom resource may ask while it is waited for.
_LONGEST_SECONDS = 50.0
_finishing: asyncio.Task[None] | None = None


def apply() -> None:
    """Write each deletion down before it begins: nobody shall see a whole stack of which half is gone."""
    handlers._delete_stack_async = _written_first(handlers._delete_stack_async)


@registry.on_start
def begin() -> None:
    """Begin without waiting for somebody who asks for a stack."""

    async def handle(*_request: Any) -> None:
        await finished(longest_seconds=0)

    app.call_service_handler_sync(handle, "POST", "/", {}, b"", {})


async def finished(longest_seconds: float = _LONGEST_SECONDS) -> None:
    """Finish what the last process left, once; whoever asks meanwhile waits, but not for ever."""
    global _finishing  # noqa: PLW0603
    if _finishing is None:
        _finishing = asyncio.create_task(_finish_all())
    await asyncio.wait({_finishing}, timeout=longest_seconds)


def in_progress(stack: Json) -> bool:
    """Tell whether something is done with a stack."""
    return str(stack["StackStatus"]).endswith("_IN_PROGRESS") and stack["StackStatus"] != "REVIEW_IN_PROGRESS"


def _written_first(original: Deletion) -> Deletion:
    async def delete(stack_name: str, *arguments: Any, **options: Any) -> None:
        cloudformation._stacks[stack_name]["StackStatus"] = "DELETE_IN_PROGRESS"
        await checkpoints.write()
        await original(stack_name, *arguments, **options)

    return delete


async def _finish_all() -> None:
    # Those that go on at the same time did so before, too: none of them needs another.
    unfinished = [(key, stack) for key, stack in cloudformation._stacks._data.items() if in_progress(stack)]
    await asyncio.gather(*(_go_on(key, stack) for key, stack in unfinished))


async def _go_on(key: tuple[str, str, str], stack: Json) -> None:
    account_id, region_name, name = key
    logger.warning("the emulator was killed while %s was %s, which goes on", name, stack["StackStatus"])
    with scopes.within(account_id, region_name):
        try:
            await _finish(name, stack)
        except Exception:
            logger.exception("could not finish what was done with %s", name)


async def _finish(name: str, stack: Json) -> None:
    status = stack["StackStatus"]
    if status == "DELETE_IN_PROGRESS":
        await stacks._delete_stack_async(name, stack["StackId"])
    elif status == "ROLLBACK_IN_PROGRESS":
        stack["StackStatus"] = _TO_BE_CREATED_AGAIN
    elif "ROLLBACK" in status:
        stack["_template_body"] = json.dumps(stack["_template"])
        ended = await _update(name, stack, stack["_template"], stack["_resolved_params"], keep=False)
        stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE" if ended == "UPDATE_COMPLETE" else "UPDATE_ROLLBACK_FAILED"
    else:
        template = engine._parse_template(stack["_template_body"])
        parameters = {
            each["ParameterKey"]: {"Value": each["ParameterValue"], "NoEcho": each["NoEcho"]}
            for each in stack["Parameters"]
        }
        creating = status == "CREATE_IN_PROGRESS"
        ended = await _update(name, stack, template, parameters, keep=creating)
        if creating:
            stack["StackStatus"] = "CREATE_COMPLETE" if ended == "UPDATE_COMPLETE" else _TO_BE_CREATED_AGAIN
    _end_change_sets(stack)


async def _update(name: str, stack: Json, template: Json, parameters: Json, *, keep: bool) -> str:
    """Bring a stack from what it has to a template; what exists already is left as it is."""
    past = {key: copy.deepcopy(stack.get(key)) for key in _OF_THE_PAST}
    await stacks._deploy_stack_async(
        name, stack["StackId"], template, parameters, keep, stack["Tags"], is_update=True, previous_stack=past
    )
    return str(stack["StackStatus"])


def _end_change_sets(stack: Json) -> None:
    succeeded = stack["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    for change_set in cloudformation._change_sets.values():
        if change_set["StackId"] == stack["StackId"] and change_set["ExecutionStatus"] == "EXECUTE_IN_PROGRESS":
            change_set["ExecutionStatus"] = "EXECUTE_COMPLETE" if succeeded else "EXECUTE_FAILED"
