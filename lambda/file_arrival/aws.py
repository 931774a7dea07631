"""The registry in DynamoDB, and the pipelines in Step Functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from file_arrival.arrivals import Arrival

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient


class FileTable:
    """Files by `bucket/key#etag`."""

    def __init__(self, dynamodb: DynamoDBClient, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def add(self, arrival: Arrival) -> bool:
        item = {
            "file": arrival.file,
            "table": arrival.table,
            "bucket": arrival.bucket,
            "key": arrival.key,
            "etag": arrival.etag,
            "version": arrival.version,
            "arrived": arrival.arrived,
        }
        try:
            self._dynamodb.put_item(
                TableName=self._name,
                Item={**{name: {"S": value} for name, value in item.items()}, "size": {"N": str(arrival.size)}},
                ConditionExpression="attribute_not_exists(#file)",
                ExpressionAttributeNames={"#file": "file"},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def execution(self, arrival: Arrival) -> str | None:
        answer = self._dynamodb.get_item(TableName=self._name, Key={"file": {"S": arrival.file}}, ConsistentRead=True)
        return answer.get("Item", {}).get("execution", {}).get("S")

    def started(self, arrival: Arrival, execution: str) -> None:
        self._dynamodb.update_item(
            TableName=self._name,
            Key={"file": {"S": arrival.file}},
            UpdateExpression="SET #execution = :execution",
            ExpressionAttributeNames={"#execution": "execution"},
            ExpressionAttributeValues={":execution": {"S": execution}},
        )


class StateMachines:
    """State machines by table."""

    def __init__(self, states: SFNClient, arns: Mapping[str, str]) -> None:
        self._states = states
        self._arns = arns

    def start(self, arrival: Arrival) -> str:
        machine = self._arns[arrival.table]
        try:
            started = self._states.start_execution(
                stateMachineArn=machine, name=arrival.execution_name, input=arrival.pipeline_input
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise
            return f"{machine.replace(':stateMachine:', ':execution:')}:{arrival.execution_name}"
        return started["executionArn"]
