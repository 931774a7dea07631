"""The bootstrap stack, through which the CDK CLI deploys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from delivery.doctor.account import Account, error_code
from delivery.doctor.finding import Finding, Suite, good, problem, warning

suite = Suite()

# What the assemblies of the locked library require (`requiresBootstrapStackVersion` of a stack and of its lookup role).
REQUIRED_VERSION = 8
_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
_ROLES = ("deploy", "file-publishing", "lookup", "cfn-exec")
_ADMINISTRATOR = "AdministratorAccess"


@suite.check("The account is bootstrapped for the CDK")
def version(account: Account) -> Iterator[Finding]:
    target = f"aws://{account.config.environment.account}/{account.region}"
    found = account.client("ssm").get_parameters(Names=[_PARAMETER])["Parameters"]
    if not found:
        yield problem(
            f"{target} is not bootstrapped: there is no parameter {_PARAMETER}",
            why="The CDK CLI has no bucket to put templates into and no role to deploy with.",
            fix=account.bootstrap,
        )
    elif int(found[0]["Value"]) < REQUIRED_VERSION:
        yield problem(
            f"the bootstrap stack is of version {found[0]['Value']}; {REQUIRED_VERSION} or newer is needed",
            why="The CDK CLI refuses to deploy through an older one.",
            fix=account.bootstrap,
        )
    else:
        yield good(f"bootstrap stack of version {found[0]['Value']}")


@suite.check("The roles of the bootstrap stack are there and trust who deploys")
def roles(account: Account) -> Iterator[Finding]:
    iam, caller = account.client("iam"), account.client("sts").get_caller_identity()
    strangers, missing = [], []
    for name in _ROLES[:3]:
        role = _role(iam, _role_name(account, name))
        if role is None:
            missing.append(name)
        elif not _trusts(role["AssumeRolePolicyDocument"], caller["Account"]):
            strangers.append(name)
    if missing:
        yield problem(
            f"no role for {', '.join(missing)}",
            why="The CDK CLI takes these roles to publish assets and to deploy.",
            fix=account.bootstrap,
        )
    if strangers:
        yield problem(
            f"the roles for {', '.join(strangers)} do not trust account {caller['Account']}",
            why="Deployments from that account are denied at their first call.",
            fix=f"{account.bootstrap} --trust {caller['Account']} "
            f"--trust-for-lookup {caller['Account']} --cloudformation-execution-policies <policy ARN>",
        )
    if not (missing or strangers):
        yield good(f"{len(_ROLES) - 1} roles that trust account {caller['Account']}")


@suite.check("CloudFormation is not an administrator")
def execution_role(account: Account) -> Iterator[Finding]:
    iam, name = account.client("iam"), _role_name(account, "cfn-exec")
    role = _role(iam, name)
    if role is None:
        yield problem(
            f"no role {name}",
            why="CloudFormation creates the lake's resources with it.",
            fix=account.bootstrap,
        )
        return
    attached = [item["PolicyName"] for item in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]
    if _ADMINISTRATOR in attached:
        yield warning(
            f"{name} has {_ADMINISTRATOR}",
            why="Whoever can deploy can do anything in the account, also outside of the lake.",
            fix=f"{account.bootstrap} --cloudformation-execution-policies <ARN of a narrower policy>",
        )
    else:
        yield good(f"CloudFormation deploys with {', '.join(attached) or 'inline policies'}")


def _role_name(account: Account, name: str) -> str:
    return f"cdk-hnb659fds-{name}-role-{account.config.environment.account}-{account.region}"


def _role(iam: Any, name: str) -> Any:
    try:
        return iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return None
        raise


def _trusts(document: Any, account: str) -> bool:
    """Tell whether a trust policy names the account: as a number, or as an ARN of it or of something in it."""
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principals = statement.get("Principal", {}).get("AWS", [])
        named = [principals] if isinstance(principals, str) else principals
        if statement["Effect"] == "Allow" and any(account in {name, *name.split(":")} for name in named):
            return True
    return False
