"""Policies are short, and say neither more nor less than their statements."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from components.policy import Statement, document, merged, trust_account, trust_services

READ, WRITE = "s3:GetObject", "s3:PutObject"
NAMESPACE = {"StringEquals": {"cloudwatch:namespace": "Glue"}}


def statement(action: str, *resources: str, **conditions: dict[str, str]) -> Statement:
    return Statement(actions=[action], resources=list(resources), conditions=conditions or None)


def test_statements_with_the_same_actions_are_joined() -> None:
    (joined,) = merged([statement(READ, "b"), statement(READ, "a"), statement(READ, "b")])
    assert (joined.actions, joined.resources) == ([READ], ["b", "a"])


def test_statements_on_the_same_resources_are_joined() -> None:
    (joined,) = merged([statement(WRITE, "a", "b"), statement(READ, "b", "a")])
    assert (joined.actions, joined.resources) == ([READ, WRITE], ["a", "b"])


def test_what_was_joined_is_joined_again() -> None:
    (joined,) = merged([statement(READ, "a"), statement(READ, "b"), statement(WRITE, "a", "b")])
    assert (joined.actions, joined.resources) == ([READ, WRITE], ["a", "b"])


def test_nothing_is_allowed_that_no_statement_allows() -> None:
    assert len(merged([statement(READ, "a"), statement(WRITE, "b")])) == 2


@pytest.mark.parametrize(
    "other",
    [
        Statement(actions=[READ], resources=["b"], conditions=NAMESPACE),
        Statement(actions=[READ], resources=["b"], services=["s3.amazonaws.com"]),
    ],
)
def test_a_condition_or_a_principal_keeps_statements_apart(other: Statement) -> None:
    assert len(merged([statement(READ, "a"), other])) == 2


def test_a_policy_reads_as_the_library_would_write_it() -> None:
    statements = [statement(READ, "arn:aws:s3:::b/*"), statement(WRITE, "arn:aws:s3:::b/*"), statement("sqs:Get", "*")]
    written = iam.PolicyDocument(
        minimize=True,
        statements=[
            iam.PolicyStatement(actions=list(each.actions), resources=list(each.resources)) for each in statements
        ],
    )
    stack = cdk.Stack(cdk.App(builtin_cloud_formation_validation=False), "Library")
    assert document(statements) == stack.resolve(written)


def test_services_take_a_role_on_behalf_of_one_account_only() -> None:
    (trust,) = trust_services(["events.amazonaws.com", "scheduler.amazonaws.com"], "123456789012")["Statement"]
    assert trust["Principal"] == {"Service": ["events.amazonaws.com", "scheduler.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_firehose_names_the_account_as_an_external_id() -> None:
    (trust,) = trust_services(["firehose.amazonaws.com"], "123456789012")["Statement"]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": "123456789012"}}


def test_fails_for_services_that_name_the_account_differently() -> None:
    with pytest.raises(ValueError, match="same key"):
        trust_services(["events.amazonaws.com", "firehose.amazonaws.com"], "123456789012")


def test_a_service_that_names_no_account_takes_a_role_without_a_condition() -> None:
    (trust,) = trust_services(["lambda.amazonaws.com"], None)["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "Condition" not in trust


def test_people_take_a_role_from_their_own_account() -> None:
    (trust,) = trust_account("aws-cn", "123456789012")["Statement"]
    assert trust["Principal"] == {"AWS": "arn:aws-cn:iam::123456789012:root"}
