"""Files of jobs in S3, the ledger in DynamoDB, and partitions in the Glue catalog."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from lake_common.labeling import ledger

from labeling_results.rows import Known

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

_THREADS = 16
# The most that BatchWriteItem takes, and how often what it did not process is tried again.
_BATCH = 25
_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 0.05
_DELETED_AT_ONCE = 1000


class Files:
    """Objects of S3."""

    def __init__(self, s3: S3Client) -> None:
        self._s3 = s3

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield item["Key"]

    def read(self, bucket: str, key: str) -> bytes:
        return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def documents(self, bucket: str, keys: list[str]) -> list[dict[str, Any]]:
        """Read JSON documents, many at a time, in the order of their keys."""
        with ThreadPoolExecutor(_THREADS) as threads:
            return [json.loads(content) for content in threads.map(lambda key: self.read(bucket, key), keys)]

    def write_lines(self, bucket: str, key: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows as compressed JSON lines; the same rows give the same bytes."""
        text = "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in rows)
        self._s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text.encode(), mtime=0))

    def delete(self, bucket: str, keys: list[str]) -> None:
        """Delete objects, which may be gone already."""
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            listed = [{"Key": key} for key in keys[start : start + _DELETED_AT_ONCE]]
            answer = self._s3.delete_objects(Bucket=bucket, Delete={"Objects": listed, "Quiet": True})  # type: ignore[typeddict-item]
            if answer.get("Errors"):
                raise RuntimeError(f"objects of {bucket} must be deleted: {answer['Errors'][:5]}")

    def read_lines(self, bucket: str, key: str) -> Iterator[dict[str, Any]]:
        """Read what `write_lines` wrote. Lines of bytes: those of text also end at separators of Unicode."""
        for line in gzip.decompress(self.read(bucket, key)).splitlines():
            yield json.loads(line)


class Ledger:
    """What is known of the objects of a task."""

    def __init__(self, dynamodb: DynamoDBClient, table: str, task: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._task = task

    def verdict(self, name: str) -> Known | None:
        """Return why an object needed no worker."""
        item = self._get(ledger.verdict(name))
        if item is None:
            return None
        return Known(
            verdict=item["kind"]["S"],
            of=item["of"]["S"],
            label=item.get("label", {}).get("S", ""),
            confidence=float(item.get("confidence", {}).get("S", 0.0)),
            problem=item["problem"]["S"],
        )

    def label(self, name: str) -> dict[str, Any] | None:
        """Return the label that an object has."""
        item = self._get(ledger.labeled(name))
        found: dict[str, Any] | None = json.loads(item["row"]["S"]) if item else None
        return found

    def mark_labeled(self, rows: Iterable[Mapping[str, Any]], job: str) -> int:
        """Write down that objects have their label; again does no harm. Return how many."""
        items = [self._item(row, job) for row in rows]
        batches = [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(self._write, batches))
        return len(items)

    def _item(self, row: Mapping[str, Any], job: str) -> WriteRequestTypeDef:
        kept = {key: row[key] for key in ("label", "annotation", "confidence")}
        item = {"task": self._task, "item": ledger.labeled(row["object"]), "job": job, "row": json.dumps(kept)}
        return {"PutRequest": {"Item": {key: {"S": value} for key, value in item.items()}}}

    def _write(self, batch: list[WriteRequestTypeDef]) -> None:
        left: Any = {self._table: batch}
        for attempt in range(_ATTEMPTS):
            left = self._dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                return
            time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        raise RuntimeError(f"{self._table} must take all items; {len(left[self._table])} are left")

    def _get(self, item: str) -> dict[str, Any] | None:
        key = {"task": {"S": self._task}, "item": {"S": item}}
        return self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")


class Catalog:
    """Partitions of tables."""

    def __init__(self, glue: GlueClient, database: str) -> None:
        self._glue = glue
        self._database = database

    def show(self, table: str, values: list[str], location: str) -> None:
        """Let a partition of a table be the files at a location: at once, whatever it was before."""
        storage: Any = self._glue.get_table(DatabaseName=self._database, Name=table)["Table"]["StorageDescriptor"]
        partition: Any = {"Values": values, "StorageDescriptor": {**storage, "Location": location}}
        try:
            self._glue.create_partition(DatabaseName=self._database, TableName=table, PartitionInput=partition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AlreadyExistsException":
                raise
            self._replace(table, values, partition)

    def _replace(self, table: str, values: list[str], partition: Any) -> None:
        answer = self._glue.batch_update_partition(
            DatabaseName=self._database,
            TableName=table,
            Entries=[{"PartitionValueList": values, "PartitionInput": partition}],
        )
        if answer.get("Errors"):
            raise RuntimeError(f"partition {values} of {table} must change its location: {answer['Errors']}")
