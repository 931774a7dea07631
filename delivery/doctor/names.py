"""Names that the lake must give, because people and SQL need them, and that something else may have taken."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, Suite, good, problem

suite = Suite()

_DATABASES = ("lake_raw", "lake_curated", "lake_analytics")


@suite.check("No database of somebody else has a name of the lake")
def databases(account: Account) -> Iterator[Finding]:
    pages = account.client("glue").get_paginator("get_databases").paginate()
    there = {database["Name"] for page in pages for database in page["DatabaseList"]}
    yield from _taken(account, "database", set(_DATABASES) & there, "glue delete-database --name {}")


@suite.check("No workgroup of somebody else has a name of the lake")
def workgroups(account: Account) -> Iterator[Finding]:
    wanted = {f"lake-{workgroup.team}" for workgroup in account.config.query.workgroups}
    athena = account.client("athena")
    there: set[str] = set()
    token: dict[str, str] = {}
    while True:
        page = athena.list_work_groups(**token)
        there |= {group["Name"] for group in page["WorkGroups"]}
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    command = "athena delete-work-group --recursive-delete-option --work-group {}"
    yield from _taken(account, "workgroup", wanted & there, command)


@suite.check("No stack of the lake is stuck")
def stacks(account: Account) -> Iterator[Finding]:
    pages = account.client("cloudformation").get_paginator("describe_stacks").paginate()
    states = {
        stack["StackName"]: stack["StackStatus"]
        for page in pages
        for stack in page["Stacks"]
        if stack["StackName"].startswith(f"lake-{account.name}-")
    }
    for name, state in states.items():
        if state in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}:
            yield problem(
                f"{name} is in {state}",
                why="Its first creation failed; CloudFormation can only delete it.",
                fix=f"{account.aws} cloudformation delete-stack --stack-name {name}",
            )
        elif state.endswith("_FAILED"):
            yield problem(
                f"{name} is in {state}",
                why="CloudFormation refuses updates until the stack is stable.",
                fix=f"node_modules/.bin/cdk rollback {name}",
            )
        elif state.endswith("_IN_PROGRESS"):
            yield problem(
                f"{name} is in {state}",
                why="Somebody deploys at this moment; CloudFormation refuses a second change.",
                fix=f"{account.aws} cloudformation wait stack-update-complete --stack-name {name}",
            )
        else:
            continue
        return
    yield good(f"{len(states)} stacks of the lake, none stuck")


def _taken(account: Account, kind: str, names: set[str], command: str) -> Iterator[Finding]:
    for name in sorted(names - account.deployed):
        yield problem(
            f"the {kind} {name} exists and belongs to no stack of the lake",
            why="CloudFormation does not take over what exists: the deployment would fail.",
            fix=f"If nothing needs it: {account.aws} {command.format(name)}",
        )
    if not names - account.deployed:
        yield good(f"no {kind} in the way")
