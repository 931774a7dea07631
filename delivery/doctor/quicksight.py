"""QuickSight: a subscription that people make, users in one region of it, and who is in the lake's groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from dashboards.groups import GROUPS
from delivery.doctor.account import Account, error_code
from delivery.doctor.finding import Finding, Suite, good, problem, warning

suite = Suite()

OFF = "no dashboards in this environment"
_SUBSCRIBED = {"ACCOUNT_CREATED", "OK"}
MISSING = "ResourceNotFoundException"
# "Operation is being called from endpoint eu-west-1, but your identity region is us-east-1. Please use ..."
_ELSEWHERE = re.compile(r"identity region is ([a-z0-9-]+)")


@suite.check("The account has subscribed to QuickSight, Enterprise edition")
def subscription(account: Account) -> Iterator[Finding]:
    if not account.config.bi.enabled:
        yield good(OFF)
        return
    region = _identity_region(account)
    try:
        answer = account.client("quicksight", region).describe_account_subscription(**arguments(account))
    except ClientError as error:
        if error_code(error) != MISSING:
            raise
        yield _not_subscribed(account, "the account has no subscription to QuickSight")
        return
    found = answer["AccountInfo"]
    status, edition = found.get("AccountSubscriptionStatus", "unknown"), found.get("Edition", "unknown")
    if status not in _SUBSCRIBED:
        yield _not_subscribed(account, f"the subscription to QuickSight is in status {status}")
    elif edition == "STANDARD":
        yield problem(
            "the subscription is of the STANDARD edition",
            why="Row-level and column-level security, refresh by API, folders, groups and embedding need ENTERPRISE; "
            "CloudFormation would fail at the first of them.",
            fix="Sign in to QuickSight as an administrator: Manage QuickSight, Upgrade now (there is no API for it)",
        )
    else:
        yield good(f"subscription {found.get('AccountName')} of edition {edition}")


@suite.check("Users of QuickSight live in the configured region and namespace")
def identities(account: Account) -> Iterator[Finding]:
    """Ask for the namespace where users are said to be; another region says where they are."""
    bi = account.config.bi
    if not bi.enabled:
        yield good(OFF)
        return
    region = _identity_region(account)
    if region != bi.identity_region:
        yield problem(
            f"users and groups live in {region}, not in {bi.identity_region}",
            why="Permissions would name principals that do not exist, and QuickSight refuses them.",
            fix=f'Write identity_region = "{region}" under [bi] in {account.file}',
        )
        return
    status = _namespace_status(account, region)
    if status == "CREATED":
        yield good(f"namespace {bi.namespace} in {region}")
    elif status == "CREATING":
        yield problem(
            f"the namespace {bi.namespace} is being created",
            why="Groups can be made in it when it is there.",
            fix=f"Wait: {command(account, region, f'describe-namespace --namespace {bi.namespace}')}",
        )
    else:
        yield problem(
            f"the namespace {bi.namespace} is {status}",
            why="Groups and permissions are of a namespace; the stack Bi would fail.",
            fix=command(account, region, f"create-namespace --identity-store QUICKSIGHT --namespace {bi.namespace}")
            + f", or write the name of another one under [bi] in {account.file}",
        )


@suite.check("The groups of the dashboards are there, and people are in them")
def groups(account: Account) -> Iterator[Finding]:
    bi = account.config.bi
    if not bi.enabled:
        yield good(OFF)
        return
    region = _identity_region(account)
    client, place = account.client("quicksight", region), {"Namespace": bi.namespace, **arguments(account)}
    there = set(listed(client, "list_groups", "GroupList", "GroupName", place))
    wanted = [group.name for group in GROUPS]
    missing = [name for name in wanted if name not in there]
    if missing and not bi.create_groups:
        yield problem(
            f"there is no group {', '.join(missing)}",
            why="create_groups is false, so the stack Bi takes them for there; its permissions would be refused.",
            fix="; ".join(
                command(account, region, f"create-group --namespace {bi.namespace} --group-name {name}")
                for name in missing
            ),
        )
    taken = [name for name in wanted if name in there and not _ours(account, name)] if bi.create_groups else []
    for name in taken:
        yield problem(
            f"the group {name} exists and belongs to no stack of the lake",
            why="CloudFormation does not take over what exists: the stack Bi would fail.",
            fix=f"Write create_groups = false under [bi] in {account.file}, and make the other groups by hand",
        )
    empty = [name for name in wanted if name in there and not _members(client, {"GroupName": name, **place})]
    if empty:
        yield warning(
            f"nobody is in {', '.join(empty)}",
            why="Dashboards are shared with groups: people in none of them see nothing.",
            fix="; ".join(f'make bi-member ENV={account.name} ARGS="--group {name} --user <name>"' for name in empty),
        )
    if not (empty or taken or (missing and not bi.create_groups)):
        yield good(f"{len(wanted) - len(missing)} groups with people, {len(missing)} that the stack makes")


def _members(client: Any, group: dict[str, str]) -> list[str]:
    return listed(client, "list_group_memberships", "GroupMemberList", "MemberName", group)


def _ours(account: Account, group: str) -> bool:
    return any(name.endswith(f"/{group}") for name in account.deployed)


def _identity_region(account: Account) -> str:
    """Give the region in which the account's users live.

    No operation tells it. An operation on users that is asked elsewhere refuses, and names the region in its message.
    """
    configured = account.config.bi.identity_region
    try:
        account.client("quicksight", configured).describe_account_settings(**arguments(account))
    except ClientError as error:
        told = _ELSEWHERE.search(error.response["Error"].get("Message", ""))
        if told:
            return told[1]
        if error_code(error) != MISSING:
            raise
    return configured


def _not_subscribed(account: Account, what: str) -> Finding:
    region = account.config.bi.identity_region
    options = "--edition ENTERPRISE --authentication-method IAM_AND_QUICKSIGHT"
    return problem(
        what,
        why="The stack Bi would fail at its first resource. A subscription costs for each author and reader.",
        fix=command(
            account,
            region,
            f"create-account-subscription {options} --account-name <name> --notification-email <you@example.com>",
        )
        + f", or write enabled = false under [bi] in {account.file}",
    )


def _namespace_status(account: Account, region: str) -> str:
    wanted = {"Namespace": account.config.bi.namespace, **arguments(account)}
    try:
        found = account.client("quicksight", region).describe_namespace(**wanted)["Namespace"]
    except ClientError as error:
        if error_code(error) == MISSING:
            return "missing"
        raise
    return str(found.get("CreationStatus", "unknown"))


def listed(client: Any, operation: str, member: str, name: str, wanted: dict[str, str]) -> list[str]:
    """Give a member of everything that an operation lists."""
    return [item[name] for page in client.get_paginator(operation).paginate(**wanted) for item in page[member]]


def arguments(account: Account) -> dict[str, str]:
    """Give what every operation of QuickSight asks for."""
    return {"AwsAccountId": account.config.environment.account}


def command(account: Account, region: str, rest: str) -> str:
    """Write an AWS CLI command that a person can paste."""
    return f"aws --region {region} quicksight {rest} --aws-account-id {account.config.environment.account}"
