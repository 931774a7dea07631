"""The ids of accepted findings are computed from the statements that cause them."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from components.acknowledge import _flatten, wildcards
from components.policy import Statement


@pytest.fixture
def stacks() -> tuple[cdk.Stack, cdk.Stack]:
    app = cdk.App(stack_traces=False, builtin_cloud_formation_validation=False)
    return cdk.Stack(app, "Data"), cdk.Stack(app, "Access")


def statement(*resources: str, action: str = "s3:GetObject") -> Statement:
    return Statement(actions=[action], resources=list(resources))


def test_a_resource_of_the_same_stack_is_named_by_its_logical_id(stacks: tuple[cdk.Stack, cdk.Stack]) -> None:
    data, _ = stacks
    bucket = s3.Bucket(data, "Raw")
    logical_id = data.get_logical_id(bucket.node.default_child)  # type: ignore[arg-type]
    assert wildcards(data, statement(bucket.arn_for_objects("*"))) == {f"Resource::<{logical_id}.Arn>/*"}


def test_a_resource_of_another_stack_is_named_by_its_export(stacks: tuple[cdk.Stack, cdk.Stack]) -> None:
    data, access = stacks
    bucket = s3.Bucket(data, "Raw")
    (finding,) = wildcards(access, statement(bucket.arn_for_objects("orders/*")))
    assert finding.startswith("Resource::Data:ExportsOutputFnGetAttRaw")
    assert finding.endswith("/orders/*")


def test_wildcards_in_actions_are_named_and_exact_values_are_not(stacks: tuple[cdk.Stack, cdk.Stack]) -> None:
    data, _ = stacks
    assert wildcards(data, statement("arn:aws:s3:::b", action="s3:Get*")) == {"Action::s3:Get*"}
    assert wildcards(data, statement("arn:aws:s3:::b")) == set()
    assert wildcards(data, statement("*")) == {"Resource::*"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "AWS::Partition"}, "<AWS::Partition>"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":x"]]}, "arn:<AWS::Partition>:x"),
        ({"Fn::Sub": "${Zone.Arn}/*"}, "<Zone.Arn>/*"),
        ({"Fn::ImportValue": "Data:Arn"}, "Data:Arn"),
    ],
)
def test_intrinsic_functions_are_written_as_the_finding_writes_them(value: object, text: str) -> None:
    assert _flatten(value) == text


def test_fails_for_what_cdk_nag_would_not_flatten() -> None:
    with pytest.raises(ValueError, match=r"got \{'Fn::Select'"):
        _flatten({"Fn::Select": [0, ["a"]]})
