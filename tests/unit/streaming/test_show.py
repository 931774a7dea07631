from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from streaming.show import events_counted, last_minutes, read_counts, render, watch

NOW = datetime(2024, 6, 1, 0, 1, 30, tzinfo=UTC)
TABLE = "counters"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "minute", "KeyType": "HASH"},
                {"AttributeName": "counter", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "minute", "AttributeType": "S"},
                {"AttributeName": "counter", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def _put(client: Any, minute: str, kind: str, name: str, shard: int, events: int) -> None:  # noqa: PLR0917
    item = {
        "minute": {"S": minute},
        "counter": {"S": f"{kind}#{name}#{shard}#1"},
        "kind": {"S": kind},
        "name": {"S": name},
        "events": {"N": str(events)},
    }
    client.put_item(TableName=TABLE, Item=item)


def test_counters_of_all_shards_and_minutes_are_added_up(dynamodb: Any) -> None:
    _put(dynamodb, "2024-06-01T00:00", "event", "cart", 0, 2)
    _put(dynamodb, "2024-06-01T00:00", "event", "cart", 1, 3)
    _put(dynamodb, "2024-06-01T00:01", "event", "cart", 0, 10)
    _put(dynamodb, "2024-06-01T00:01", "page", "/cart", 0, 10)
    _put(dynamodb, "2024-05-31T23:59", "event", "cart", 0, 1000)
    counts = read_counts(dynamodb, TABLE, ["2024-06-01T00:00", "2024-06-01T00:01"])
    assert counts == Counter({("event", "cart"): 15, ("page", "/cart"): 10})
    assert events_counted(counts) == 15


def test_the_last_minutes_cross_midnight() -> None:
    assert last_minutes(NOW, 3) == ["2024-05-31T23:59", "2024-06-01T00:00", "2024-06-01T00:01"]


def test_the_most_frequent_names_are_drawn_with_bars_in_proportion() -> None:
    counts = Counter({("event", "view"): 30, ("event", "cart"): 15, ("event", "rare"): 1, ("page", "/view"): 30})
    console = Console(width=100, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(render(counts, top=6, title="now"))
    text = captured.get()
    assert "rare" not in text
    bars = {line.split()[1]: line.count("█") for line in text.splitlines() if "█" in line}
    assert bars == {"view": 30, "cart": 15, "/view": 30}


def test_watching_ends_when_enough_has_been_counted(dynamodb: Any) -> None:
    def later(seconds: float) -> None:
        _put(dynamodb, "2024-06-01T00:01", "event", "cart", 0, 7)

    counts = watch(
        dynamodb,
        TABLE,
        Console(quiet=True),
        minutes=1,
        top=3,
        until=lambda counts: events_counted(counts) >= 7,
        clock=lambda: NOW,
        sleep=later,
    )
    assert events_counted(counts) == 7
