"""The entries with AWS's services in memory: what they read, write, log and answer."""

from __future__ import annotations

import gzip
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from contracts.loader import as_dict, load
from tests.unit.lambda_support import FIRST, SHARD, Make

CONTEXT = SimpleNamespace(
    function_name="function", memory_limit_in_mb=512, invoked_function_arn="arn:function", aws_request_id="request"
)
Load = Callable[..., ModuleType]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def handler(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Load]:
    """Import a function's entry as Lambda does: with its environment, and its contract packed beside the code."""
    packed = tmp_path / "clicks.json"
    packed.write_text(json.dumps(as_dict(load("clicks"))))
    monkeypatch.setattr("lake_common.contract.PACKAGED", tmp_path)
    imported = []

    def give(package: str, **environment: str) -> ModuleType:
        for name, value in {
            "POWERTOOLS_SERVICE_NAME": package,
            "POWERTOOLS_METRICS_NAMESPACE": "Lake/Stream",
            **environment,
        }.items():
            monkeypatch.setenv(name, value)
        imported.append(f"{package}.handler")
        return importlib.import_module(f"{package}.handler")

    yield give
    for name in imported:
        sys.modules.pop(name, None)


@pytest.fixture
def to_lake(handler: Load) -> ModuleType:
    s3 = boto3.client("s3")
    for bucket in ("raw", "failures"):
        s3.create_bucket(Bucket=bucket)
    return handler(
        "clickstream_to_lake",
        RAW_BUCKET="raw",
        FAILURES_BUCKET="failures",
        CONTRACT="clicks",
        PARALLEL_WRITES="4",
    )


def keys(bucket: str) -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_batch_lands_in_both_buckets_and_again_changes_nothing(to_lake: ModuleType, record: Make, click: Make) -> None:
    event = {"Records": [record(0, click(0)), record(1, b"garbage"), record(2, click(2))]}

    assert to_lake.handle(event, CONTEXT) == {"batchItemFailures": []}
    assert to_lake.handle(event, CONTEXT) == {"batchItemFailures": []}

    (raw_key,), (rejected_key,) = keys("raw"), keys("failures")
    assert raw_key.startswith(f"clicks/event_date=2026-11-21/event_hour=15/{SHARD}_")
    assert rejected_key.startswith("rejected/clicks/arrival_date=2026-11-21/")
    body = boto3.client("s3").get_object(Bucket="raw", Key=raw_key)["Body"].read()
    assert [json.loads(line)["event_id"] for line in gzip.decompress(body).splitlines()] == ["e-0", "e-2"]


def test_batch_is_measured(to_lake: ModuleType, record: Make, click: Make, capsys: pytest.CaptureFixture[str]) -> None:
    to_lake.handle({"Records": [record(0, click(0)), record(1, b"garbage")]}, CONTEXT)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (measured,) = [line for line in lines if "_aws" in line]
    assert measured["service"] == "clickstream_to_lake"
    assert measured["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Lake/Stream"
    expected = {"EventsWritten": [1.0], "EventsRejected": [1.0], "EventsHeldAlready": [0.0], "WritesFailed": [0.0]}
    assert {name: measured[name] for name in expected} == expected


def test_object_that_exists_is_not_written_over(to_lake: ModuleType) -> None:
    bucket = to_lake.Bucket(boto3.client("s3"), "raw")

    assert (bucket.create("key", b"first"), bucket.create("key", b"second")) == (True, False)
    assert bucket.read("key") == b"first"


def test_missing_bucket_fails_the_records_and_is_logged_with_its_cause(
    to_lake: ModuleType, record: Make, click: Make, caplog: pytest.LogCaptureFixture
) -> None:
    boto3.client("s3").delete_bucket(Bucket="raw")

    answer = to_lake.handle({"Records": [record(3, click(0)), record(4, click(1))]}, CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": str(FIRST + 3)}]}
    errors = [each for each in caplog.records if each.levelname == "ERROR"]
    assert [type(each.exc_info[1]).__name__ for each in errors if each.exc_info] == ["NoSuchBucket"]


@pytest.fixture
def counters(handler: Load) -> ModuleType:
    boto3.client("dynamodb").create_table(
        TableName="counters",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("minute", "counter")],
        KeySchema=[
            {"AttributeName": "minute", "KeyType": "HASH"},
            {"AttributeName": "counter", "KeyType": "RANGE"},
        ],
    )
    return handler("clickstream_counters", COUNTERS_TABLE="counters", CONTRACT="clicks", RETENTION_HOURS="48")


def window(*records: dict[str, Any], state: Any = None, final: bool = False) -> dict[str, Any]:
    return {
        "Records": list(records),
        "shardId": SHARD,
        "state": state or {},
        "window": {"start": "2026-11-21T15:04:00Z", "end": "2026-11-21T15:05:00Z"},
        "isFinalInvokeForWindow": final,
        "isWindowTerminatedEarly": False,
    }


def test_counts_are_written_when_the_window_ends_and_a_retry_counts_nothing_twice(
    counters: ModuleType, record: Make, click: Make
) -> None:
    first = counters.handle(window(record(0, click(0)), record(1, click(1))), CONTEXT)
    second = counters.handle(window(record(2, b"bad"), state=first["state"]), CONTEXT)
    table = boto3.resource("dynamodb").Table("counters")
    assert table.scan()["Count"] == 0

    for _ in range(2):
        counters.handle(window(state=second["state"], final=True), CONTEXT)

    items = {(item["kind"], item["name"]): int(str(item["events"])) for item in table.scan()["Items"]}
    assert items == {
        ("event", "product_view"): 2,
        ("page", "/catalog"): 2,
        ("product", "p-0"): 1,
        ("product", "p-1"): 1,
        ("rejected", "records"): 1,
    }
    assert {item["minute"] for item in table.scan()["Items"]} == {"2026-11-21T15:04"}
    # 48 hours after the window's end, 2026-11-21T15:05:00Z.
    assert {int(str(item["expires"])) for item in table.scan()["Items"]} == {1795273500 + 48 * 3600}


def test_fails_to_end_a_window_without_its_table_so_that_lambda_ends_it_again(counters: ModuleType) -> None:
    boto3.client("dynamodb").delete_table(TableName="counters")
    state = {"first": str(FIRST), "counts": {"2026-11-21T15:04": {"page#/": 1}}}

    with pytest.raises(Exception, match="ResourceNotFound"):
        counters.handle(window(state=state, final=True), CONTEXT)


@pytest.fixture
def arrivals(handler: Load) -> ModuleType:
    boto3.client("dynamodb").create_table(
        TableName="files",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "file", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
    )
    role = boto3.client("iam").create_role(RoleName="states", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    machine = boto3.client("stepfunctions").create_state_machine(name="orders", definition=definition, roleArn=role)
    pipelines = json.dumps({"orders": machine["stateMachineArn"]})
    return handler("file_arrival", FILES_TABLE="files", PIPELINES=pipelines)


def created(key: str, etag: str = "abc") -> dict[str, Any]:
    return {
        "time": "2026-11-21T15:04:05Z",
        "detail": {
            "bucket": {"name": "raw"},
            "object": {"key": key, "size": 10, "etag": etag, "version-id": "v1"},
        },
    }


def executions() -> list[dict[str, Any]]:
    states = boto3.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    found = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    return [dict(states.describe_execution(executionArn=each["executionArn"])) for each in found]


def test_file_is_registered_and_starts_its_pipeline_once(arrivals: ModuleType) -> None:
    event = created("orders/ingest_date=2026-11-21/ä b.csv")

    assert arrivals.handle(event, CONTEXT)["result"] == "started"
    assert arrivals.handle(event, CONTEXT)["result"] == "known"

    (execution,) = executions()
    assert json.loads(execution["input"]) == {
        "bucket": "raw",
        "key": "orders/ingest_date=2026-11-21/ä b.csv",
        "etag": "abc",
        "version": "v1",
    }
    (item,) = boto3.resource("dynamodb").Table("files").scan()["Items"]
    assert item["file"] == "raw/orders/ingest_date=2026-11-21/ä b.csv#abc"
    assert item["execution"] == execution["executionArn"]
    assert (item["table"], int(str(item["size"]))) == ("orders", 10)


def test_new_content_under_the_same_key_is_another_file(arrivals: ModuleType) -> None:
    for etag in ("one", "two"):
        arrivals.handle(created("orders/a.csv", etag), CONTEXT)

    assert len(executions()) == 2


def test_file_whose_first_attempt_died_after_registering_starts_its_pipeline(arrivals: ModuleType) -> None:
    arrival = arrivals.Arrival.of(created("orders/a.csv"))
    arrivals._registry.add(arrival)

    assert arrivals.handle(created("orders/a.csv"), CONTEXT)["result"] == "started"
    assert len(executions()) == 1


def test_file_whose_first_attempt_died_after_starting_does_not_start_again(arrivals: ModuleType) -> None:
    arrival = arrivals.Arrival.of(created("orders/a.csv"))
    arrivals._registry.add(arrival)
    arrivals._pipelines.start(arrival)

    arrivals.handle(created("orders/a.csv"), CONTEXT)

    (execution,) = executions()
    assert arrivals._registry.execution(arrival) == execution["executionArn"]


class Refusing:
    """Step Functions as it answers if an execution of that name has ended, which moto does not do."""

    def __init__(self, code: str) -> None:
        self.code = code

    def start_execution(self, **arguments: str) -> None:
        raise ClientError({"Error": {"Code": self.code, "Message": ""}}, "StartExecution")


def test_execution_that_ended_long_ago_counts_as_started(arrivals: ModuleType) -> None:
    arrival = arrivals.Arrival.of(created("orders/a.csv"))
    machine = "arn:aws:states:us-east-1:1:stateMachine:orders"

    started = arrivals.StateMachines(Refusing("ExecutionAlreadyExists"), {"orders": machine}).start(arrival)

    assert started == f"arn:aws:states:us-east-1:1:execution:orders:{arrival.execution_name}"
    with pytest.raises(ClientError, match="AccessDenied"):
        arrivals.StateMachines(Refusing("AccessDenied"), {"orders": machine}).start(arrival)


def test_fails_on_a_file_of_no_table_so_that_the_event_reaches_the_dead_letter_queue(arrivals: ModuleType) -> None:
    with pytest.raises(KeyError, match="strange"):
        arrivals.handle(created("strange/a.csv"), CONTEXT)
