"""Nothing is larger than AWS accepts: a policy that is too long fails in the middle of a deployment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.policy.rules import get
from tests.synthesis import Assembly

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space
INLINE_CHARACTERS = 10_240
MANAGED_CHARACTERS = 6_144
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
RESOURCES = 500
TEMPLATE_BYTES = 1_000_000
OUTPUTS = 200
# What IAM accepts in the description of a role.
DESCRIPTION = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]{1,1000}")
# As long as the ARN of a bucket or a key of the longest environment.
TYPICAL_ARN = "arn:aws:s3:::lake-staging-storage-analytics0cfcbf3b-abcdefghijkl"


def deployed(value: Any) -> Any:
    """Write intrinsic functions as the text that CloudFormation makes of them, in its usual length."""
    match value:
        case {"Fn::Join": [separator, list() as parts]}:
            return str(separator).join(str(deployed(part)) for part in parts)
        case {"Fn::ImportValue": _} | {"Fn::GetAtt": _} | {"Ref": _}:
            return TYPICAL_ARN
        case dict():
            return {key: deployed(each) for key, each in value.items()}
        case list():
            return [deployed(each) for each in value]
    return value


def characters(document: Any) -> int:
    return len(json.dumps(deployed(document), separators=(",", ":")))


def too_long(assembly: Assembly) -> list[str]:
    """Name the roles and managed policies that IAM would refuse."""
    inline: dict[str, int] = {}
    for role in assembly.resources(type="AWS::IAM::Role"):
        key = f"{role.stack}/{role.logical_id}"
        inline[key] = sum(characters(policy["PolicyDocument"]) for policy in role.properties.get("Policies", []))
    for policy in assembly.resources(type="AWS::IAM::Policy"):
        for name in policy.properties.get("Roles", []):
            key = f"{policy.stack}/{get(name, 'Ref')}"
            inline[key] = inline.get(key, 0) + characters(policy.properties["PolicyDocument"])
    managed = {
        str(policy): characters(policy.properties["PolicyDocument"])
        for policy in assembly.resources(type="AWS::IAM::ManagedPolicy")
    }
    return [f"{name}: {size}" for name, size in inline.items() if size > INLINE_CHARACTERS] + [
        f"{name}: {size}" for name, size in managed.items() if size > MANAGED_CHARACTERS
    ]


@pytest.mark.parametrize("environment", ["laptop", "staging", "prod"])
def test_no_role_has_more_policy_than_iam_accepts(assembly_of: Callable[[str], Assembly], environment: str) -> None:
    assert too_long(assembly_of(environment)) == []


@pytest.mark.parametrize("environment", ["laptop", "prod"])
def test_every_stack_stays_far_from_the_limits_of_cloudformation(
    assembly_of: Callable[[str], Assembly], environment: str
) -> None:
    for name, template in assembly_of(environment).templates.items():
        assert len(template["Resources"]) < 0.8 * RESOURCES, name
        assert len(template.get("Outputs", {})) < 0.8 * OUTPUTS, name
        assert len(json.dumps(template)) < 0.8 * TEMPLATE_BYTES, name


def test_roles_are_described_in_letters_that_iam_accepts(laptop_assembly: Assembly) -> None:
    described = [role.properties.get("Description", "-") for role in laptop_assembly.resources(type="AWS::IAM::Role")]
    assert len(described) >= 15
    assert [text for text in described if not DESCRIPTION.fullmatch(text)] == []


def test_a_policy_that_is_too_long_is_found(laptop_assembly: Assembly) -> None:
    role = laptop_assembly.only("Processing", "AWS::IAM::Role", "QualityGateRole")
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [TYPICAL_ARN] * 200}
    longer = {"PolicyName": "Longer", "PolicyDocument": {"Statement": [statement]}}
    copy = Assembly("laptop", laptop_assembly.folder)
    templates = json.loads(json.dumps(laptop_assembly.templates))
    templates["Processing"]["Resources"][role.logical_id]["Properties"]["Policies"].append(longer)
    copy.__dict__["templates"] = templates
    assert [each.split(":")[0] for each in too_long(copy)] == [f"Processing/{role.logical_id}"]
