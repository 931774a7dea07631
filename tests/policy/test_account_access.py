"""What an account gets before the lake is promoted to it."""

import re
import subprocess
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from delivery.guard.grants import Grant, grants
from tests.synthesis import ENVIRONMENTS, Assembly

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "delivery" / "accounts" / "access.yaml"


class Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions as plain values."""


def _plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", _plain)
RESOURCES = yaml.load(FILE.read_text(), Loader)["Resources"]


def allowed(policy: str, action: str) -> bool:
    """Tell whether a statement of a policy names an action; resources and conditions are looked at by other tests."""
    statements = RESOURCES[policy]["Properties"]["PolicyDocument"]["Statement"]
    patterns = [
        pattern.lower()
        for statement in statements
        if statement["Effect"] == "Allow"
        for pattern in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]
    return any(fnmatchcase(action.lower(), pattern) for pattern in patterns)


def handled(resource_type: str) -> set[str]:
    """Give the actions that CloudFormation itself says it calls for a type."""
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema.get("handlers", {})
    return {
        action
        for name, handler in handlers.items()
        if name != "list"
        for action in handler.get("permissions", [])
        if re.fullmatch(r"[\w-]+:[\w*]+", action)
    }


def missing(types: set[str]) -> set[str]:
    """Name the actions that CloudFormation would be denied for resources of some types."""
    return {
        f"{name}: {action}"
        for name in types
        for action in handled(name)
        if not allowed("Execution", action) and not any(fnmatchcase(action, unused) for unused in UNUSED)
    }


def test_the_template_is_valid() -> None:
    done = subprocess.run([ROOT / ".venv/bin/cfn-lint", FILE], capture_output=True, text=True, check=False)
    assert done.stdout == ""


# Called by handlers only for features that the lake does not use, or that it must not use.
UNUSED = {
    "cloudfront:updateDistribution": "a worker portal under a domain of one's own",
    "elasticfilesystem:*": "functions that mount file systems",
    "iam:*GroupPolicy": "policies of groups",
    "iam:*UserPolicy": "policies of users",
    "iam:DeleteRolePermissionsBoundary": "a role outside of the boundary",
    "lakeformation:CreateTable": "not an action of the service authorization reference",
    "organizations:*": "a trail of a whole organization",
    "s3files:*": "functions that mount buckets",
    "s3tables:*": "tables of a bucket's metadata",
    "sso:*": "a Studio with single sign-on",
    "vpc-lattice:*": "endpoints of service networks",
    "vpce:AllowMultiRegion": "endpoints of another region",
}


@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "laptop"])
def test_cloudformation_may_do_all_that_the_lake_needs_of_it(
    environment: str, assembly_of: Callable[[str], Assembly]
) -> None:
    types = {resource.type for resource in assembly_of(environment).resources()}
    assert missing(types) == set()


def test_cloudformation_may_do_all_that_dashboards_need_of_it(assembly_of: Callable[[str], Assembly]) -> None:
    """They are switched on only on the laptop as the files are committed; an account may switch them on any day."""
    types = {resource.type for resource in assembly_of("laptop").resources()}
    quicksight = {name for name in types if name.startswith("AWS::QuickSight::")}
    assert len(quicksight) >= 8
    assert missing(quicksight) == set()


def test_the_smoke_tests_may_look_at_dashboards() -> None:
    calls = set(re.findall(r'_(?:ask|pages)\(place, "(\w+)"', (ROOT / "smoke" / "bi.py").read_text()))
    # What it takes of dashboards/cli: a refresh, the members of groups, and functions.
    calls |= {"create_ingestion", "describe_ingestion", "list_group_memberships"}
    actions = {f"quicksight:{call.title().replace('_', '')}" for call in calls} | {"lambda:InvokeFunction"}
    assert "quicksight:DescribeDashboard" in actions
    assert {action for action in actions if not allowed("Dashboards", action)} == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_boundary_leaves_roles_all_that_they_have(environment: str, assembly_of: Callable[[str], Assembly]) -> None:
    found: set[Grant] = set(grants(assembly_of(environment).resources()))  # type: ignore[arg-type]
    held = {
        grant.action
        for grant in found
        if grant.effect == "allow" and re.fullmatch(r"[\w-]+:[\w*]+", grant.action) and " to " not in f" {grant.scope}"
    }
    assert {action for action in held if not allowed("Boundary", action)} == set()


@pytest.mark.parametrize(
    "action", ["iam:CreateUser", "iam:CreateAccessKey", "organizations:LeaveOrganization", "ec2:RunInstances"]
)
def test_cloudformation_is_no_administrator(action: str) -> None:
    assert not allowed("Execution", action)


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:CreateUser"])
def test_no_role_of_the_lake_can_give_permissions(action: str) -> None:
    assert not allowed("Boundary", action)


def test_roles_are_made_within_the_boundary_only() -> None:
    statements = RESOURCES["Execution"]["Properties"]["PolicyDocument"]["Statement"]
    (statement,) = [entry for entry in statements if "iam:CreateRole" in entry["Action"]]
    assert statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"].endswith("policy/lake-boundary")
    assert {"iam:PutRolePolicy", "iam:AttachRolePolicy"} <= set(statement["Action"])


@pytest.mark.parametrize(("role", "subject"), [("PlanRole", "${Environment}-plan"), ("DeployRole", "${Environment}")])
def test_only_one_environment_of_one_repository_may_take_a_role(role: str, subject: str) -> None:
    (statement,) = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["token.actions.githubusercontent.com:sub"] == f"repo:${{Repository}}:environment:{subject}"
    assert conditions["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
