"""Who may do what: one grant for each action and resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from delivery.assembly import Resource
from delivery.guard.text import text

# Where a resource has a policy that says who may use it.
_RESOURCE_POLICIES = {
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::AccessPoint": "Policy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}
_RESTRICTING = {"deny", "bounded by"}
# An asset is named by the hash of its content: to read the next version of the same code is no other permission.
_ASSET = re.compile(r"(?<=/)[0-9a-f]{64}(?=\.|$)")


class Grant(NamedTuple):
    """One permission, or one restriction.

    Parameters
    ----------
    holder
        The resource that has the policy, as `Stack/LogicalId`.
    effect
        `allow`, `deny`, `trust`, `held by` or `bounded by`.
    scope
        The resource, principal and condition. Without its condition a statement is another one.
    action
        What may or may not be done.
    """

    holder: str
    effect: str
    scope: str
    action: str

    def __str__(self) -> str:
        return f"{self.holder} {self.effect} {self.action} {self.scope}".rstrip()


def grants(resources: Iterable[Resource]) -> frozenset[Grant]:
    """Give every permission and restriction of an assembly."""
    return frozenset(grant for resource in resources for grant in _grants(resource))


def widened(before: frozenset[Grant], after: frozenset[Grant]) -> list[str]:
    """Give what is allowed now and was not, and restrictions that are gone."""
    allowed = {f"new: {grant}" for grant in after - before if grant.effect not in _RESTRICTING}
    unbound = {f"gone: {grant}" for grant in before - after if grant.effect in _RESTRICTING}
    return sorted(allowed | unbound)


def narrowed(before: frozenset[Grant], after: frozenset[Grant]) -> list[str]:
    """Give what is no longer allowed, and new restrictions."""
    gone = {f"gone: {grant}" for grant in before - after if grant.effect not in _RESTRICTING}
    bound = {f"new: {grant}" for grant in after - before if grant.effect in _RESTRICTING}
    return sorted(gone | bound)


def _grants(resource: Resource) -> Iterator[Grant]:
    holder, properties = f"{resource.stack}/{resource.logical_id}", resource.properties
    match resource.type:
        case "AWS::IAM::Role":
            yield from _statements(holder, properties["AssumeRolePolicyDocument"], allow="trust")
            for policy in properties.get("Policies", []):
                yield from _statements(holder, policy["PolicyDocument"])
            for arn in properties.get("ManagedPolicyArns", []):
                yield Grant(holder, "allow", "", f"what {text(arn)} says")
            if "PermissionsBoundary" in properties:
                yield Grant(holder, "bounded by", text(properties["PermissionsBoundary"]), "")
        case "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy":
            yield from _statements(holder, properties["PolicyDocument"])
            for role in properties.get("Roles", []):
                yield Grant(holder, "held by", text(role), "")
        case "AWS::Lambda::Permission":
            scope = f"to {text(properties['Principal'])} of {text(properties.get('SourceArn', 'anything'))}"
            yield Grant(f"{resource.stack}/{text(properties['FunctionName'])}", "allow", scope, properties["Action"])
        case name if name in _RESOURCE_POLICIES:
            document = properties.get(_RESOURCE_POLICIES[name])
            if document:
                yield from _statements(holder, document)


def _statements(holder: str, document: Mapping[str, Any], allow: str = "allow") -> Iterator[Grant]:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principals = _several(statement, "Principal")
        who = f"to {principals[0]}" if principals else ""
        condition = f"if {text(statement['Condition'])}" if "Condition" in statement else ""
        effect = allow if statement["Effect"] == "Allow" else "deny"
        for resource in _several(statement, "Resource") or [""]:
            scope = " ".join(filter(None, [f"on {resource}" if resource else "", who, condition]))
            for action in _several(statement, "Action"):
                yield Grant(holder, effect, scope, action)


def _several(statement: Mapping[str, Any], key: str) -> list[str]:
    """Give the values of a key, or of its opposite, marked as such."""
    for name, mark in ((key, ""), (f"Not{key}", "all but ")):
        if name in statement:
            values = statement[name]
            listed = values if isinstance(values, list) else [values]
            return [mark + _ASSET.sub("<asset>", text(value)) for value in listed]
    return []
