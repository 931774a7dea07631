"""Templates as tests of stacks read them."""

from __future__ import annotations

import re
from typing import Any

from tests.policy.rules import listed
from tests.synthesis import Assembly


def allowed(assembly: Assembly, stack: str, prefix: str) -> dict[str, set[str]]:
    """Give the resources that a role may use each action on, as short texts."""
    found: dict[str, set[str]] = {}
    for policy in assembly.only(stack, "AWS::IAM::Role", prefix).properties["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                found.setdefault(action, set()).update(short(each) for each in listed(statement["Resource"]))
    return found


def short(value: Any) -> str:
    """Write an ARN without the tokens of account and region, and references by the logical id that they begin with."""
    if isinstance(value, dict):
        (kind, content), *_ = value.items()
        if kind == "Fn::Join":
            return "".join(short(part) for part in content[1])
        text = content if isinstance(content, str) else content[0]
        exported = re.search(r"ExportsOutput(?:FnGetAtt|Ref)([A-Za-z]+?)[0-9A-F]{6,8}", text)
        return exported[1] if exported else re.sub(r"[0-9A-F]{8}$", "", text)
    return str(value)
