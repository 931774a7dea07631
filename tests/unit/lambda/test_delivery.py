"""What becomes of a batch: rows, rejected records, and where Lambda begins again."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clickstream_to_lake.delivery import Outcome, Sinks, deliver
from clickstream_to_lake.objects import unpack
from lake_common.stream_events import EventCheck

from streaming.kpl import UserRecord, aggregate
from tests.unit.lambda_support import FIRST, SHARD, Bucket, Make


class Lake:
    """Two buckets and the consumer that writes to them."""

    def __init__(self, check: EventCheck) -> None:
        self.raw, self.failures, self._check = Bucket(), Bucket(), check

    def deliver(self, *records: dict[str, Any]) -> Outcome:
        sinks = Sinks(raw=self.raw, failures=self.failures)
        return deliver({"Records": list(records)}, check=self._check, sinks=sinks)

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for content in self.raw.objects.values() for line in unpack(content)]

    def rejected(self) -> list[dict[str, Any]]:
        return [json.loads(line) for content in self.failures.objects.values() for line in unpack(content)]


@pytest.fixture
def lake(check: EventCheck) -> Lake:
    return Lake(check)


def test_event_becomes_a_row_with_its_origin_in_the_folder_of_its_hour(lake: Lake, record: Make, click: Make) -> None:
    outcome = lake.deliver(record(0, click(event_time="2026-11-20T23:59:59.999Z")))

    (key,) = lake.raw.objects
    assert key.startswith(f"clicks/event_date=2026-11-20/event_hour=23/{SHARD}_")
    assert lake.rows() == [
        click(event_time="2026-11-20T23:59:59.999Z")
        | {
            "arrival_time": "2026-11-21T15:04:59.250Z",
            "shard_id": SHARD,
            "sequence_number": str(FIRST),
            "sub_sequence": 0,
            "consumer_version": "1.0.0",
        }
    ]
    assert (outcome.written, outcome.response) == (1, {"batchItemFailures": []})


def test_batch_becomes_one_object_for_each_hour(lake: Lake, record: Make, click: Make) -> None:
    hours = ["2026-11-21T14:59:59Z", "2026-11-21T15:00:00Z", "2026-11-21T14:00:00Z"]
    lake.deliver(*(record(number, click(number, event_time=hour)) for number, hour in enumerate(hours)))

    folders = sorted(key.rpartition("/")[0] for key in lake.raw.objects)
    assert folders == [f"clicks/event_date=2026-11-21/event_hour={hour}" for hour in ("14", "15")]


@pytest.mark.parametrize(
    ("event_time", "folder"),
    [
        ("2026-11-21T01:30:00+02:00", "event_date=2026-11-20/event_hour=23"),
        ("2026-11-21 04:00:00", "event_date=2026-11-21/event_hour=04"),
        ("2026-11-21", "event_date=2026-11-21/event_hour=00"),
        # The clocks of Berlin show 02:30 twice on this day.
        ("2026-10-25T02:30:00+02:00", "event_date=2026-10-25/event_hour=00"),
        ("2026-10-25T02:30:00+01:00", "event_date=2026-10-25/event_hour=01"),
    ],
)
def test_folder_is_the_hour_in_utc(lake: Lake, record: Make, click: Make, event_time: str, folder: str) -> None:
    lake.deliver(record(0, click(event_time=event_time)))

    assert [key.split("/", 1)[1].rpartition("/")[0] for key in lake.raw.objects] == [folder]


def test_offset_is_not_taken_for_utc_after_an_event_of_the_same_digits(lake: Lake, record: Make, click: Make) -> None:
    lake.deliver(
        record(0, click(0, event_time="2026-11-21T12:00:00Z")),
        record(1, click(1, event_time="2026-11-21T12:00:00+05:00")),
    )

    assert sorted(key.split("/")[2] for key in lake.raw.objects) == ["event_hour=07", "event_hour=12"]


def test_row_keeps_the_text_of_the_producer_with_what_the_contract_does_not_know(lake: Lake, record: Make) -> None:
    text = (
        b'{"event_id":"e","user_id":"\xc3\xa4","event":"rate",\n "extra": {"a": [1.50]},\r\n'
        b'"event_time":"2026-11-21T15:00:00Z","source":"shop","schema_version":1 }'
    )
    lake.deliver(record(0, text))

    (content,) = lake.raw.objects.values()
    (line,) = unpack(content)
    assert '"extra": {"a": [1.50]}' in line
    assert json.loads(line)["user_id"] == "ä"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00garbage", "must be a JSON object in UTF-8"),
        (b"", "must be a JSON object in UTF-8"),
        (b"[1, 2]", "must be one JSON object"),
        (b'{"a": 1}{"b": 2}', "must be one JSON object"),
        (b'{"value": NaN}', "JSON has no NaN"),
        (b"[" * 100_000, "must be a JSON object in UTF-8"),
        (b'{"value": ' + b"9" * 5000 + b"}", "must be a JSON object in UTF-8"),
    ],
)
def test_bytes_that_are_no_json_object_are_rejected(lake: Lake, record: Make, content: bytes, reason: str) -> None:
    outcome = lake.deliver(record(0, content))

    (rejected,) = lake.rejected()
    assert reason in rejected["reason"]
    assert base64.b64decode(rejected["data"]) == content
    assert (outcome.rejected, outcome.failed) == (1, [])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"schema_version": 2}, "schema_version must be between 1 and 1; got 2"),
        ({"schema_version": True}, "schema_version must be an integer; got True"),
        ({"event_id": None}, "event_id is missing"),
        ({"event_id": "x" * 129}, "event_id must have at most 128 characters"),
        ({"user_id": 7}, "user_id must be a string; got 7"),
        ({"event": "Product View"}, "event must match"),
        ({"value": "3"}, "value must be a number; got '3'"),
        ({"page": 1}, "page must be a string; got 1"),
        ({"event_time": "20261121T150405Z"}, "event_time must be a time in ISO 8601"),
        ({"event_time": "2026-13-01T00:00:00Z"}, "event_time must be a time in ISO 8601"),
        ({"event_time": "1994-12-31T23:59:59Z"}, "event_time must not be before 1995-01-01"),
        ({"event_time": "2026-11-23T00:00:00Z"}, "event_time must not be later than 2026-11-22"),
        ({"user_id": "\ud800"}, "user_id' must be Unicode"),
        ({"sequence_number": "1"}, "sequence_number is added by the consumer and must not be sent"),
    ],
)
def test_event_that_breaks_the_contract_is_rejected_with_the_reason(
    lake: Lake, record: Make, click: Make, fields: dict[str, Any], reason: str
) -> None:
    lake.deliver(record(0, click(**fields)), record(1, click(1)))

    (rejected,) = lake.rejected()
    assert reason in rejected["reason"]
    assert [row["event_id"] for row in lake.rows()] == ["e-1"]


def test_rejected_record_keeps_all_that_is_needed_to_send_it_again(lake: Lake, record: Make) -> None:
    lake.deliver(record(5, b"garbage"))

    (key,) = lake.failures.objects
    assert key.startswith(f"rejected/clicks/arrival_date=2026-11-21/{SHARD}_")
    (rejected,) = lake.rejected()
    assert rejected.pop("reason")
    assert rejected == {
        "contract": "clicks",
        "contract_version": "1.0.0",
        "arrival_time": "2026-11-21T15:04:59.250Z",
        "shard_id": SHARD,
        "sequence_number": str(FIRST + 5),
        "sub_sequence": 0,
        "partition_key": "u-1",
        "data": base64.b64encode(b"garbage").decode(),
    }


def test_data_that_is_no_base64_is_rejected_as_it_came(lake: Lake, record: Make) -> None:
    lake.deliver(record(0, "not base64!"))

    assert [base64.b64decode(each["data"]) for each in lake.rejected()] == [b"not base64!"]


def test_each_part_of_an_aggregate_is_judged_for_itself(lake: Lake, record: Make, click: Make) -> None:
    parts = [json.dumps(click(0)).encode(), b"bad", json.dumps(click(2)).encode()]
    lake.deliver(record(0, aggregate([UserRecord(partition_key="u", data=part) for part in parts])))

    assert [(row["event_id"], row["sub_sequence"]) for row in lake.rows()] == [("e-0", 0), ("e-2", 2)]
    assert [(each["sub_sequence"], base64.b64decode(each["data"])) for each in lake.rejected()] == [(1, b"bad")]


def test_same_batch_again_changes_nothing(lake: Lake, record: Make, click: Make) -> None:
    batch = [record(number, click(number)) for number in range(5)] + [record(5, b"bad")]
    lake.deliver(*batch)
    before = dict(lake.raw.objects), dict(lake.failures.objects)

    outcome = lake.deliver(*batch)

    assert (lake.raw.objects, lake.failures.objects) == before
    assert (outcome.written, outcome.rejected, outcome.held) == (0, 0, 6)


@pytest.mark.parametrize("border", [1, 2, 3])
def test_records_that_come_again_in_other_batches_are_written_once(
    lake: Lake, record: Make, click: Make, border: int
) -> None:
    batch = [record(number, click(number)) for number in range(6)]
    lake.deliver(*batch[:4])

    lake.deliver(*batch[border:])

    assert sorted(row["event_id"] for row in lake.rows()) == [f"e-{number}" for number in range(6)]


def test_record_that_a_batch_holds_twice_is_written_once(lake: Lake, record: Make, click: Make) -> None:
    lake.deliver(record(0, click()), record(0, click()))

    assert len(lake.rows()) == 1


def test_ordinary_batches_read_nothing_back(lake: Lake, record: Make, click: Make) -> None:
    for number in range(20):
        lake.deliver(record(2 * number, click(number)), record(2 * number + 1, click(number)))

    assert (lake.raw.reads, len(lake.raw.objects)) == (0, 20)


def test_failed_write_is_reported_from_its_first_record_and_the_others_stand(
    lake: Lake, record: Make, click: Make
) -> None:
    early, late = "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"
    batch = [record(number, click(number, event_time=late if number % 2 else early)) for number in range(4)]
    denied = PermissionError("denied")
    lake.raw.failures.append(denied)

    outcome = lake.deliver(*batch)
    assert outcome.response == {"batchItemFailures": [{"itemIdentifier": str(FIRST)}]}
    assert outcome.errors == [denied]
    assert sorted(row["event_id"] for row in lake.rows()) == ["e-1", "e-3"]

    assert lake.deliver(*batch).failed == []
    assert sorted(row["event_id"] for row in lake.rows()) == ["e-0", "e-1", "e-2", "e-3"]


def test_of_several_failed_writes_the_first_record_is_reported(lake: Lake, record: Make, click: Make) -> None:
    hours = ["2026-11-21T12:00:00Z", "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"]
    lake.raw.failures += [PermissionError("denied"), TimeoutError("slow"), PermissionError("denied")]

    outcome = lake.deliver(*(record(number, click(number, event_time=hour)) for number, hour in enumerate(hours)))

    assert len(outcome.failed) == 3
    assert outcome.response == {"batchItemFailures": [{"itemIdentifier": str(FIRST)}]}


def test_unexpected_error_is_reported_from_its_record_and_what_came_before_is_done(
    lake: Lake, record: Make, click: Make
) -> None:
    broken = record(2, click(2))
    del broken["kinesis"]["approximateArrivalTimestamp"]

    outcome = lake.deliver(record(0, click(0)), record(1, click(1)), broken, record(3, click(3)))

    assert outcome.response == {"batchItemFailures": [{"itemIdentifier": str(FIRST + 2)}]}
    assert isinstance(outcome.errors[0], KeyError)
    assert [row["event_id"] for row in lake.rows()] == ["e-0", "e-1"]


def test_fails_on_a_batch_of_several_shards(lake: Lake, record: Make, click: Make) -> None:
    stranger = record(1, click(1)) | {"eventID": f"shardId-000000000007:{FIRST}"}

    with pytest.raises(ValueError, match="a batch must be of one shard"):
        lake.deliver(record(0, click(0)), stranger)


def test_empty_batch_succeeds(lake: Lake) -> None:
    assert lake.deliver().response == {"batchItemFailures": []}


def test_writes_side_by_side_give_the_same_lake(lake: Lake, check: EventCheck, record: Make, click: Make) -> None:
    batch = [record(hour, click(hour, event_time=f"2026-11-21T{hour:02d}:00:00Z")) for hour in range(16)]
    lake.deliver(*batch)
    other = Lake(check)
    with ThreadPoolExecutor(4) as pool:
        deliver({"Records": batch}, check=check, sinks=Sinks(raw=other.raw, failures=other.failures), run=pool.map)

    assert other.raw.objects == lake.raw.objects


def test_large_batch_near_the_payload_limit_is_delivered(lake: Lake, record: Make, click: Make) -> None:
    wide = click(0, extra="é" * 400_000)
    outcome = lake.deliver(*(record(number, wide) for number in range(5)))

    assert outcome.written == 5
