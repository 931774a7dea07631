"""Prepares the change sets of an environment for an approval, and executes them after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console

from delivery import assembly
from delivery.doctor.account import Account
from delivery.promotion.digest import digest
from delivery.workstation import cli

_UNSEEN = "REVIEW_IN_PROGRESS"
# A stack that is not there is a ValidationError.
_ABSENT = ("ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError")
# How the reason of a change set begins that failed only because it has nothing to do; the CDK CLI looks for the same.
_NOTHING_TO_CHANGE = ("The submitted information didn't contain changes.", "No updates are to be performed.")


def change_set_name(folder: Path) -> str:
    """Name the change sets of an assembly."""
    return f"promote-{digest(folder)[:16]}"


def prepare(account: Account, folder: Path, console: Console, cdk: Callable[..., int] = cli.cdk) -> int:
    """Publish assets and make a change set for each stack, without executing any.

    A stack that imports what another one is only about to export cannot have a change set yet: it is said, and
    `execute` deploys it after the other.
    """
    name, cloudformation = change_set_name(folder), account.client("cloudformation")
    deployed, exports = _deployed(cloudformation), _exports(cloudformation)
    ready = []
    for stack in assembly.stacks(folder, account.name):
        missing = _imports(stack.template) - exports
        if missing:
            console.print(f"{stack.name}: waits for {len(missing)} exports of stacks before it", soft_wrap=True)
        else:
            console.print(f"{stack.name}: {'is updated' if stack.name in deployed else 'is new'}")
            ready.append(stack)
    options = ("--method=prepare-change-set", "--change-set-name", name, "--require-approval", "never")
    paths = [stack.path for stack in ready]
    status = cdk("deploy", "--app", str(folder), *options, "--exclusively", *paths) if paths else 0
    for stack in ready:
        for line in _changes(cloudformation, stack.name, name):
            console.print(f"{stack.name}: {line}", markup=False, soft_wrap=True)
    return status


def execute(account: Account, folder: Path, console: Console, cdk: Callable[..., int] = cli.cdk) -> int:
    """Execute what was prepared, stack by stack in their order; deploy what could not be."""
    name, cloudformation = change_set_name(folder), account.client("cloudformation")
    stacks = assembly.stacks(folder, account.name)
    states = {stack.path: _state(cloudformation, stack.name, name) for stack in stacks}
    unchanged = [stack.name for stack in stacks if states[stack.path] == "empty"]
    if unchanged:
        console.print(f"No changes: {', '.join(unchanged)}", soft_wrap=True)
    # The CLI keeps the order of stacks within a call, and the calls are in order.
    for state, group in groupby((path for path, state in states.items() if state != "empty"), key=states.__getitem__):
        method = (
            ("--method=execute-change-set", "--change-set-name", name) if state == "ready" else ("--method=change-set",)
        )
        options = ("--app", str(folder), *method, "--require-approval", "never", "--exclusively")
        status = cdk("deploy", *options, *group)
        if status:
            console.print("A stack failed; those that come after it were not touched")
            return status
    return 0


def _state(cloudformation: Any, stack: str, name: str) -> str:
    """Tell whether a change set is ready, empty (there is nothing to change) or absent."""
    found = _change_set(cloudformation, stack, name)
    if found is None:
        return "absent"
    if found["Status"] == "CREATE_COMPLETE" and found["ExecutionStatus"] == "AVAILABLE":
        return "ready"
    # One that failed for another reason is made anew: CloudFormation says what is wrong with it.
    unchanged = found["Status"] == "FAILED" and (found["StatusReason"] or "").startswith(_NOTHING_TO_CHANGE)
    return "empty" if unchanged else "absent"


def _changes(cloudformation: Any, stack: str, name: str) -> Iterator[str]:
    """List what a change set would do, the replacements marked."""
    found = _change_set(cloudformation, stack, name)
    if found is None:
        yield "no changes"
        return
    for change in found.get("Changes", []):
        item = change["ResourceChange"]
        replaced = " (REPLACED)" if item.get("Replacement") == "True" else ""
        yield f"{item['Action']} {item['ResourceType']} {item['LogicalResourceId']}{replaced}"


def _change_set(cloudformation: Any, stack: str, name: str) -> Any:
    """Describe a change set with the changes of all pages; None if there is no such stack or change set."""
    pages = cloudformation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name)
    try:
        return pages.build_full_result()
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise


def _deployed(cloudformation: Any) -> set[str]:
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    return {stack["StackName"] for page in pages for stack in page["Stacks"] if stack["StackStatus"] != _UNSEEN}


def _exports(cloudformation: Any) -> set[str]:
    pages = cloudformation.get_paginator("list_exports").paginate()
    return {item["Name"] for page in pages for item in page["Exports"]}


def _imports(value: Any) -> set[str]:
    """Find the names that a template imports."""
    if isinstance(value, dict):
        if set(value) == {"Fn::ImportValue"}:
            return {str(value["Fn::ImportValue"])}
        return {name for item in value.values() for name in _imports(item)}
    if isinstance(value, list):
        return {name for item in value for name in _imports(item)}
    return set()
