"""Deletes an environment, with its data where the configuration gives it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from delivery import assembly
from delivery.doctor.account import Account
from delivery.workstation import cli
from delivery.workstation.deployment import RefusedError, require_account
from delivery.workstation.remains import Remain, remains

_BATCH = 1000


def destroy(account: Account, folder: Path, confirmed: str, console: Console, cdk: Callable[..., int] = cli.cdk) -> int:
    """Empty buckets, delete stacks and list what is left.

    Parameters
    ----------
    confirmed
        What a person typed: the name of the environment's stacks, `lake-dev`.

    Raises
    ------
    RefusedError
        A key is missing: the configuration keeps data, or the name was not typed. Or the account is another one.
    """
    require_account(account)
    _require_keys(account, confirmed)
    cloudformation, s3 = account.client("cloudformation"), account.client("s3")
    buckets = sorted(doomed_buckets(cloudformation, _deployed(account)))
    for number, bucket in enumerate(buckets, start=1):
        with console.status(f"Emptying bucket {number} of {len(buckets)}: {bucket}"):
            count = empty(s3, bucket)
        console.print(f"Emptied {bucket}: {count} versions")
    status = cdk("destroy", "--app", str(folder), "--force", *cli.patterns(account.name, ()))
    show_remains(list(remains(account)), console)
    return status


def explain(account: Account, folder: Path, console: Console) -> None:
    """Say what a teardown would delete."""
    stacks = _deployed(account)
    kept = sum(resource.body.get("DeletionPolicy") == "Retain" for resource in assembly.resources(folder, account.name))
    console.print(
        f"Deletes {len(stacks)} stacks from account {account.config.environment.account} in {account.region}: "
        f"{', '.join(stacks) or 'none is deployed'}. Their buckets are emptied first, with every version; "
        f"{kept} resources are kept by their removal policy.",
        soft_wrap=True,
    )


def doomed_buckets(cloudformation: Any, stacks: list[str]) -> Iterator[str]:
    """Name the buckets that CloudFormation is going to delete."""
    for stack in stacks:
        template = cloudformation.get_template(StackName=stack)["TemplateBody"]
        doomed = {
            name for name, body in _resources(template).items() if body.get("DeletionPolicy", "Delete") == "Delete"
        }
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        for page in pages:
            for item in page["StackResourceSummaries"]:
                gone = item["ResourceStatus"] == "DELETE_COMPLETE"
                if item["ResourceType"] == "AWS::S3::Bucket" and item["LogicalResourceId"] in doomed and not gone:
                    yield item["PhysicalResourceId"]


def empty(s3: Any, bucket: str) -> int:
    """Delete every version of every object; return how many.

    Raises
    ------
    RefusedError
        S3 refused to delete some, for example because of a lock.
    """
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": _BATCH}):
        versions = [
            {"Key": entry["Key"], "VersionId": entry["VersionId"]}
            for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if versions:
            errors = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True}).get("Errors", [])
            if errors:
                first = errors[0]
                raise RefusedError(f"{bucket}: {len(errors)} objects stay, first {first['Key']}: {first['Message']}")
            count += len(versions)
    return count


def show_remains(found: list[Remain], console: Console) -> None:
    """List what is left, what it costs and how to delete it."""
    if not found:
        console.print("Nothing with the tags of the lake is left.")
        return
    console.print(f"{len(found)} resources are left, {sum(item.usd for item in found):.2f} USD a month:")
    for item in found:
        console.print(f"  {item.arn}  {item.usd:.2f}  {item.note}", markup=False, soft_wrap=True)
        if item.command:
            console.print(f"      {item.command}", markup=False, soft_wrap=True)


def _require_keys(account: Account, confirmed: str) -> None:
    expected = f"lake-{account.name}"
    if account.config.environment.retain_data:
        raise RefusedError(
            f"{account.name} keeps its data. Two keys are needed: first deploy it with retain_data = false under "
            f"[environment] in {account.file}, which takes a review; then run this again with CONFIRM={expected}."
        )
    if confirmed != expected:
        raise RefusedError(
            f"To delete this environment with its data: make destroy ENV={account.name} CONFIRM={expected}"
        )


def _deployed(account: Account) -> list[str]:
    pages = account.client("cloudformation").get_paginator("describe_stacks").paginate()
    names = (stack["StackName"] for page in pages for stack in page["Stacks"])
    return sorted(name for name in names if name.startswith(f"lake-{account.name}-"))


def _resources(template: Any) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = template["Resources"]
    return found
