"""Labeling from a workstation: through the SageMaker SDK, and so that the workflow knows of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from lake_common.labeling.requests import labeling_job
from lake_common.labeling.tasks import job_name
from moto import mock_aws

from config.loader import load
from labeling import __main__ as command
from labeling.sdk import Labeling, LabelingError
from labeling.workflow import label
from smoke.lake import Lake
from tests.unit.labeling.making import REGION, TASKS, settings

OUTPUTS = {
    "LabelingLedgerTableName": "ledger",
    "LabelingManifestFunctionName": "manifest",
    "LabelingPipelineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:Labels",
}
FOLDER = {"prefix": "objects/sports/"}


@cache
def sagemaker() -> Any:
    """Make the client once: its model is large."""
    make: Any = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION).client
    return make("sagemaker")


class Session(boto3.Session):
    """A session whose SageMaker is a stub, whose functions are canned, and whose executions end."""

    def __init__(self) -> None:
        super().__init__(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        self.sagemaker = sagemaker()
        self.stub = Stubber(self.sagemaker)
        self.built: dict[str, Any] = {}
        self.refused = False
        self.statuses = iter(["RUNNING", "SUCCEEDED"])
        self.started: list[dict[str, Any]] = []

    def client(self, service_name: str, *arguments: Any, **options: Any) -> Any:
        if service_name == "sagemaker":
            return self.sagemaker
        if service_name in ("lambda", "stepfunctions"):
            return self
        make: Any = super().client
        return make(service_name, *arguments, **options)

    def invoke(self, **_: Any) -> dict[str, Any]:
        error = {"FunctionError": "Unhandled"} if self.refused else {}
        return {"Payload": io.BytesIO(json.dumps(self.built).encode()), **error}

    def start_execution(self, **request: Any) -> dict[str, Any]:
        self.started.append(request)
        return {"executionArn": "arn:execution"}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        status = next(self.statuses)
        found = {"output": '{"outcome": "SUCCEEDED"}'} if status == "SUCCEEDED" else {"error": "E", "cause": "because"}
        return {"status": status, **found}


@pytest.fixture
def session() -> Iterator[Session]:
    with mock_aws():
        session = Session()
        dynamodb: Any = boto3.Session.client(session, "dynamodb")
        keys = [("task", "HASH"), ("item", "RANGE")]
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        )
        yield session
        session.stub.deactivate()


@pytest.fixture
def lake(session: Session) -> Lake:
    return Lake(load("laptop"), OUTPUTS, session)


def expect(session: Session, task: str = "sports", **changes: Any) -> dict[str, Any]:
    """Expect exactly the request of a task, then a description of the job."""
    name = job_name(task, 1, "0123456789")
    arguments = labeling_job(TASKS[task], settings(**changes), name=name, manifest="s3://labeling/m")
    session.built = {"objects": 3, "stream": False, "name": name, "arguments": arguments, "labeled_before": 0}
    session.stub.add_response("create_labeling_job", {"LabelingJobArn": f"arn:{name}"}, arguments)
    describe(session, name, "InProgress")
    session.stub.activate()
    return arguments


def describe(session: Session, name: str, status: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    arguments = labeling_job(TASKS["sports"], settings(), name=name, manifest="s3://labeling/m")
    answer = {
        **{
            key: arguments[key]
            for key in ("LabelingJobName", "InputConfig", "OutputConfig", "RoleArn", "HumanTaskConfig")
        },
        "LabelingJobStatus": status,
        "LabelCounters": {"TotalLabeled": 1, "HumanLabeled": 1},
        "CreationTime": now,
        "LastModifiedTime": now,
        "JobReferenceCode": "ref",
        "LabelingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/x",
    }
    session.stub.add_response("describe_labeling_job", answer, {"LabelingJobName": name})


def ledger(session: Session, task: str = "sports") -> dict[str, Any]:
    table: Any = session.client("dynamodb")
    item = table.get_item(TableName="ledger", Key={"task": {"S": task}, "item": {"S": "job"}}).get("Item", {})
    return {name: next(iter(value.values())) for name, value in item.items()}


@pytest.mark.parametrize(
    ("task", "changes"),
    [(task, {}) for task in TASKS]
    + [
        ("digits", {"automated": True}),
        (
            "sports",
            {
                "workteam_arn": "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default",
                "price_tenth_cents": 36,
                "content": ("FreeOfAdultContent",),
            },
        ),
    ],
)
def test_sdk_sends_exactly_the_request_that_was_checked(
    session: Session, lake: Lake, task: str, changes: dict[str, Any]
) -> None:
    expect(session, task, **changes)

    job = Labeling(lake=lake).order(task, FOLDER, request="friday")

    session.stub.assert_no_pending_responses()
    assert job.labeling_job_status == "InProgress"


def test_job_is_in_the_ledger_as_the_workflow_writes_it(session: Session, lake: Lake) -> None:
    arguments = expect(session)

    Labeling(lake=lake).order("sports", FOLDER, request="friday")

    found = ledger(session)
    assert json.loads(found.pop("arguments")) == arguments
    assert found == {
        "task": "sports",
        "item": "job",
        "number": "1",
        "name": arguments["LabelingJobName"],
        "status": "OPEN",
        "request": "friday",
        "stream": False,
    }


def test_fails_while_a_job_of_the_task_is_open(session: Session, lake: Lake) -> None:
    expect(session)
    Labeling(lake=lake).order("sports", FOLDER, request="friday")

    with pytest.raises(LabelingError, match="is open; run the workflow"):
        Labeling(lake=lake).order("sports", FOLDER, request="saturday")


def test_fails_when_somebody_else_orders_in_the_same_moment(
    session: Session, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(session)
    jobs = Labeling(lake=lake)
    monkeypatch.setattr(Labeling, "_latest", lambda *_: None)
    jobs.order("sports", FOLDER, request="friday")

    with pytest.raises(LabelingError, match="another job of sports was ordered meanwhile"):
        jobs.order("sports", FOLDER, request="saturday")


def test_fails_with_what_the_deployed_checks_say(session: Session, lake: Lake) -> None:
    session.built, session.refused = {"errorType": "ManifestError", "errorMessage": "line 1 is bad"}, True

    with pytest.raises(LabelingError, match="ManifestError: line 1 is bad"):
        Labeling(lake=lake).order("sports", FOLDER, request="friday")
    assert ledger(session) == {}


def test_fails_when_nothing_is_left(session: Session, lake: Lake) -> None:
    session.built = {"objects": 0, "stream": False, "name": "n", "arguments": {}, "labeled_before": 7}

    with pytest.raises(LabelingError, match="nothing of sports is left to label: 7 objects have labels"):
        Labeling(lake=lake).order("sports", FOLDER, request="friday")
    assert ledger(session) == {}


def test_job_is_awaited_until_it_has_ended(session: Session, lake: Lake) -> None:
    name = job_name("sports", 1, "0123456789")
    for status in ("InProgress", "InProgress", "Completed"):
        describe(session, name, status)
    session.stub.activate()
    job = Labeling(lake=lake).job(name)

    job.wait(poll=0)

    assert (job.labeling_job_status, job.label_counters.human_labeled) == ("Completed", 1)


def test_fails_for_a_job_that_is_not_the_lakes(lake: Lake) -> None:
    with pytest.raises(ValueError, match="is called <task>-<number>-<digest>"):
        Labeling(lake=lake).job("somebody-elses")


def test_fails_where_labeling_is_not_deployed(session: Session) -> None:
    lake = Lake(load("laptop"), {}, session)
    with pytest.raises(LabelingError, match="laptop has no output LabelingLedgerTableName"):
        Labeling(lake=lake).order("sports", FOLDER, request="friday")
    with pytest.raises(LabelingError, match="laptop has no labeling"):
        label(lake, "sports", FOLDER, request="friday")


def test_workflow_is_started_and_awaited(session: Session, lake: Lake) -> None:
    assert label(lake, "sports", FOLDER, request="friday", poll_seconds=0) == {"outcome": "SUCCEEDED"}
    (started,) = session.started
    assert json.loads(started["input"]) == {"task": "sports", "source": FOLDER, "request": "friday"}


def test_fails_with_the_cause_of_the_workflow(session: Session, lake: Lake) -> None:
    session.statuses = iter(["FAILED"])
    with pytest.raises(LabelingError, match="the workflow FAILED: E: because"):
        label(lake, "sports", FOLDER, request="friday", poll_seconds=0)


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        ([], {"prefix": "objects/sports/"}),
        (["--prefix", "objects/x/"], {"prefix": "objects/x/"}),
        (["--query", "select 1"], {"query": "select 1"}),
        (["--job", "j", "--below", "0.5"], {"job": "j", "below": 0.5}),
        (["--job", "j"], {"job": "j"}),
        (["--stream"], {"stream": True}),
    ],
)
def test_command_takes_every_source(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], source: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("smoke.lake.connect", lambda _: lake)

    def answer(_: Lake, task: str, given: Any, *, request: str) -> dict[str, str]:
        asked.append((task, given, request))
        return {"outcome": "NOTHING"}

    monkeypatch.setattr(command, "label", answer)

    status = command.main(["label", "sports", "--request", "r", *arguments])

    assert (status, asked) == (0, [("sports", source, "r")])
    assert json.loads(capsys.readouterr().out) == {"outcome": "NOTHING"}


def test_command_shows_a_job(
    session: Session, lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("smoke.lake.connect", lambda _: lake)
    name = job_name("sports", 1, "0123456789")
    describe(session, name, "Completed")
    session.stub.activate()

    assert command.main(["describe", name]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["labeling_job_name"], shown["labeling_job_status"]) == (name, "Completed")
    assert shown["label_counters"]["human_labeled"] == 1


def test_command_fails_with_a_message(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("smoke.lake.connect", lambda _: lake)
    assert command.main(["describe", "nonsense"]) == 1
    assert capsys.readouterr().err.startswith("error: a labeling job of the lake is called")


def test_command_lists_the_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["tasks"]) == 0
    assert "sports" in capsys.readouterr().out
