"""Event source mappings on the laptop: one test per sentence of AWS' documentation that the lake relies on."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.streaming_support import Pipe, pipe, wait_until


@pytest.fixture
def stream(laptop: Any, tmp_path: Path) -> Iterator[Pipe]:
    with pipe(laptop, tmp_path) as made:
        yield made


@pytest.fixture
def bucket(laptop: Any) -> str:
    name = f"failures-{uuid.uuid4().hex[:8]}"
    laptop.client("s3").create_bucket(Bucket=name)
    return name


def objects(laptop: Any, bucket: str) -> list[dict[str, Any]]:
    s3 = laptop.client("s3")
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [
        {"key": item["Key"], **json.loads(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())}
        for item in found
    ]


def on_failure(arn: str) -> dict[str, Any]:
    return {"OnFailure": {"Destination": arn}}


def test_the_event_is_that_of_the_documentation(stream: Pipe) -> None:
    numbers = stream.put_ids(1, 2)
    stream.map()
    stream.wait_for_ids(1, 2)
    call = stream.calls()[0]
    assert (call["numbers"], call["shards"], call["ids"]) == (numbers, ["shardId-000000000000"], [1, 2])


def test_batches_are_in_order_and_at_most_of_the_batch_size(stream: Pipe) -> None:
    stream.put_ids(*range(7))
    stream.map(BatchSize=3)
    assert stream.wait_for_ids(*range(7)) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_batching_window_gathers_records_until_it_is_over(stream: Pipe) -> None:
    stream.map(MaximumBatchingWindowInSeconds=2)
    stream.put_ids(1)
    # Without a window it would be delivered by now.
    time.sleep(0.3)
    stream.put_ids(2)
    assert stream.wait_for_ids(1, 2) == [[1, 2]]


def test_a_mapping_that_starts_at_latest_skips_what_was_there(stream: Pipe) -> None:
    stream.put_ids(1)
    stream.map(StartingPosition="LATEST")
    stream.put_ids(2)
    assert stream.wait_for_ids(2) == [[2]]


def test_a_mapping_that_starts_at_a_timestamp_skips_what_was_before(stream: Pipe) -> None:
    stream.put_ids(1)
    time.sleep(0.05)
    moment = datetime.now(UTC)
    time.sleep(0.05)
    stream.put_ids(2)
    stream.map(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment)
    assert stream.wait_for_ids(2) == [[2]]


def test_a_failing_batch_is_retried_before_the_next_one(stream: Pipe) -> None:
    stream.put_ids(1, 2, 3, r1="raise once")
    stream.map(BatchSize=2)
    assert stream.wait_for_ids(3) == [[1, 2], [1, 2], [3]]


def test_a_partial_failure_loses_nothing_and_bisect_isolates_the_poison(laptop: Any, stream: Pipe, bucket: str) -> None:
    stream.put_ids(*range(10), r3="report")
    stream.map(
        FunctionResponseTypes=["ReportBatchItemFailures"],
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig=on_failure(f"arn:aws:s3:::{bucket}"),
    )

    def without_poison() -> set[int]:
        return {number for call in stream.ids() if 3 not in call for number in call}

    # The first three were done when the function reported the fourth.
    wait_until(lambda: without_poison() | {0, 1, 2} == set(range(10)) - {3})
    failed = objects(laptop, bucket)
    assert [document["KinesisBatchInfo"]["batchSize"] for document in failed] == [1]
    assert "responseContext" in failed[0]
    assert "functionError" not in failed[0]["responseContext"]


def test_the_s3_destination_has_the_documented_key_metadata_and_the_whole_event(
    laptop: Any, stream: Pipe, bucket: str
) -> None:
    numbers = stream.put_ids(1, 2, r2="raise")
    stream.map(MaximumRetryAttempts=0, DestinationConfig=on_failure(f"arn:aws:s3:::{bucket}"))
    document = wait_until(lambda: objects(laptop, bucket))[0]
    shard = "shardId-000000000000"
    prefix = f"aws/lambda/{stream.mapping}/{shard}/{datetime.now(UTC):%Y/%m}/"
    assert document["key"].startswith(prefix)
    assert document["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert document["requestContext"]["approximateInvokeCount"] == 1
    assert document["responseContext"]["functionError"] == "Unhandled"
    info = document["KinesisBatchInfo"]
    assert (info["shardId"], info["startSequenceNumber"], info["endSequenceNumber"]) == (shard, *numbers)
    assert (info["batchSize"], info["streamArn"]) == (2, stream.stream_arn)
    event = json.loads(document["payload"])
    assert [record["kinesis"]["sequenceNumber"] for record in event["Records"]] == numbers


def test_the_queue_and_topic_destinations_get_the_metadata_only(laptop: Any, stream: Pipe) -> None:
    sqs = laptop.client("sqs")
    url = sqs.create_queue(QueueName=stream.name)["QueueUrl"]
    stream.put_ids(1, r1="raise")
    stream.map(
        MaximumRetryAttempts=0, DestinationConfig=on_failure(f"arn:aws:sqs:us-east-1:000000000000:{stream.name}")
    )
    message = wait_until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))[0]
    document = json.loads(message["Body"])
    assert document["KinesisBatchInfo"]["batchSize"] == 1
    assert "payload" not in document
    sqs.delete_queue(QueueUrl=url)


def test_the_shard_moves_on_when_the_destination_is_gone_and_the_metric_tells(laptop: Any, stream: Pipe) -> None:
    stream.put_ids(1, 2, r1="raise")
    stream.map(BatchSize=1, MaximumRetryAttempts=0, DestinationConfig=on_failure("arn:aws:s3:::no-such-bucket-here"))
    stream.wait_for_ids(2)
    found = laptop.client("cloudwatch").list_metrics(Namespace="AWS/Lambda", MetricName="DestinationDeliveryFailures")
    names = [dimension["Value"] for metric in found["Metrics"] for dimension in metric["Dimensions"]]
    assert stream.name in names


def test_fails_a_batch_when_the_function_times_out_and_its_process_is_killed(laptop: Any, tmp_path: Path) -> None:
    with pipe(laptop, tmp_path, timeout=1) as stream:
        stream.put_ids(1, 2, r1="sleep")
        stream.map(BatchSize=1, MaximumRetryAttempts=0)
        stream.wait_for_ids(2)
        first, second = stream.calls()
        assert first["process"] != second["process"]


def test_fails_a_batch_when_the_process_of_the_function_dies(stream: Pipe) -> None:
    stream.put_ids(1, 2, r1="exit")
    stream.map(BatchSize=1, MaximumRetryAttempts=1)
    assert stream.wait_for_ids(2) == [[1], [1], [2]]


def test_a_function_is_kept_warm_between_invocations(stream: Pipe) -> None:
    stream.put_ids(*range(4))
    stream.map(BatchSize=1)
    stream.wait_for_ids(3)
    assert len({call["process"] for call in stream.calls()}) == 1


def test_reserved_concurrency_of_zero_throttles_without_using_up_retries(stream: Pipe) -> None:
    stream.functions.put_function_concurrency(FunctionName=stream.name, ReservedConcurrentExecutions=0)
    stream.put_ids(1)
    stream.map(MaximumRetryAttempts=0)
    time.sleep(1)
    assert stream.calls() == []
    stream.functions.delete_function_concurrency(FunctionName=stream.name)
    assert stream.wait_for_ids(1) == [[1]]


def test_parallelization_keeps_the_order_of_each_key_and_loses_none(stream: Pipe) -> None:
    bodies = [{"id": number, "key": f"key-{number % 7}"} for number in range(70)]
    stream.put(*bodies)
    stream.map(BatchSize=3, ParallelizationFactor=4)
    stream.wait_for_ids(*range(70))
    order = [number for call in stream.ids() for number in call]
    assert sorted(order) == list(range(70))
    for key in range(7):
        mine = [number for number in order if number % 7 == key]
        assert mine == sorted(mine)


def test_filters_keep_the_function_from_seeing_what_does_not_match(stream: Pipe) -> None:
    stream.map(FilterCriteria={"Filters": [{"Pattern": json.dumps({"data": {"kind": ["wanted"]}})}]})
    stream.put({"id": 1, "kind": "other"}, {"id": 2, "kind": "wanted"})
    assert stream.wait_for_ids(2) == [[2]]


def test_a_disabled_mapping_waits_and_goes_on_where_it_stopped(stream: Pipe) -> None:
    stream.map()
    stream.put_ids(1)
    stream.wait_for_ids(1)
    stream.functions.update_event_source_mapping(UUID=stream.mapping, Enabled=False)
    wait_until(lambda: stream.state() == "Disabled")
    stream.put_ids(2)
    time.sleep(0.5)
    assert stream.ids() == [[1]]
    stream.functions.update_event_source_mapping(UUID=stream.mapping, Enabled=True)
    assert stream.wait_for_ids(2) == [[1], [2]]


def test_an_updated_batch_size_takes_effect_at_the_checkpoint(stream: Pipe) -> None:
    stream.map(BatchSize=1)
    stream.put_ids(1)
    stream.wait_for_ids(1)
    changed = stream.functions.update_event_source_mapping(UUID=stream.mapping, BatchSize=5)
    assert changed["BatchSize"] == 5
    numbers = itertools.count(2)

    def two_at_once() -> bool:
        pair = [next(numbers), next(numbers)]
        stream.put_ids(*pair)
        return pair in stream.wait_for_ids(*pair)

    wait_until(two_at_once)
    assert [number for ids in stream.ids() for number in ids] == list(range(1, next(numbers)))


def test_children_of_a_split_shard_come_after_their_parent_and_none_is_lost(stream: Pipe) -> None:
    stream.put_ids(*range(20), r0="raise once")
    stream.kinesis.split_shard(
        StreamName=stream.name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    stream.put_ids(*range(20, 40))
    stream.map(BatchSize=5)
    stream.wait_for_ids(*range(40))
    shards = [call["shards"][0] for call in stream.calls()]
    last_of_parent = max(index for index, shard in enumerate(shards) if shard == "shardId-000000000000")
    assert set(shards[last_of_parent + 1 :]) == {"shardId-000000000001", "shardId-000000000002"}
    assert len(shards[: last_of_parent + 1]) == 5


def test_a_tumbling_window_hands_its_state_on_and_ends_with_a_final_call(stream: Pipe) -> None:
    stream.map(BatchSize=1, TumblingWindowInSeconds=2)
    stream.put_ids(1, 2)
    final = wait_until(lambda: [call for call in stream.calls() if call.get("isFinalInvokeForWindow")])
    seen = [number for call in final for number in call["state"]["ids"]]
    assert wait_until(lambda: sorted(seen) == [1, 2] or len(final) < 2)
    assert final[0]["ids"] == []
    assert (final[0]["shardId"], final[0]["eventSourceARN"]) == ("shardId-000000000000", stream.stream_arn)


def test_a_consumer_with_enhanced_fan_out_gets_every_record(stream: Pipe) -> None:
    consumer = stream.kinesis.register_stream_consumer(StreamARN=stream.stream_arn, ConsumerName="fan-out")["Consumer"]
    stream.put_ids(1, 2)
    made = stream.functions.create_event_source_mapping(
        EventSourceArn=consumer["ConsumerARN"], FunctionName=stream.name, StartingPosition="TRIM_HORIZON"
    )
    stream.mapping = made["UUID"]
    assert stream.wait_for_ids(1, 2) == [[1, 2]]


def test_fails_to_map_a_stream_that_does_not_exist(stream: Pipe) -> None:
    stream.stream_arn += "-gone"
    with pytest.raises(ClientError, match="must be a stream or a consumer that exists"):
        stream.map()


def test_the_age_of_the_newest_record_of_a_batch_is_a_metric(laptop: Any, stream: Pipe) -> None:
    stream.put_ids(1)
    stream.map()
    stream.wait_for_ids(1)
    found = wait_until(
        lambda: laptop.client("cloudwatch").list_metrics(
            Namespace="AWS/Lambda",
            MetricName="IteratorAge",
            Dimensions=[{"Name": "FunctionName", "Value": stream.name}],
        )["Metrics"]
    )
    assert len(found) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ParallelizationFactor": 11}, "ParallelizationFactor must be from 1 to 10"),
        ({"MaximumRecordAgeInSeconds": 30}, "at least 60"),
        ({"TumblingWindowInSeconds": 901}, "from 0 to 900"),
        ({"BatchSize": 10_001}, "BatchSize must be from 1 to 10000"),
        ({"StartingPosition": "AT_TIMESTAMP"}, "StartingPositionTimestamp"),
        ({"DestinationConfig": on_failure("arn:aws:lambda:us-east-1:000000000000:function:f")}, "S3 bucket"),
        ({"TumblingWindowInSeconds": 60, "ParallelizationFactor": 2}, "not implemented on the laptop"),
    ],
)
def test_fails_to_map_with_settings_that_lambda_refuses(stream: Pipe, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        stream.map(**settings)
