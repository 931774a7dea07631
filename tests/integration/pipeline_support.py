"""A lake that the CDK CLI deployed, and its pipelines: start, disturb, wait, look."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import awswrangler as wr
import pytest

from laptop import aws

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 240
T = TypeVar("T")


@dataclass(frozen=True)
class Execution:
    """One run of a pipeline that has ended."""

    arn: str
    status: str
    error: str
    cause: str
    output: Any
    # When the execution entered each of its states first.
    entered: dict[str, datetime]
    ended: datetime

    @property
    def name(self) -> str:
        return self.arn.rsplit(":", 1)[-1]


@dataclass
class PipelineLake:
    """The deployed lake of one emulator."""

    laptop: Any
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.laptop.client(service)
        return self._clients[service]

    @cached_property
    def outputs(self) -> dict[str, str]:
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        ours = [stack for stack in stacks if stack["StackName"].startswith("lake-laptop-")]
        return {item["OutputKey"]: item["OutputValue"] for stack in ours for item in stack.get("Outputs", [])}

    def put(self, key: str, text: str) -> str:
        """Put a raw file and return its key."""
        self.client("s3").put_object(Bucket=self.outputs["RawBucketName"], Key=key, Body=text.encode())
        return key

    def start(self, product: str, document: Any) -> str:
        machine = self.outputs[f"{product}PipelineArn"]
        started = self.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(document))
        return str(started["executionArn"])

    def started_by(self, product: str, name: str, value: str) -> list[str]:
        """Wait for executions whose input says so, as `key` of an object or as `request`."""
        machine = self.outputs[f"{product}PipelineArn"]

        def found() -> list[str] | None:
            listed = self.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
            arns = [each["executionArn"] for each in listed]
            return [arn for arn in arns if self.input(arn).get(name) == value] or None

        return wait_for(found, f"an execution with {name} {value}")

    def input(self, execution: str) -> Any:
        return json.loads(self.client("stepfunctions").describe_execution(executionArn=execution)["input"])

    def end(self, execution: str) -> Execution:
        """Wait until an execution has ended."""
        states = self.client("stepfunctions")

        def ended() -> Any:
            described = states.describe_execution(executionArn=execution)
            return described if described["status"] != "RUNNING" else None

        described = wait_for(ended, f"the end of {execution}")
        pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
        events = [event for page in pages for event in page["events"] if "stateEnteredEventDetails" in event]
        return Execution(
            arn=execution,
            status=described["status"],
            error=described.get("error", ""),
            cause=described.get("cause", ""),
            output=json.loads(described.get("output") or "null"),
            entered={each["stateEnteredEventDetails"]["name"]: each["timestamp"] for each in reversed(events)},
            ended=described["stopDate"],
        )

    def running_job(self, job: str, besides: set[str]) -> str:
        """Wait until a job runs, and return the run's id; `besides` are the runs that are known."""

        def running() -> str | None:
            runs = self.client("glue").get_job_runs(JobName=self.outputs[job])["JobRuns"]
            new = [each["Id"] for each in runs if each["JobRunState"] == "RUNNING" and each["Id"] not in besides]
            return new[0] if new else None

        return wait_for(running, f"a run of {job}")

    def stop_job(self, job: str, run: str) -> None:
        self.client("glue").batch_stop_job_run(JobName=self.outputs[job], JobRunIds=[run])

    def claim(self, execution: str) -> dict[str, str]:
        """Give the ledger's row of an execution's input."""
        given = self.input(execution)
        claim = f"{given['bucket']}/{given['key']}#{given['etag']}"
        table = self.outputs["LedgerTableName"]
        item = self.client("dynamodb").get_item(TableName=table, Key={"claim": {"S": claim}})["Item"]
        return {name: next(iter(value.values())) for name, value in item.items()}

    def rows(self, sql: str, database: str = "lake_curated") -> list[tuple[Any, ...]]:
        with self.environment():
            frame = wr.athena.read_sql_query(
                sql,
                database=database,
                workgroup="lake-engineers",
                ctas_approach=False,
                athena_query_wait_polling_delay=POLL_SECONDS,
                boto3_session=self.laptop.session(),
            )
        return [tuple(row) for row in frame.itertuples(index=False)]

    @contextmanager
    def environment(self) -> Iterator[dict[str, str]]:
        """Point AWS tools of this process, awswrangler among them, at the emulator."""
        variables = aws.environment(self.laptop.home, self.laptop.run)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            yield variables

    def listen(self) -> str:
        """Subscribe a new queue to the alerts' topic and return its address."""
        queue = self.client("sqs").create_queue(QueueName="pipeline-test")["QueueUrl"]
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        self.client("sns").subscribe(
            TopicArn=self.outputs["AlertsTopicArn"],
            Protocol="sqs",
            Endpoint=attributes["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )
        return str(queue)

    def heard(self, queue: str) -> list[dict[str, Any]]:
        """Take the notices of pipelines from a queue."""
        found: list[dict[str, Any]] = []
        while messages := self.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found += [json.loads(message["Body"]) for message in messages if message["Body"].startswith("{")]
        return [message for message in found if "execution" in message]


def wait_for(condition: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := condition()) is None:
        assert time.monotonic() < deadline, f"{what} must come within {PATIENCE_SECONDS} s"
        time.sleep(POLL_SECONDS)
    return found
