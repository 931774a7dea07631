"""Accept a finding of the gate at the construct that causes it, with a reason that could be wrong."""

import re
from collections.abc import Iterable

import aws_cdk as cdk
from constructs import IConstruct

from components.policy import Statement

# The prefix makes the validation report list the acknowledgment with its reason; a bare rule id hides the finding
# without a trace.
_NAG = "AwsSolutions::AwsSolutions-"
_CLOUDFORMATION = "CloudFormation-Validate::"
# Whether somebody will read the report: see `record`.
_recording = False
_TOKEN = re.compile(r"\$\{Token\[[^]]*\]\}")


def record(switch: bool) -> None:
    """Say for the app that is built next whether its synthesis ends with the gate.

    Without the gate nobody reads acknowledgments, and to compute their ids takes a fifth of the time of a synth.
    """
    global _recording  # noqa: PLW0603
    _recording = switch


def acknowledge(
    construct: IConstruct, rule: str, *, because: str, revisit_when: str, findings: Iterable[str] = ()
) -> None:
    """Accept a rule's finding on a construct and everything below it.

    Parameters
    ----------
    construct
        The narrowest construct that causes the finding.
    rule
        Id of the rule: of cdk-nag without its pack (`"S1"`), or of CloudFormation (`"W3010"`).
    because
        Why the finding is no risk here.
    revisit_when
        What would make the reason wrong.
    findings
        For the rules that report each value for itself (IAM4, IAM5): the values, such as `Action::s3:Get*`. Such a rule
        cannot be accepted as a whole.
    """
    if not _recording:
        return
    reason = f"Because {because}; revisit when {revisit_when}."
    prefix = _CLOUDFORMATION if re.fullmatch(r"[EFW]\d{4}", rule) else _NAG
    ids = [f"{prefix}{rule}[{finding}]" for finding in findings] or [f"{prefix}{rule}"]
    cdk.Validations.of(construct).acknowledge(*(cdk.Acknowledgment(id=each, reason=reason) for each in ids))


def acknowledge_wildcards(
    construct: IConstruct, statements: Iterable[Statement], *, because: str, revisit_when: str
) -> None:
    """Accept the wildcards of some statements, and of no others, in the policies of a construct.

    The findings are computed from the statements, because they contain logical ids and names of exports. Statements
    with different reasons are for different calls.
    """
    if not _recording:
        return
    findings = {finding for statement in statements for finding in wildcards(construct, statement)}
    acknowledge(construct, "IAM5", because=because, revisit_when=revisit_when, findings=sorted(findings))


def wildcards(consumer: IConstruct, statement: Statement) -> set[str]:
    """Name the wildcards of a statement as the findings of IAM5 do, as seen from the stack of its policy."""
    stack = cdk.Stack.of(consumer)
    actions = {f"Action::{name}" for name in statement.actions if "*" in name}
    return actions | {f"Resource::{_readable(stack, arn)}" for arn in statement.resources if "*" in arn}


def _readable(stack: cdk.Stack, text: str) -> str:
    return _TOKEN.sub(lambda token: _flatten(stack.resolve(_as_imported(stack, token[0]))), text)


def _as_imported(stack: cdk.Stack, token: str) -> str:
    """Turn a reference to another stack's resource into the import that it will be after synthesis."""
    (reference,) = cdk.Tokenization.reverse_string(token).tokens
    if isinstance(reference, cdk.Reference):
        owner = cdk.Stack.of(reference.target)
        if owner.node.path != stack.node.path:
            return owner.export_value(reference)
    return token


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
