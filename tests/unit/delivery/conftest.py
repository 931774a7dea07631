"""An account in memory (moto), with which everything is in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from config.loader import load
from config.model import LakeConfig
from delivery.doctor.account import Account

# The account that moto plays.
NUMBER = "123456789012"
REGION = "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": NUMBER}, "Action": "sts:AssumeRole"}],
}
IAM_DECIDES = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
# The start of every answer about stacks.
NO_STACKS: tuple[str, Any] = ("describe_stacks", {"Stacks": []})


def configured(**sections: dict[str, Any]) -> LakeConfig:
    """Give the configuration of dev for the account of moto, with some keys of sections changed."""
    config = load("dev")
    changed = {name: getattr(config, name).model_copy(update=values) for name, values in sections.items()}
    environment = changed.get("environment", config.environment).model_copy(update={"account": NUMBER})
    return config.model_copy(update=changed | {"environment": environment})


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Make an account with credentials that nobody takes for real ones."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield Account(configured(), boto3.Session(region_name=REGION))


def with_answers(account: Account, monkeypatch: pytest.MonkeyPatch, service: str, *answers: tuple[str, Any]) -> None:
    """Let a service give answers that moto cannot, each to one call; botocore checks their shapes.

    An answer that is text is the code of an error.
    """
    client = account.client(service)
    stub = Stubber(client)
    for operation, answer in answers:
        if isinstance(answer, str):
            stub.add_client_error(operation, answer)
        else:
            stub.add_response(operation, answer)
    stub.activate()
    make = Account.client
    monkeypatch.setattr(
        Account, "client", lambda self, name, region=None: client if name == service else make(self, name, region)
    )


@pytest.fixture
def bootstrapped(account: Account) -> Account:
    """Put there what `cdk bootstrap` makes, as far as the doctor looks at it."""
    account.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    iam = account.client("iam")
    for name in ("deploy", "file-publishing", "lookup", "cfn-exec"):
        iam.create_role(
            RoleName=f"cdk-hnb659fds-{name}-role-{NUMBER}-{REGION}", AssumeRolePolicyDocument=json.dumps(TRUST)
        )
    settings = {"CreateDatabaseDefaultPermissions": IAM_DECIDES, "CreateTableDefaultPermissions": IAM_DECIDES}
    admins = [{"DataLakePrincipalIdentifier": f"arn:aws:iam::{NUMBER}:role/admin"}]
    account.client("lakeformation").put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": admins, **settings})
    return account
