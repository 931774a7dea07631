"""The table of counters in DynamoDB."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clickstream_counters.windows import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The most that BatchWriteItem takes, and how often what it did not process is tried again.
_BATCH = 25
_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.05


class UnprocessedItemsError(RuntimeError):
    """DynamoDB did not take some items, however often they were sent."""


def put_items(dynamodb: DynamoDBClient, table: str, items: Iterable[Item]) -> int:
    """Write items, replacing those with the same key; return how many.

    Raises
    ------
    UnprocessedItemsError
        If DynamoDB is throttled for long.
    """
    written = 0
    waiting = iter(items)
    while batch := list(itertools.islice(waiting, _BATCH)):
        _put(dynamodb, table, [{"PutRequest": {"Item": _attributes(item)}} for item in batch])
        written += len(batch)
    return written


def _put(dynamodb: DynamoDBClient, table: str, requests: list[Any]) -> None:
    for attempt in range(_ATTEMPTS):
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        requests = list(answer["UnprocessedItems"].get(table, []))
        if not requests:
            return
        time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
    raise UnprocessedItemsError(f"{table} must take all items; {len(requests)} are left after {_ATTEMPTS} attempts")


def _attributes(item: Item) -> dict[str, Any]:
    return {
        "minute": {"S": item.minute},
        "counter": {"S": item.counter},
        "kind": {"S": item.kind},
        "name": {"S": item.name},
        "events": {"N": str(item.events)},
        "expires": {"N": str(item.expires)},
    }
