import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from streaming import rewind as rewind_module
from streaming.replay_batches import Summary
from streaming.rewind import rewind

STREAM = "clicks"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        client = boto3.client("kinesis", region_name="us-east-1")
        client.create_stream(StreamName=STREAM, ShardCount=2)
        yield client


class Lake:
    """Keeps each position of each shard once; refuses one of them."""

    def __init__(self, refused: str = "") -> None:
        self.rows: dict[str, bytes] = {}
        self.refused = refused

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        for record in event["Records"]:
            if record["eventID"] == self.refused:
                return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
            self.rows[record["eventID"]] = base64.b64decode(record["kinesis"]["data"])
        return {"batchItemFailures": []}


def _put(client: Any, count: int) -> dict[str, bytes]:
    """Put records; return their bytes by position."""
    bodies = [f"event {number}".encode() for number in range(count)]
    records = [{"Data": body, "PartitionKey": str(number)} for number, body in enumerate(bodies)]
    answer = client.put_records(StreamName=STREAM, Records=records)["Records"]
    return {f"{put['ShardId']}:{put['SequenceNumber']}": body for put, body in zip(answer, bodies, strict=True)}


def _rewind(client: Any, invoke: Any, **options: Any) -> Summary:
    times = {"since": LONG_AGO, "until": datetime.now(UTC) + timedelta(minutes=1)} | options
    return rewind(client, STREAM, invoke, size=7, sleep=lambda seconds: None, **times)


def test_every_record_of_every_shard_is_delivered_with_its_position(kinesis: Any) -> None:
    sent, lake = _put(kinesis, 50), Lake()
    summary = _rewind(kinesis, lake)
    assert (summary.records, summary.objects, summary.problems) == (50, 2, {})
    assert lake.rows == sent
    assert len({position.split(":")[0] for position in sent}) == 2


def test_records_outside_of_the_span_stay_alone(kinesis: Any) -> None:
    _put(kinesis, 5)
    lake = Lake()
    assert _rewind(kinesis, lake, until=LONG_AGO).records == 0
    assert _rewind(kinesis, lake, since=datetime.now(UTC) + timedelta(hours=1)).records == 0
    assert not lake.rows


def test_a_dry_run_counts_and_delivers_nothing(kinesis: Any) -> None:
    _put(kinesis, 5)
    lake = Lake()
    assert _rewind(kinesis, lake, dry_run=True).records == 5
    assert not lake.rows


def test_calls_stay_below_the_payload_limit(kinesis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewind_module, "CALL_BYTES", 1100)
    sizes: list[int] = []

    def invoke(event: dict[str, Any]) -> None:
        sizes.append(len(event["Records"]))

    _put(kinesis, 9)
    _rewind(kinesis, invoke)
    assert sum(sizes) == 9
    assert max(sizes) == 2


def test_a_stuck_record_is_named_and_the_others_are_delivered(kinesis: Any) -> None:
    sent = _put(kinesis, 20)
    stuck = next(iter(sent))
    shard, sequence = stuck.split(":")
    lake = Lake(stuck)
    assert _rewind(kinesis, lake).problems == {shard: f"stuck from {sequence} on: the function reported it as failed"}
    assert lake.rows == {position: body for position, body in sent.items() if position != stuck}
