"""Which objects workers see, and what of them; with S3 and the ledger in memory."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from lake_common.labeling import tasks as packed
from moto import mock_aws
from pre_annotation.services import Services, only, rekognized

from tests.unit.labeling.making import TASKS

CONTEXT = SimpleNamespace(
    function_name="function", memory_limit_in_mb=512, invoked_function_arn="arn:function", aws_request_id="request"
)
PNG = b"\x89PNG\r\n\x1a\n"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "LEDGER_TABLE": "ledger",
    "REKOGNITION": "off",
    "COMPREHEND_ENDPOINT": "",
    "CONFIDENCE": "0.9",
}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Import the entry as Lambda does, with a bucket and a ledger."""
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps([task.as_dict() for task in TASKS.values()]))
    monkeypatch.setattr(packed.read_tasks, "__defaults__", (file,))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3: Any = boto3.client("s3")
        dynamodb: Any = boto3.client("dynamodb")
        s3.create_bucket(Bucket="labeling")
        keys = [("task", "HASH"), ("item", "RANGE")]
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        )
        sys.modules.pop("pre_annotation.handler", None)
        handler = importlib.import_module("pre_annotation.handler")
        yield SimpleNamespace(s3=s3, dynamodb=dynamodb, handle=lambda event: handler.handle(event, CONTEXT))


@pytest.fixture
def ask(world: SimpleNamespace) -> Ask:
    """Ask about an image by its key, or about a text."""

    def run(
        key: str | None = None, *, text: str | None = None, task: str = "sports", number: int = 1, **more: Any
    ) -> dict[str, Any]:
        line = {"source-ref": f"s3://labeling/{key}"} if text is None else {"source": text, "lake-object": key}
        arn = f"arn:aws:sagemaker:us-east-1:000000000000:labeling-job/{task}-{number:05d}-abcdef01"
        found: dict[str, Any] = world.handle(
            {"version": "2018-10-16", "labelingJobArn": arn, "dataObject": line | more}
        )
        return found

    return run


@pytest.fixture
def put(world: SimpleNamespace) -> Callable[[str, bytes], None]:
    return lambda key, content: world.s3.put_object(Bucket="labeling", Key=key, Body=content)


def verdict(world: SimpleNamespace, name: str, task: str = "sports") -> dict[str, str]:
    key = {"task": {"S": task}, "item": {"S": f"verdict#{name}"}}
    item = world.dynamodb.get_item(TableName="ledger", Key=key).get("Item", {})
    return {name: value["S"] for name, value in item.items()}


def mark_labeled(world: SimpleNamespace, name: str) -> None:
    item = {"task": {"S": "sports"}, "item": {"S": f"object#{name}"}}
    world.dynamodb.put_item(TableName="ledger", Item=item)


def test_image_goes_to_workers_by_its_address_with_the_labels(ask: Ask, put: Any) -> None:
    put("a.png", PNG + b"1")

    assert ask("a.png") == {
        "taskInput": {
            "taskObject": "s3://labeling/a.png",
            "labels": ["soccer", "swimming", "baseball", "cricket"],
        },
        "isHumanAnnotationRequired": True,
    }


def test_text_goes_to_workers_whole_whether_it_comes_in_the_manifest_or_as_a_file(ask: Ask, put: Any) -> None:
    put("mail.txt", "Grüße & <b>".encode())

    inline = ask("m-1", text="Cheap watches", task="mail")
    file = ask("mail.txt", task="mail")

    assert (inline["taskInput"]["taskObject"], inline["isHumanAnnotationRequired"]) == ("Cheap watches", True)
    assert (file["taskInput"]["taskObject"], file["isHumanAnnotationRequired"]) == ("Grüße & <b>", True)


def test_verification_shows_the_label_that_it_judges(ask: Ask, put: Any) -> None:
    put("a.png", PNG + b"1")

    found = ask("a.png", task="sports-check", sports=3, **{"sports-metadata": {"class-name": "cricket"}})

    assert found["taskInput"]["auditedLabel"] == "cricket"
    assert found["taskInput"]["labels"] == ["right", "wrong"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "it is missing, may not be read or is too large"),
        (b"", "it is empty"),
        (b"GIF89a", "it is none of ['JPEG', 'PNG']"),
    ],
)
def test_object_that_cannot_be_labeled_is_spared_the_workers_and_its_reason_kept(
    world: SimpleNamespace, ask: Ask, put: Any, content: bytes | None, problem: str
) -> None:
    if content is not None:
        put("a.png", content)

    assert ask("a.png")["isHumanAnnotationRequired"] is False
    kept = verdict(world, "s3://labeling/a.png")
    assert (kept["kind"], kept["problem"], kept["job"]) == ("refused", problem, "sports-00001-abcdef01")


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"caf\xe9", "no UTF-8 text"), (b"x" * 100_001, "too large")],
    ids=["latin-1", "long"],
)
def test_text_that_cannot_be_shown_is_refused(
    world: SimpleNamespace, ask: Ask, put: Any, content: bytes, problem: str
) -> None:
    put("a.txt", content)

    assert ask("a.txt", task="mail") == {
        "taskInput": {"taskObject": "", "labels": ["spam", "ham"]},
        "isHumanAnnotationRequired": False,
    }
    assert problem in verdict(world, "s3://labeling/a.txt", "mail")["problem"]


def test_second_object_of_the_same_content_waits_for_the_first(world: SimpleNamespace, ask: Ask, put: Any) -> None:
    for key in ("a.png", "b.png"):
        put(key, PNG + b"same")

    first, second, again = ask("a.png"), ask("b.png"), ask("a.png")

    assert [each["isHumanAnnotationRequired"] for each in (first, second, again)] == [True, False, True]
    assert verdict(world, "s3://labeling/b.png")["of"] == "s3://labeling/a.png"


def test_copy_is_asked_about_when_its_original_was_left_unlabeled_by_an_earlier_job(ask: Ask, put: Any) -> None:
    for key in ("a.png", "b.png"):
        put(key, PNG + b"same")
    ask("a.png", number=1)

    assert ask("b.png", number=2)["isHumanAnnotationRequired"] is True
    assert ask("a.png", number=2)["isHumanAnnotationRequired"] is False


def test_copy_of_what_an_earlier_job_labeled_needs_no_worker(world: SimpleNamespace, ask: Ask, put: Any) -> None:
    for key in ("a.png", "b.png"):
        put(key, PNG + b"same")
    ask("a.png", number=1)
    mark_labeled(world, "s3://labeling/a.png")

    assert ask("b.png", number=2)["isHumanAnnotationRequired"] is False
    assert verdict(world, "s3://labeling/b.png")["kind"] == "duplicate"


def test_object_that_has_its_label_needs_no_worker(world: SimpleNamespace, ask: Ask, put: Any) -> None:
    put("a.png", PNG + b"1")
    mark_labeled(world, "s3://labeling/a.png")

    assert ask("a.png")["isHumanAnnotationRequired"] is False
    assert verdict(world, "s3://labeling/a.png")["kind"] == "labeled"


def test_same_content_is_asked_about_again_in_another_task(ask: Ask, put: Any) -> None:
    put("a.png", PNG + b"1")
    ask("a.png")

    assert ask("a.png", task="digits")["isHumanAnnotationRequired"] is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "2017-01-01"}, "version of the event must be 2018-10-16"),
        ({"dataObject": {}}, "either source or source-ref"),
        ({"labelingJobArn": "arn:aws:sagemaker:::labeling-job/other"}, "is called <task>-<number>-<digest>"),
    ],
)
def test_fails_for_an_event_that_ground_truth_does_not_send(
    world: SimpleNamespace, change: dict[str, Any], message: str
) -> None:
    event = {
        "version": "2018-10-16",
        "labelingJobArn": "arn:aws:sagemaker:::labeling-job/sports-00001-abcdef01",
        "dataObject": {"source-ref": "s3://labeling/a.png"},
    }
    with pytest.raises(ValueError, match=message):
        world.handle(event | change)


def label(name: str, confidence: float, *aliases: str) -> dict[str, Any]:
    return {"Name": name, "Confidence": confidence, "Aliases": [{"Name": alias} for alias in aliases]}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([label("Soccer", 99.0), label("Grass", 99.9)], "soccer"),
        ([label("Football", 99.0, "Soccer")], "soccer"),
        ([label("Soccer", 80.0)], None),
        ([label("Soccer", 99.0), label("Cricket", 98.0)], None),
        ([], None),
    ],
    ids=["sure", "by an alias", "unsure", "two", "nothing"],
)
def test_rekognition_answers_if_it_is_sure_of_one_category(labels: list[dict[str, Any]], expected: str | None) -> None:
    services = Services(
        rekognition=lambda: SimpleNamespace(detect_labels=lambda **_: {"Labels": labels}),
        comprehend=None,
        comprehend_endpoint="",
        confidence=0.95,
    )

    found = services.guess(TASKS["sports"], PNG)

    assert (found.label if found else None) == expected


def test_comprehend_answers_for_texts_of_its_task() -> None:
    classes = [{"Name": "spam", "Score": 0.99}, {"Name": "ham", "Score": 0.01}]
    asked: list[dict[str, Any]] = []

    def classify(**request: Any) -> dict[str, Any]:
        asked.append(request)
        return {"Classes": classes}

    services = Services(
        rekognition=None,
        comprehend=lambda: SimpleNamespace(classify_document=classify),
        comprehend_endpoint="arn:endpoint",
        confidence=0.95,
    )

    found = services.guess(TASKS["mail"], b"Cheap watches")

    assert found is not None
    assert (found.label, found.confidence, found.by) == ("spam", 0.99, "comprehend")
    assert asked == [{"Text": "Cheap watches", "EndpointArn": "arn:endpoint"}]
    assert services.guess(TASKS["sports"], PNG) is None
    assert services.guess(TASKS["mail"], b"x" * 10_001) is None


def test_best_of_a_categorys_names_counts() -> None:
    assert rekognized([label("Soccer", 50.0), label("Ball", 90.0, "soccer")], TASKS["sports"]) == {"soccer": 0.9}
    assert only({"soccer": 0.9, "stranger": 1.0}, TASKS["sports"], 0.9) is not None
