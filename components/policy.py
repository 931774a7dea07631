"""Policies as plain data, which CloudFormation takes as it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_VERSION = "2012-10-17"

Conditions = Mapping[str, Mapping[str, Any]]

_ACCOUNT_KEY = "aws:SourceAccount"
# Firehose says for whom it takes a role in another key than most services:
# https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#firehose-assume-role
_OTHER_ACCOUNT_KEYS = {"firehose.amazonaws.com": "sts:ExternalId"}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is allowed on what.

    It stands for the library's `iam.PolicyStatement`, which lives in another process and takes several calls to make.

    Parameters
    ----------
    services
        The AWS services that are allowed it, in the policy of a resource; none in the policy of a role.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Conditions | None = None
    services: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """Write the statement as IAM reads it."""
        return {
            "Effect": "Allow",
            "Action": _one_or_all(self.actions),
            "Resource": _one_or_all(self.resources),
            **({"Principal": {"Service": _one_or_all(self.services)}} if self.services else {}),
            **({"Condition": self.conditions} if self.conditions else {}),
        }


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """Write a policy, as short as it can be: the size of a role's policies is limited."""
    return {"Version": _VERSION, "Statement": [statement.as_dict() for statement in merged(statements)]}


def endpoint_document(statements: Iterable[Statement]) -> dict[str, Any]:
    """Write the policy of a network endpoint, which holds for whoever comes through it."""
    everybody = {"Principal": {"AWS": "*"}}
    return {"Version": _VERSION, "Statement": [statement.as_dict() | everybody for statement in merged(statements)]}


def trust_services(services: Sequence[str], account: str | None) -> dict[str, Any]:
    """Write the trust of a role that AWS services may take, on behalf of one account only if one is given."""
    keys = {_OTHER_ACCOUNT_KEYS.get(service, _ACCOUNT_KEY) for service in services}
    if len(keys) > 1:
        raise ValueError(f"services of one role must name the account by the same key; got {sorted(keys)}")
    condition = {"Condition": {"StringEquals": dict.fromkeys(keys, account)}} if account else {}
    return _trust({"Service": _one_or_all(services)}, condition)


def trust_account(partition: str, account: str) -> dict[str, Any]:
    """Write the trust of a role that an account's own policies let people into."""
    return _trust({"AWS": f"arn:{partition}:iam::{account}:root"}, {})


def _trust(principal: Mapping[str, Any], condition: Mapping[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **condition}
    return {"Version": _VERSION, "Statement": [statement]}


def merged(statements: Iterable[Statement]) -> list[Statement]:
    """Join statements that differ in their actions only, or in their resources only, until none are left."""
    kept: list[Statement] = []
    for statement in statements:
        joined = _tidy(statement)
        while partner := next((other for other in kept if _joinable(joined, other)), None):
            kept.remove(partner)
            joined = _tidy(
                replace(
                    joined,
                    actions=[*partner.actions, *joined.actions],
                    resources=[*partner.resources, *joined.resources],
                )
            )
        kept.append(joined)
    return kept


def _joinable(one: Statement, other: Statement) -> bool:
    if (one.conditions, one.services) != (other.conditions, other.services):
        return False
    return one.actions == other.actions or set(one.resources) == set(other.resources)


def _tidy(statement: Statement) -> Statement:
    """Drop what is said twice. Resources keep their order: how references sort differs from synthesis to synthesis."""
    return replace(
        statement, actions=sorted(set(statement.actions)), resources=list(dict.fromkeys(statement.resources))
    )


def _one_or_all(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
