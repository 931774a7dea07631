"""Accept a finding of cdk-nag at the construct that causes it, with a reason that could be wrong."""

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import IConstruct

# The prefix makes cdk-nag list the acknowledgment, with its reason, in the validation report; a bare rule id hides the
# finding without a trace.
_PACK = "AwsSolutions::AwsSolutions"


def acknowledge(
    construct: IConstruct, rule: str, *, because: str, revisit_when: str, findings: Iterable[str] = ()
) -> None:
    """Accept a rule's finding on a construct and everything below it.

    Parameters
    ----------
    construct
        The narrowest construct that causes the finding.
    rule
        Id of the rule within its pack, such as `"S1"`.
    because
        Why the finding is no risk here.
    revisit_when
        What would make the reason wrong.
    findings
        For the rules that report each value for itself (IAM4, IAM5): the values, from `action` and `resource`. Such
        a rule cannot be accepted as a whole.
    """
    reason = f"Because {because}; revisit when {revisit_when}."
    ids = [f"{_PACK}-{rule}[{finding}]" for finding in findings] or [f"{_PACK}-{rule}"]
    cdk.Validations.of(construct).acknowledge(*(cdk.Acknowledgment(id=each, reason=reason) for each in ids))


def action(pattern: str) -> str:
    """Name an action with a wildcard as the finding does."""
    return f"Action::{pattern}"


def policy(name: str) -> str:
    """Name a policy that AWS manages as the finding does."""
    return f"Policy::arn:<AWS::Partition>:iam::aws:policy/{name}"


def resource(consumer: IConstruct, arn: str, suffix: str = "", *, owner: IConstruct | None = None) -> str:
    """Name a resource with a wildcard as the finding does.

    Parameters
    ----------
    consumer
        Where the policy is.
    arn
        ARN of a construct, or text.
    suffix
        What the policy appends to it, such as `"/*"`.
    owner
        The construct that the ARN belongs to, if it may be in another stack: the finding then names the export.
    """
    stack = cdk.Stack.of(consumer)
    if owner is not None and cdk.Stack.of(owner) is not stack:
        arn = cdk.Stack.of(owner).export_value(arn)
    return f"Resource::{_flatten(stack.resolve(arn))}{suffix}"


def _flatten(value: object) -> str:
    """Write an intrinsic function as cdk-nag writes it in the id of a finding."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [str() as delimiter, list() as items]}:
            return delimiter.join(_flatten(item) for item in items)
        case {"Fn::GetAtt": [logical_id, attribute]}:
            return f"<{_flatten(logical_id)}.{_flatten(attribute)}>"
        case {"Fn::ImportValue": name}:
            return _flatten(name)
        case {"Fn::Sub": template}:
            return _flatten(template)
        case {"Ref": name}:
            return f"<{_flatten(name)}>"
    raise ValueError(f"a finding must be text or an intrinsic function that cdk-nag flattens; got {value!r}")
