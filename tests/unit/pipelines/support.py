"""What the small worlds of the pipelines share: a ledger that is a real table, tasks that fail, what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.unit.pipelines.interpreter import Execution, StatesError, Task

REGION = "us-east-1"
_KEY_TYPES = ("HASH", "RANGE")


@cache
def client(service: str) -> Any:
    """Make a client once: its model takes longer to read than all else here."""
    make: Any = boto3.client
    return make(service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


class Ledger:
    """The table `ledger`, and the tasks that read and write it."""

    def __init__(self, keys: Sequence[str] = ("claim",)) -> None:
        self._dynamodb = client("dynamodb")
        self._dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, _KEY_TYPES, strict=False)],
        )
        self.tasks: dict[str, Task] = {
            "dynamodb:putItem": lambda request: self._ask("put_item", request),
            "dynamodb:getItem": lambda request: self._ask("get_item", request),
            "dynamodb:updateItem": lambda request: self._ask("update_item", request),
        }

    @property
    def items(self) -> list[Any]:
        found: list[Any] = self._dynamodb.scan(TableName="ledger")["Items"]
        return found

    def _ask(self, operation: str, request: Any) -> Any:
        try:
            response = getattr(self._dynamodb, operation)(**request)
        except ClientError as error:
            raise StatesError(f"DynamoDB.{error.response['Error']['Code']}", str(error)) from error
        return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def fail(error: str, cause: str = "", times: int = 10**6) -> Task:
    """Make a task that fails some times before it works."""
    left = [times]

    def task(_: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise StatesError(error, cause)
        return {}

    return task


def asked(execution: Execution, resource: str) -> list[Any]:
    """Give the arguments of each call of a task."""
    return [arguments for name, arguments in execution.calls if name == resource]


def messages(execution: Execution) -> list[Any]:
    return [arguments["Message"] for arguments in asked(execution, "sns:publish")]
