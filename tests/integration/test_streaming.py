"""A hundred thousand events, from PutRecords to Athena while the consumer is killed: none lost, none doubled."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.function_packages import function_files, layer_files
from streaming.failure_bucket import FailureBucket
from streaming.failures import PREFIX, parse
from streaming.generator import poisson
from streaming.packing import aggregated
from streaming.producer import Plan, produce
from streaming.replay_batches import replay_batches
from streaming.sender import Sender
from streaming.shards import open_shards
from tests.integration.conftest import Laptop, running_laptop
from tests.integration.streaming_support import wait_until

EVENTS = 100_000
DEADLY = 50_000
SEED = 7
RAW, FAILURES, RESULTS, DATABASE, NAME = "stream-raw", "stream-failures", "stream-results", "stream", "clicks-to-lake"
SECONDS = 240

TABLE = f"""
    CREATE EXTERNAL TABLE clicks (event_id string, user_id string, sequence_number string, sub_sequence int)
    PARTITIONED BY (event_date string, event_hour string)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{RAW}/clicks/'
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """An emulator of its own, which waits as good as not before a retry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKE_LAMBDA_BACKOFF_SECONDS", "0.02")
        yield from running_laptop(tmp_path_factory.mktemp("stream"))


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the function notes the process id of each of its calls."""
    return tmp_path_factory.mktemp("notes") / "calls"


@pytest.fixture(scope="module", autouse=True)
def deployed(lake: Laptop, notes: Path) -> None:
    _deploy(lake, notes)
    _query(lake, TABLE)


def _deploy(lake: Laptop, notes: Path) -> None:
    for bucket in (RAW, FAILURES, RESULTS):
        lake.client("s3").create_bucket(Bucket=bucket)
    lake.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    kinesis, functions = lake.client("kinesis"), lake.client("lambda")
    kinesis.create_stream(StreamName=NAME, ShardCount=2)
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.12",
        Handler="crashing.handle",
        Role="arn:aws:iam::000000000000:role/consumer",
        Code={"ZipFile": _package()},
        Timeout=60,
        Environment={"Variables": _environment(notes)},
    )
    functions.create_event_source_mapping(
        EventSourceArn=kinesis.describe_stream_summary(StreamName=NAME)["StreamDescriptionSummary"]["StreamARN"],
        FunctionName=NAME,
        StartingPosition="TRIM_HORIZON",
        BatchSize=2000,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{FAILURES}"}},
    )


def _environment(notes: Path, **more: str) -> dict[str, str]:
    return {
        "RAW_BUCKET": RAW,
        "FAILURES_BUCKET": FAILURES,
        "CONTRACT": "clicks",
        "PARALLEL_WRITES": "2",
        "POWERTOOLS_SERVICE_NAME": NAME,
        "POWERTOOLS_METRICS_NAMESPACE": "lake",
        "NOTES": str(notes),
        **more,
    }


def _package() -> bytes:
    """Pack the function, its layer and the wrapper that lets it crash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (*function_files("clickstream_to_lake"), *layer_files()):
            archive.writestr(name.removeprefix("python/"), content)
        archive.writestr("crashing.py", Path(__file__).with_name("crashing.py").read_text())
    return buffer.getvalue()


def _send(lake: Laptop) -> set[str]:
    """Send the events through PutRecords; one of them kills the consumer. Return their ids."""
    start = datetime.now(UTC) - timedelta(hours=2)
    events = list(itertools.islice(poisson(seed=SEED, rate=EVENTS / 6000, start=start), EVENTS))
    events[DEADLY] = replace(events[DEADLY], user_id="deadly")
    tally = produce(Plan(events=events), Sender(lake.client("kinesis"), NAME, sleep=time.sleep))
    assert tally.events == EVENTS
    return {event.event_id for event in events}


def _kill_the_consumer(notes: Path, calls: int) -> None:
    """Kill the process of the function once it has been called so often."""
    wait_until(lambda: len(_calls(notes)) >= calls, SECONDS)
    try:
        os.kill(int(_calls(notes)[-1]), signal.SIGKILL)
    except ProcessLookupError:
        # It crashed just now; the next one will do.
        _kill_the_consumer(notes, len(_calls(notes)) + 1)


def _calls(notes: Path) -> list[str]:
    # Behind the last line break may be a number that is being written.
    return notes.read_text().split("\n")[:-1] if notes.exists() else []


def _failed_ids(lake: Laptop) -> set[str]:
    bucket = FailureBucket(lake.client("s3"), FAILURES, PREFIX)
    records = [record for key in bucket.waiting() for record in parse(key, bucket.read(key)).records]
    return {json.loads(_decode(record))["event_id"] for record in records}


def _decode(record: Any) -> bytes:
    return base64.b64decode(record["kinesis"]["data"])


def _query(lake: Laptop, sql: str) -> list[list[str]]:
    athena = lake.client("athena")
    request = {"QueryString": sql, "QueryExecutionContext": {"Database": DATABASE}}
    started = athena.start_query_execution(**request, ResultConfiguration={"OutputLocation": f"s3://{RESULTS}/"})
    status = wait_until(lambda: _ended(athena, started["QueryExecutionId"]), 60)
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=started["QueryExecutionId"])["ResultSet"]["Rows"]
    return [[value.get("VarCharValue", "") for value in row["Data"]] for row in rows[1:]]


def _ended(athena: Any, query: str) -> Any:
    status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
    return None if status["State"] in {"QUEUED", "RUNNING"} else status


def _counts(lake: Laptop, seed: int = SEED) -> tuple[int, int, int]:
    """Count rows, distinct sequence numbers and distinct events of a test as Athena sees them."""
    _query(lake, "MSCK REPAIR TABLE clicks")
    sql = "SELECT count(*), count(DISTINCT sequence_number), count(DISTINCT event_id) FROM clicks"
    sql += f" WHERE event_id LIKE 'generated-{seed}-%'"
    rows, positions, ids = (int(value) for value in _query(lake, sql)[0])
    return rows, positions, ids


def _wait_until_settled(lake: Laptop, notes: Path) -> set[str]:
    """Wait until every event is in Athena or in the failure bucket; return the ids of the latter."""
    deadline = time.monotonic() + SECONDS
    while True:
        _wait_until_quiet(notes)
        failed = _failed_ids(lake)
        found = _counts(lake)[2]
        if found + len(failed) >= EVENTS:
            return failed
        assert time.monotonic() < deadline, f"{EVENTS} events must arrive; got {found} and {len(failed)} failed ones"


def _wait_until_quiet(notes: Path) -> None:
    """Wait until the function has not been called for a while: only then is it worth to ask Athena."""
    calls = -1
    while calls != (calls := len(_calls(notes))):
        time.sleep(3)


def test_nothing_is_lost_or_doubled_between_put_records_and_athena(lake: Laptop, notes: Path) -> None:
    sent = _send(lake)
    _kill_the_consumer(notes, 5)
    _kill_the_consumer(notes, 15)
    failed = _wait_until_settled(lake, notes)
    rows, positions, ids = _counts(lake)
    assert f"generated-{SEED}-{DEADLY + 1:09d}" in failed
    assert (rows, positions, ids) == (EVENTS - len(failed),) * 3
    assert failed <= sent

    functions = lake.client("lambda")
    functions.update_function_configuration(
        FunctionName=NAME, Environment={"Variables": _environment(notes, HEALED="yes")}
    )
    bucket = FailureBucket(lake.client("s3"), FAILURES, PREFIX)
    summary = replay_batches(bucket, functions, functions={NAME}, size=500)
    assert summary.records == len(failed)
    assert not summary.problems
    assert _counts(lake) == (EVENTS, EVENTS, EVENTS)
    assert not bucket.waiting()


def test_events_that_share_a_record_arrive_once_each(lake: Laptop) -> None:
    kinesis, count, seed = lake.client("kinesis"), 3_000, 8
    start = datetime.now(UTC) - timedelta(minutes=30)
    events = itertools.islice(poisson(seed=seed, rate=10, start=start), count)
    plan = Plan(events=events, pack=aggregated(open_shards(kinesis, NAME)))
    tally = produce(plan, Sender(kinesis, NAME, sleep=time.sleep))
    assert (tally.events, tally.records < 50) == (count, True)
    wait_until(lambda: _counts(lake, seed)[2] == count, SECONDS)
    assert _counts(lake, seed) == (count, tally.records, count)
