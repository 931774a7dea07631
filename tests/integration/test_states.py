"""Step Functions: integrations and corrections of the interpreter, each against a sentence of the documentation."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.glue_support import finished_run, new_job, wait_for

ROLE = "arn:aws:iam::000000000000:role/states-test"
Json = dict[str, Any]


def start(laptop: Laptop, states: Json, first: str, given: Json | None = None, **machine: Any) -> str:
    definition = {"StartAt": first, "States": states} | machine
    states_api = laptop.client("stepfunctions")
    name = f"test-{uuid.uuid4().hex[:10]}"
    arn = states_api.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)["stateMachineArn"]
    started: str = states_api.start_execution(stateMachineArn=arn, input=json.dumps(given or {}))["executionArn"]
    return started


def ended(laptop: Laptop, execution: str) -> Json:
    def look() -> Json | None:
        answer: Json = laptop.client("stepfunctions").describe_execution(executionArn=execution)
        return None if answer["status"] == "RUNNING" else answer

    result: Json = wait_for(look)
    return result


def run(laptop: Laptop, states: Json, first: str, given: Json | None = None, **machine: Any) -> Json:
    return ended(laptop, start(laptop, states, first, given, **machine))


def task(resource: str, parameters: Json, **more: Any) -> Json:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True} | more


CAUGHT = {"Type": "Pass", "End": True}


def catch(error: str = "States.ALL") -> list[Json]:
    return [{"ErrorEquals": [error], "Next": "Caught"}]


@pytest.fixture(scope="module")
def table(laptop: Laptop) -> str:
    name = f"ledger-{uuid.uuid4().hex[:8]}"
    laptop.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "claim", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "claim", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def attempts(laptop: Laptop, execution: str) -> int:
    pages = laptop.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution)
    return sum(event["type"] == "TaskFailed" for page in pages for event in page["events"])


def test_job_of_a_sync_task_is_the_result(laptop: Laptop) -> None:
    job, _ = new_job(laptop, "print('done')")
    answer = run(laptop, {"Job": task("glue:startJobRun.sync", {"JobName": job})}, "Job")
    result = json.loads(answer["output"])
    assert (result["JobName"], result["JobRunState"]) == (job, "SUCCEEDED")
    assert result["StartedOn"] > 1_600_000_000_000


def test_fails_a_sync_task_with_task_failed_and_the_job_run_as_cause(laptop: Laptop) -> None:
    job, _ = new_job(laptop, "raise ValueError('too many bad rows')")
    states = {"Job": task("glue:startJobRun.sync", {"JobName": job}, Catch=catch()), "Caught": CAUGHT}
    caught = json.loads(run(laptop, states, "Job")["output"])
    assert caught["Error"] == "States.TaskFailed"
    cause = json.loads(caught["Cause"])
    assert (cause["JobRunState"], cause["ErrorMessage"]) == ("FAILED", "ValueError: too many bad rows")


def test_fails_with_the_service_and_the_exception_as_the_name_of_the_error(laptop: Laptop) -> None:
    states = {"Job": task("glue:startJobRun.sync", {"JobName": "none"}, Catch=catch()), "Caught": CAUGHT}
    assert json.loads(run(laptop, states, "Job")["output"])["Error"] == "Glue.EntityNotFoundException"


@pytest.fixture(scope="module")
def sleeping(laptop: Laptop) -> str:
    return new_job(laptop, "import time\ntime.sleep(600)", ExecutionProperty={"MaxConcurrentRuns": 5})[0]


def test_stopping_an_execution_stops_its_job_and_leaves_it_aborted(laptop: Laptop, sleeping: str) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5, "IntervalSeconds": 1}]
    states = {"Job": task("glue:startJobRun.sync", {"JobName": sleeping}, Retry=retry)}
    execution = start(laptop, states, "Job")
    glue = laptop.client("glue")
    before = wait_for(lambda: glue.get_job_runs(JobName=sleeping)["JobRuns"])
    laptop.client("stepfunctions").stop_execution(executionArn=execution)
    assert finished_run(laptop, sleeping, before[0]["Id"])["JobRunState"] == "STOPPED"
    time.sleep(1)
    assert ended(laptop, execution)["status"] == "ABORTED"
    assert len(glue.get_job_runs(JobName=sleeping)["JobRuns"]) == len(before)


def test_task_that_times_out_stops_its_job(laptop: Laptop) -> None:
    job, _ = new_job(laptop, "import time\ntime.sleep(600)")
    limited = task("glue:startJobRun.sync", {"JobName": job}, TimeoutSeconds=1, Catch=catch("States.Timeout"))
    answer = run(laptop, {"Job": limited, "Caught": CAUGHT}, "Job")
    assert json.loads(answer["output"])["Error"] == "States.Timeout"
    (only,) = laptop.client("glue").get_job_runs(JobName=job)["JobRuns"]
    assert finished_run(laptop, job, only["Id"])["JobRunState"] == "STOPPED"


def test_state_machine_that_times_out_is_timed_out(laptop: Laptop) -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 3000, "End": True}}
    answer = run(laptop, states, "Wait", TimeoutSeconds=1)
    assert (answer["status"], answer["error"]) == ("TIMED_OUT", "States.Timeout")


def test_condition_that_does_not_hold_has_the_documented_error_name(laptop: Laptop, table: str) -> None:
    parameters = {
        "TableName": table,
        "Item": {"claim": {"S.$": "$.claim"}},
        "ConditionExpression": "attribute_not_exists(claim)",
    }
    states = {
        "First": task("dynamodb:putItem", parameters, ResultPath=None, Next="Second") | {"End": False},
        "Second": task("dynamodb:putItem", parameters, Catch=catch("DynamoDB.ConditionalCheckFailedException")),
        "Caught": CAUGHT,
    }
    del states["First"]["End"]
    caught = json.loads(run(laptop, states, "First", {"claim": "one"})["output"])
    assert caught["Error"] == "DynamoDB.ConditionalCheckFailedException"


def test_sdk_error_has_the_name_of_the_exception_class(laptop: Laptop) -> None:
    missing = "arn:aws:states:us-east-1:000000000000:execution:none:none"
    states = {
        "Look": task("aws-sdk:sfn:describeExecution", {"ExecutionArn": missing}, Catch=catch()),
        "Caught": CAUGHT,
    }
    assert json.loads(run(laptop, states, "Look")["output"])["Error"] == "Sfn.ExecutionDoesNotExistException"


def test_retry_runs_its_attempts_and_then_the_catcher(laptop: Laptop) -> None:
    retry = [{"ErrorEquals": ["Glue.EntityNotFoundException"], "IntervalSeconds": 1, "MaxAttempts": 3}]
    states = {
        "Get": task("aws-sdk:glue:getCrawler", {"Name": "none"}, Retry=retry, Catch=catch()),
        "Caught": CAUGHT,
    }
    execution = start(laptop, states, "Get")
    assert json.loads(ended(laptop, execution)["output"])["Error"] == "Glue.EntityNotFoundException"
    assert attempts(laptop, execution) == 4


def test_error_without_attempts_is_not_retried_by_a_later_retrier(laptop: Laptop) -> None:
    retry = [
        {"ErrorEquals": ["Glue.EntityNotFoundException"], "MaxAttempts": 0},
        {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 3},
    ]
    execution = start(laptop, {"Get": task("aws-sdk:glue:getCrawler", {"Name": "none"}, Retry=retry)}, "Get")
    ended(laptop, execution)
    assert attempts(laptop, execution) == 1


def test_fails_when_a_path_finds_nothing_and_no_catcher_holds_it(laptop: Laptop, table: str) -> None:
    states = {
        "Put": task("dynamodb:putItem", {"TableName": table, "Item": {"claim": {"S.$": "$.no"}}}, Catch=catch()),
        "Caught": CAUGHT,
    }
    answer = run(laptop, states, "Put", {"claim": "x"})
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert "'$.no'" in answer["cause"]


def test_fails_with_intrinsic_failure(laptop: Laptop) -> None:
    states = {"Pass": {"Type": "Pass", "Parameters": {"x.$": "States.StringToJson($.text)"}, "End": True}}
    assert run(laptop, states, "Pass", {"text": "{"})["error"] == "States.IntrinsicFailure"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("States.ArrayGetItem(States.StringSplit($.key, '/'), 0)", "orders"),
        ("States.Format('{}#{}', $.key, $.n)", "orders/x.csv#7"),
        ("States.Hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("States.ArrayContains($.list, 'b')", True),
        ("States.JsonMerge($.left, $.right, false)", {"a": 1, "b": 3}),
        ("States.MathAdd($.n, -2)", 5),
    ],
)
def test_intrinsic_functions(laptop: Laptop, expression: str, value: object) -> None:
    given = {"key": "orders/x.csv", "n": 7, "list": ["a", "b"], "left": {"a": 1, "b": 2}, "right": {"b": 3}}
    answer = run(laptop, {"Pass": {"Type": "Pass", "Parameters": {"x.$": expression}, "End": True}}, "Pass", given)
    assert json.loads(answer["output"])["x"] == value


def test_object_message_is_published_as_json_text(laptop: Laptop) -> None:
    sns, sqs = laptop.client("sns"), laptop.client("sqs")
    topic = sns.create_topic(Name=f"alerts-{uuid.uuid4().hex[:6]}")["TopicArn"]
    url = sqs.create_queue(QueueName=f"inbox-{uuid.uuid4().hex[:6]}")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    parameters = {
        "TopicArn": topic,
        "Subject": "Lake",
        "Message": {"outcome": "FAILED", "rows": 3},
        "MessageAttributes": {"outcome": {"DataType": "String", "StringValue": "FAILED"}},
    }
    answer = run(laptop, {"Tell": task("sns:publish", parameters)}, "Tell")
    assert json.loads(answer["output"])["MessageId"]
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    body = json.loads(message["Body"])
    assert json.loads(body["Message"]) == {"outcome": "FAILED", "rows": 3}
    assert body["MessageAttributes"]["outcome"]["Value"] == "FAILED"


def test_map_keeps_the_order_of_its_items_with_bounded_concurrency(laptop: Laptop) -> None:
    states = {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "StartAt": "Wait",
                "States": {"Wait": {"Type": "Wait", "SecondsPath": "$", "End": True}},
            },
            "End": True,
        }
    }
    assert json.loads(run(laptop, states, "Each", {"items": [5, 1, 3]})["output"]) == [5, 1, 3]


def test_variables_of_a_map_iteration_do_not_leak(laptop: Laptop) -> None:
    body = {"Type": "Pass", "Assign": {"seen": "{% $states.input %}"}, "Next": "Show"}
    show = {"Type": "Pass", "Output": "{% $seen %}", "End": True}
    states = {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": body, "Show": show}},
            "End": True,
        }
    }
    answer = run(laptop, states, "Each", {"items": ["a", "b", "c"]}, QueryLanguage="JSONata")
    assert json.loads(answer["output"]) == ["a", "b", "c"]


def test_output_of_a_succeed_state_is_the_result(laptop: Laptop) -> None:
    states = {"Done": {"Type": "Succeed", "Output": {"outcome": "{% $states.input.name & '!' %}"}}}
    answer = run(laptop, states, "Done", {"name": "done"}, QueryLanguage="JSONata")
    assert json.loads(answer["output"]) == {"outcome": "done!"}
