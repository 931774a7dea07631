"""What approvers see of change sets, and which of them are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from rich.console import Console

from delivery import assembly
from delivery.promotion import change_sets

STACK = assembly.Stack("lake-dev-Query", "lake-dev/Query", {})


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Give a client that reaches no network, of an account with one stack to deploy."""
    make: Any = boto3.client
    client = make("cloudformation", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    monkeypatch.setattr(assembly, "stacks", lambda folder, environment: [STACK])
    monkeypatch.setattr(change_sets, "digest", lambda folder: "0" * 64)
    with Stubber(client) as stubber:
        yield stubber


def account(cloudformation: Stubber) -> Any:
    return SimpleNamespace(name="dev", client=lambda service: cloudformation.client)


def change(logical_id: str) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {"Action": "Modify", "ResourceType": "AWS::S3::Bucket", "LogicalResourceId": logical_id},
    }


def executed(cloudformation: Stubber) -> list[tuple[str, ...]]:
    """Execute, and give what the CDK CLI is called with."""
    called: list[tuple[str, ...]] = []

    def cdk(*arguments: str) -> int:
        called.append(arguments)
        return 0

    assert change_sets.execute(account(cloudformation), Path("cdk.out"), Console(quiet=True), cdk) == 0
    return called


def test_approver_sees_the_changes_of_all_pages(cloudformation: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": []})
    cloudformation.add_response("list_exports", {"Exports": []})
    cloudformation.add_response("describe_change_set", {"Changes": [change("Raw")], "NextToken": "more"})
    cloudformation.add_response("describe_change_set", {"Changes": [change("Curated")]})

    assert change_sets.prepare(account(cloudformation), Path("cdk.out"), Console(), lambda *_: 0) == 0

    told = capsys.readouterr().out
    assert "Modify AWS::S3::Bucket Raw" in told
    assert "Modify AWS::S3::Bucket Curated" in told


def test_stack_without_changes_is_passed_over(cloudformation: Stubber) -> None:
    reason = "The submitted information didn't contain changes. Submit different information to create a change set."
    cloudformation.add_response("describe_change_set", {"Status": "FAILED", "StatusReason": reason})

    assert executed(cloudformation) == []


@pytest.mark.parametrize(
    "answer",
    [{"Status": "FAILED", "StatusReason": "Transform failed"}, {"Status": "FAILED"}, "ChangeSetNotFound"],
    ids=["failed", "failed without a reason", "absent"],
)
def test_stack_whose_change_set_is_no_good_is_deployed_with_a_new_one(cloudformation: Stubber, answer: Any) -> None:
    if isinstance(answer, str):
        cloudformation.add_client_error("describe_change_set", answer)
    else:
        cloudformation.add_response("describe_change_set", answer)

    (call,) = executed(cloudformation)

    assert "--method=change-set" in call
    assert call[-1] == STACK.path


def test_prepared_change_set_is_executed(cloudformation: Stubber) -> None:
    ready = {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE"}
    cloudformation.add_response("describe_change_set", ready)

    (call,) = executed(cloudformation)

    assert "--method=execute-change-set" in call
    assert call[-1] == STACK.path


def test_fails_when_change_sets_may_not_be_looked_at(cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_change_set", "AccessDenied")

    with pytest.raises(Exception, match="AccessDenied"):
        executed(cloudformation)
