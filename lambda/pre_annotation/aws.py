"""Contents in S3, and the ledger in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from lake_common.labeling import ledger

from pre_annotation.decide import Verdict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_MISSING = {"404", "403", "NoSuchKey", "NoSuchBucket", "AccessDenied"}
_CONDITION = "ConditionalCheckFailedException"


class Contents:
    """Contents of objects."""

    def __init__(self, s3: S3Client) -> None:
        self._s3 = s3

    def read(self, address: str, most: int) -> bytes | None:
        """Read an object; None if it is not there, may not be read or is larger than `most` bytes."""
        bucket, _, key = address.removeprefix("s3://").partition("/")
        try:
            found = self._s3.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return found["Body"].read() if found["ContentLength"] <= most else None


class LedgerTable:
    """The ledger of all tasks."""

    def __init__(self, dynamodb: DynamoDBClient, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def is_labeled(self, task: str, name: str) -> bool:
        return self._get(task, ledger.labeled(name)) is not None

    def first_with(self, task: str, content: bytes, name: str, job: str) -> str:
        item = ledger.content(content)
        # Whoever loses a race looks again, and finds the winner.
        for _ in range(10):
            found = self._get(task, item)
            owner = found["object"]["S"] if found else name
            if found and owner != name and (found["job"]["S"] == job or self.is_labeled(task, owner)):
                return owner
            if self._claim(task, item, name, job, found):
                return name
        raise RuntimeError(f"the content of {name} must find its first object; ten others came first")

    def note(self, task: str, name: str, job: str, verdict: Verdict) -> None:
        """Write down why an object needs no worker, for those who read the results."""
        guess = verdict.guess
        fields = {"kind": verdict.kind, "job": job, "of": verdict.of, "problem": verdict.problem}
        if guess:
            fields |= {"label": guess.label, "confidence": repr(guess.confidence), "by": guess.by}
        item = {key: {"S": value} for key, value in fields.items()}
        self._dynamodb.put_item(TableName=self._table, Item={**_key(task, ledger.verdict(name)), **item})

    def _get(self, task: str, item: str) -> dict[str, Any] | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(task, item), ConsistentRead=True)
        return answer.get("Item")

    def _claim(self, task: str, item: str, name: str, job: str, found: dict[str, Any] | None) -> bool:
        """Stand for a content from now on, unless somebody changed what was found."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(#item)"}
        names = {"#item": "item"}
        if found:
            names = {"#object": "object", "#job": "job"}
            condition = {
                "ConditionExpression": "#object = :object AND #job = :job",
                "ExpressionAttributeValues": {":object": found["object"], ":job": found["job"]},
            }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={**_key(task, item), "object": {"S": name}, "job": {"S": job}},
                ExpressionAttributeNames=names,
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION:
                return False
            raise
        return True


def _key(task: str, item: str) -> dict[str, Any]:
    return {"task": {"S": task}, "item": {"S": item}}
