"""Trouble and cost reach people, and only over encrypted ways."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.synthesis import Assembly


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def publishers(statements: list[dict[str, Any]], action: str) -> dict[str, Any]:
    """Give the condition under which each service may do something."""
    return {
        service: statement.get("Condition")
        for statement in statements
        if statement["Effect"] == "Allow" and action in listed(statement["Action"])
        for service in listed(statement["Principal"].get("Service", []))
    }


@pytest.fixture(scope="module")
def own_account() -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": "000000000000"}}


def test_topic_is_encrypted_with_a_key_of_its_own(laptop_assembly: Assembly) -> None:
    key = laptop_assembly.only("Alerts", "AWS::KMS::Key")
    topic = laptop_assembly.only("Alerts", "AWS::SNS::Topic")

    assert topic.properties["KmsMasterKeyId"] == {"Fn::GetAtt": [key.logical_id, "Arn"]}
    assert key.properties["EnableKeyRotation"]


def test_alarms_rules_and_budgets_may_publish_and_nobody_else(
    laptop_assembly: Assembly, own_account: dict[str, Any]
) -> None:
    expected = {
        "events.amazonaws.com": None,
        "cloudwatch.amazonaws.com": own_account,
        "budgets.amazonaws.com": own_account,
    }
    policy = laptop_assembly.only("Alerts", "AWS::SNS::TopicPolicy").properties["PolicyDocument"]["Statement"]
    key = laptop_assembly.only("Alerts", "AWS::KMS::Key").properties["KeyPolicy"]["Statement"]

    assert publishers(policy, "sns:Publish") == expected
    # The topics of labeling, to which SageMaker writes, have the same key.
    assert publishers(key, "kms:GenerateDataKey*") == expected | {"sagemaker.amazonaws.com": own_account}


def test_topic_refuses_plain_http(laptop_assembly: Assembly) -> None:
    policy = laptop_assembly.only("Alerts", "AWS::SNS::TopicPolicy").properties["PolicyDocument"]["Statement"]

    denied = [statement for statement in policy if statement["Effect"] == "Deny"]
    assert [statement["Condition"] for statement in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_people_get_mail_of_everything_but_the_success_of_pipelines(laptop_assembly: Assembly) -> None:
    mail = laptop_assembly.only("Alerts", "AWS::SNS::Subscription").properties

    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "data-team@example.com")
    assert mail["FilterPolicy"] == {"outcome": [{"exists": False}, {"anything-but": ["SUCCEEDED"]}]}


def test_budget_warns_of_actual_and_of_forecast_cost(laptop_assembly: Assembly) -> None:
    budget = laptop_assembly.only("Alerts", "AWS::Budgets::Budget").properties

    assert budget["Budget"]["BudgetLimit"] == {"Amount": 10, "Unit": "USD"}
    warnings = {
        item["Notification"]["NotificationType"]: (
            item["Notification"]["Threshold"],
            sorted(subscriber["SubscriptionType"] for subscriber in item["Subscribers"]),
        )
        for item in budget["NotificationsWithSubscribers"]
    }
    assert warnings == {"ACTUAL": (80, ["EMAIL", "SNS"]), "FORECASTED": (100, ["EMAIL", "SNS"])}


def test_environment_without_addresses_keeps_its_topic_and_budget(assembly_of: Callable[[str], Assembly]) -> None:
    dev = assembly_of("dev")

    assert list(dev.resources("Alerts", "AWS::SNS::Subscription")) == []
    budget = dev.only("Alerts", "AWS::Budgets::Budget").properties
    kinds = {
        subscriber["SubscriptionType"]
        for item in budget["NotificationsWithSubscribers"]
        for subscriber in item["Subscribers"]
    }
    assert kinds == {"SNS"}
