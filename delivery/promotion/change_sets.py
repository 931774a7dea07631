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
    try:
        found = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"):
            return "absent"
        raise
    if found["Status"] == "CREATE_COMPLETE" and found["ExecutionStatus"] == "AVAILABLE":
        return "ready"
    return "empty" if found["Status"] == "FAILED" and not found.get("Changes") else "absent"


def _changes(cloudformation: Any, stack: str, name: str) -> Iterator[str]:
    """List what a change set would do, the replacements marked."""
    try:
        found = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
    except ClientError:
        yield "no changes"
        return
    for change in found.get("Changes", []):
        item = change["ResourceChange"]
        replaced = " (REPLACED)" if item.get("Replacement") == "True" else ""
        yield f"{item['Action']} {item['ResourceType']} {item['LogicalResourceId']}{replaced}"


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
