"""EventBridge and EventBridge Scheduler: what starts a pipeline, and where it goes when it cannot."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import Laptop, running_laptop
from tests.integration.glue_support import new_bucket, wait_for

Json = dict[str, Any]
ROLE = "arn:aws:iam::000000000000:role/events-test"


def new_machine(laptop: Laptop) -> str:
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    made = laptop.client("stepfunctions").create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
    )
    arn: str = made["stateMachineArn"]
    return arn


def new_queue(laptop: Laptop) -> tuple[str, str]:
    sqs = laptop.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def inputs(laptop: Laptop, machine: str, count: int = 1) -> list[Json]:
    states = laptop.client("stepfunctions")

    def started() -> list[Json] | None:
        listed = states.list_executions(stateMachineArn=machine)["executions"]
        return listed if len(listed) >= count else None

    found = wait_for(started, seconds=30)
    return [json.loads(states.describe_execution(executionArn=item["executionArn"])["input"]) for item in found]


def messages(laptop: Laptop, url: str) -> list[Json]:
    def received() -> list[Json] | None:
        answer: Json = laptop.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        return answer.get("Messages")

    found: list[Json] = wait_for(received, seconds=30)
    return found


def object_rule(laptop: Laptop, bucket: str, target: Json) -> None:
    events = laptop.client("events")
    name = f"rule-{uuid.uuid4().hex[:8]}"
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": "orders/"}]}},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "target", "RoleArn": ROLE} | target])


@pytest.fixture
def bucket(laptop: Laptop) -> str:
    name = new_bucket(laptop, "lake-events")
    s3 = laptop.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
    return name


def test_new_object_starts_a_state_machine_with_the_transformed_event(laptop: Laptop, bucket: str) -> None:
    machine = new_machine(laptop)
    paths = {
        "bucket": "$.detail.bucket.name",
        "key": "$.detail.object.key",
        "etag": "$.detail.object.etag",
        "version": "$.detail.object.version-id",
    }
    template = '{"bucket": <bucket>, "key": <key>, "etag": <etag>, "version": <version>}'
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    object_rule(laptop, bucket, {"Arn": machine, "InputTransformer": transformer})
    s3 = laptop.client("s3")
    s3.put_object(Bucket=bucket, Key="other/x.csv", Body=b"not for us")
    put = s3.put_object(Bucket=bucket, Key="orders/day=1/x y.csv", Body=b"a,b\n")
    assert inputs(laptop, machine) == [
        {
            "bucket": bucket,
            "key": "orders/day=1/x y.csv",
            "etag": put["ETag"].strip('"'),
            "version": put["VersionId"],
        }
    ]


def test_event_for_a_target_that_is_gone_goes_to_its_dead_letter_queue(laptop: Laptop, bucket: str) -> None:
    url, queue = new_queue(laptop)
    gone = "arn:aws:states:us-east-1:000000000000:stateMachine:gone"
    object_rule(laptop, bucket, {"Arn": gone, "DeadLetterConfig": {"Arn": queue}})
    laptop.client("s3").put_object(Bucket=bucket, Key="orders/x.csv", Body=b"a,b\n")
    (message,) = messages(laptop, url)
    assert json.loads(message["Body"])["detail"]["object"]["key"] == "orders/x.csv"
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == gone
    assert "does not exist" in message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"].lower() or (
        "not found" in message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    )


def test_fails_to_add_a_target_that_would_be_ignored(laptop: Laptop) -> None:
    events = laptop.client("events")
    name = f"rule-{uuid.uuid4().hex[:8]}"
    events.put_rule(Name=name, EventPattern='{"source": ["x"]}')
    target = {"Id": "t", "Arn": "arn:aws:codebuild:us-east-1:000000000000:project/x", "RoleArn": ROLE}
    with pytest.raises(events.exceptions.ClientError, match="NotImplementedOnLaptop"):
        events.put_targets(Rule=name, Targets=[target])


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """A laptop lake on which a minute passes in about a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKE_CLOCK_SPEED", "60")
        yield from running_laptop(tmp_path_factory.mktemp("fast-lake"))


def schedule(laptop: Laptop, target: Json, expression: str = "rate(1 minutes)") -> str:
    name = f"schedule-{uuid.uuid4().hex[:8]}"
    laptop.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"RoleArn": ROLE} | target,
    )
    return name


def test_schedule_starts_a_state_machine_with_its_context_filled_in(fast: Laptop) -> None:
    machine = new_machine(fast)
    given = {"tables": ["orders"], "request": "<aws.scheduler.execution-id>", "at": "<aws.scheduler.scheduled-time>"}
    schedule(fast, {"Arn": machine, "Input": json.dumps(given)}, "cron(0/1 * * * ? *)")
    first, second = inputs(fast, machine, count=2)[:2]
    assert first["tables"] == ["orders"]
    assert len({first["request"], second["request"]}) == 2
    assert first["at"].endswith("Z")


def test_universal_target_makes_the_call_of_the_sdk(fast: Laptop) -> None:
    machine = new_machine(fast)
    request = {"StateMachineArn": machine, "Input": '{"from": "universal"}'}
    schedule(fast, {"Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution", "Input": json.dumps(request)})
    assert inputs(fast, machine)[0] == {"from": "universal"}


def test_schedule_whose_target_is_gone_uses_its_dead_letter_queue(fast: Laptop) -> None:
    url, queue = new_queue(fast)
    gone = "arn:aws:states:us-east-1:000000000000:stateMachine:gone"
    schedule(fast, {"Arn": gone, "Input": '{"a": 1}', "DeadLetterConfig": {"Arn": queue}})
    assert json.loads(messages(fast, url)[0]["Body"]) == {"a": 1}


def test_scheduled_rule_fires(fast: Laptop) -> None:
    url, queue = new_queue(fast)
    events = fast.client("events")
    name = f"rule-{uuid.uuid4().hex[:8]}"
    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue}])
    assert json.loads(messages(fast, url)[0]["Body"])["detail-type"] == "Scheduled Event"
