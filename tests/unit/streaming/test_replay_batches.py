import base64
import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from streaming.failure_bucket import REPLAYED, FailureBucket
from streaming.failures import PREFIX
from streaming.replay_batches import Summary, replay_batches
from streaming.resend import partition_key, resend
from streaming.sender import Sender, SendError
from tests.unit.streaming.test_sender import FakeKinesis

NAME, FUNCTION = "failures", "to-lake"


class FakeLambda:
    """Runs a Python function as Lambda would; `kill_at` stops the client at a call."""

    def __init__(self, function: Callable[[dict[str, Any]], Any], kill_at: int | None = None) -> None:
        self.function, self.kill_at, self.calls = function, kill_at, 0

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert (FunctionName, InvocationType) == (FUNCTION, "RequestResponse")
        self.calls += 1
        if self.calls == self.kill_at:
            raise KeyboardInterrupt
        try:
            return {"Payload": io.BytesIO(json.dumps(self.function(json.loads(Payload))).encode())}
        except RuntimeError as error:
            problem = {"errorType": "RuntimeError", "errorMessage": str(error)}
            return {"Payload": io.BytesIO(json.dumps(problem).encode()), "FunctionError": "Unhandled"}


class Lake:
    """Keeps each record once, as the consumer does; refuses some."""

    def __init__(self, refuse: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.rows: set[str] = set()
        self.refuse = refuse

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        for record in event["Records"]:
            number = record["kinesis"]["sequenceNumber"]
            if number in self.refuse:
                return {"batchItemFailures": [{"itemIdentifier": number}]}
            self.rows.add(number)
        return {"batchItemFailures": []}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=NAME)
        yield client


def _put(s3: Any, name: str, numbers: range, function: str = FUNCTION) -> str:
    records = [{"eventID": f"s:{number}", "kinesis": {"sequenceNumber": str(number)}} for number in numbers]
    body = {
        "requestContext": {"functionArn": f"arn:aws:lambda:r:1:function:{function}", "condition": "RecordAgeExceeded"},
        "KinesisBatchInfo": {"shardId": "s"},
        "payload": json.dumps({"Records": records}),
    }
    s3.put_object(Bucket=NAME, Key=f"{PREFIX}{name}", Body=json.dumps(body))
    return f"{PREFIX}{name}"


def _replay(s3: Any, client: FakeLambda, **options: Any) -> Summary:
    bucket = FailureBucket(s3, NAME, PREFIX)
    return replay_batches(bucket, client, functions={FUNCTION}, size=3, **options)


def _keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=NAME).get("Contents", [])]


def test_replayed_objects_move_away_with_their_content(s3: Any) -> None:
    key, lake = _put(s3, "a", range(5)), Lake()
    before = s3.get_object(Bucket=NAME, Key=key)["Body"].read()
    summary = _replay(s3, FakeLambda(lake))
    assert (summary.objects, summary.records, summary.problems) == (1, 5, {})
    assert lake.rows == {"0", "1", "2", "3", "4"}
    assert _keys(s3) == [f"{REPLAYED}{key}"]
    assert s3.get_object(Bucket=NAME, Key=f"{REPLAYED}{key}")["Body"].read() == before


def test_a_dry_run_counts_and_touches_nothing(s3: Any) -> None:
    key, client, told = _put(s3, "a", range(5)), FakeLambda(Lake()), []
    summary = _replay(s3, client, dry_run=True, report=lambda key, count: told.append((key, count)))
    assert (summary.objects, summary.records, client.calls) == (1, 5, 0)
    assert told == [(key, 5)]
    assert _keys(s3) == [key]


def test_a_second_replay_finds_nothing_to_do(s3: Any) -> None:
    _put(s3, "a", range(5))
    _replay(s3, FakeLambda(Lake()))
    client = FakeLambda(Lake())
    assert _replay(s3, client) == Summary()
    assert client.calls == 0


@pytest.mark.parametrize("kill_at", [1, 2, 3, 4])
def test_a_killed_replay_is_finished_by_the_next_one(s3: Any, kill_at: int) -> None:
    _put(s3, "a", range(5))
    _put(s3, "b", range(5, 10))
    lake = Lake()
    with pytest.raises(KeyboardInterrupt):
        _replay(s3, FakeLambda(lake, kill_at))
    assert not _replay(s3, FakeLambda(lake)).problems
    assert lake.rows == {str(number) for number in range(10)}
    assert all(key.startswith(REPLAYED) for key in _keys(s3))


def test_an_object_that_was_copied_but_not_deleted_is_replayed_again(s3: Any) -> None:
    key, lake = _put(s3, "a", range(2)), Lake()
    s3.copy_object(Bucket=NAME, Key=f"{REPLAYED}{key}", CopySource={"Bucket": NAME, "Key": key})
    assert _replay(s3, FakeLambda(lake)).records == 2
    assert _keys(s3) == [f"{REPLAYED}{key}"]


def test_an_object_with_a_stuck_record_stays_and_the_others_go_on(s3: Any) -> None:
    stuck, fine, lake = _put(s3, "a", range(5)), _put(s3, "b", range(5, 8)), Lake({"2"})
    summary = _replay(s3, FakeLambda(lake))
    assert summary.problems == {
        stuck: "1 of 5 records are stuck, first 2: the function reported it as failed",
    }
    assert lake.rows == {"0", "1", "3", "4", "5", "6", "7"}
    assert _keys(s3) == [stuck, f"{REPLAYED}{fine}"]


def test_the_error_of_a_function_that_raises_is_told(s3: Any) -> None:
    def broken(event: dict[str, Any]) -> None:
        raise RuntimeError("no such bucket")

    key = _put(s3, "a", range(1))
    assert "RuntimeError: no such bucket" in _replay(s3, FakeLambda(broken)).problems[key]


def test_an_object_cannot_make_the_replay_call_a_function_of_others(s3: Any) -> None:
    key, client = _put(s3, "a", range(1), function="delete-everything"), FakeLambda(Lake())
    summary = _replay(s3, client)
    assert "must be one of the lake's, ['to-lake']; got delete-everything" in summary.problems[key]
    assert client.calls == 0
    assert _keys(s3) == [key]


def test_an_unreadable_object_stays_and_is_named(s3: Any) -> None:
    s3.put_object(Bucket=NAME, Key=f"{PREFIX}x", Body=b"not JSON")
    fine = _put(s3, "y", range(2))
    summary = _replay(s3, FakeLambda(Lake()))
    assert list(summary.problems) == [f"{PREFIX}x"]
    assert _keys(s3) == [f"{PREFIX}x", f"{REPLAYED}{fine}"]


def test_fails_if_the_bucket_may_not_be_read_and_moves_nothing(s3: Any) -> None:
    class Denied(FailureBucket):
        def read(self, key: str) -> bytes:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no kms:Decrypt"}}, "GetObject")

    key = _put(s3, "a", range(2))
    with pytest.raises(ClientError, match="no kms:Decrypt"):
        replay_batches(Denied(s3, NAME, PREFIX), FakeLambda(Lake()), functions={FUNCTION}, size=3)
    assert _keys(s3) == [key]


def _rejected(s3: Any, key: str, *bodies: bytes) -> str:
    lines = [json.dumps({"data": base64.b64encode(body).decode(), "partition_key": "ann"}) for body in bodies]
    s3.put_object(Bucket=NAME, Key=key, Body=gzip.compress("\n".join(lines).encode()))
    return key


def test_rejected_events_go_back_to_the_stream_byte_for_byte(s3: Any) -> None:
    key, client = _rejected(s3, "rejected/clicks/a.json.gz", b"\xff{", b'{"schema_version":2}'), FakeKinesis()
    summary = resend(FailureBucket(s3, NAME, "rejected/clicks/"), Sender(client, "stream"))
    assert (summary.records, summary.problems) == (2, {})
    assert sorted(record["Data"] for record in client.accepted) == [b'{"schema_version":2}', b"\xff{"]
    assert {record["PartitionKey"] for record in client.accepted} == {"ann"}
    assert _keys(s3) == [f"{REPLAYED}{key}"]


def test_errors_of_firehose_go_back_under_the_key_of_their_user(s3: Any) -> None:
    event = b'{"user_id":"ben"}'
    lines = [json.dumps({"rawData": base64.b64encode(data).decode(), "errorCode": "x"}) for data in (event, b"junk")]
    s3.put_object(Bucket=NAME, Key="_errors/click_archive/x/1", Body="\n".join(lines).encode())
    client = FakeKinesis()
    resend(FailureBucket(s3, NAME, "_errors/click_archive/"), Sender(client, "stream"))
    assert {record["Data"]: record["PartitionKey"] for record in client.accepted} == {
        event: "ben",
        b"junk": partition_key(b"junk"),
    }


def test_a_dry_run_sends_nothing(s3: Any) -> None:
    key, client = _rejected(s3, "rejected/clicks/a", b"1"), FakeKinesis()
    assert resend(FailureBucket(s3, NAME, "rejected/"), Sender(client, "stream"), dry_run=True).records == 1
    assert not client.accepted
    assert _keys(s3) == [key]


def test_an_object_stays_if_the_stream_takes_nothing(s3: Any) -> None:
    key = _rejected(s3, "rejected/clicks/a", b"1")
    with pytest.raises(SendError):
        resend(FailureBucket(s3, NAME, "rejected/"), Sender(FakeKinesis(share=1.0), "stream"))
    assert _keys(s3) == [key]


def test_an_object_that_holds_no_events_stays_and_is_named(s3: Any) -> None:
    s3.put_object(Bucket=NAME, Key="rejected/x", Body=b'{"other": 1}')
    summary = resend(FailureBucket(s3, NAME, "rejected/"), Sender(FakeKinesis(), "stream"))
    assert "must hold JSON lines with the bytes of events" in summary.problems["rejected/x"]
    assert _keys(s3) == ["rejected/x"]
