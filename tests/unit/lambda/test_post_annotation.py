"""The entry of post-annotation with S3 in memory: every kind of task, and what workers may send."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

CONTEXT = SimpleNamespace(
    function_name="function", memory_limit_in_mb=512, invoked_function_arn="arn:function", aws_request_id="request"
)
JOB = "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/sports-1"
REQUESTS = "jobs/sports-1/annotations/consolidated-annotation/consolidation-request"
TASKS = {
    "sports": {"kind": "image_classification", "method": "majority"},
    "mail": {"kind": "text_classification", "method": "dawid_skene"},
    "names": {"kind": "named_entities", "method": "dawid_skene"},
    "digits": {"kind": "bounding_boxes", "method": "dawid_skene"},
}
SPORTS = ["soccer", "cricket"]
Given = dict[str, list[tuple[str, Any]]]
Annotate = Callable[..., dict[str, dict[str, Any]]]
Handle = Callable[[dict[str, Any]], list[dict[str, Any]]]
S3: Any = None


@pytest.fixture(scope="module")
def handle() -> Iterator[Handle]:
    """Import the entry as Lambda does, once."""
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "post_annotation",
        "POWERTOOLS_METRICS_NAMESPACE": "Lake/Labels",
        "TASKS": json.dumps(TASKS),
    }
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setattr(sys.modules[__name__], "S3", boto3.client("s3"))
        S3.create_bucket(Bucket="lake")
        module = importlib.import_module("post_annotation.handler")
        yield lambda event: module.handle(event, CONTEXT)
    sys.modules.pop("post_annotation.handler", None)


@pytest.fixture
def annotate(handle: Handle) -> Iterator[Annotate]:
    """Hand a batch to the function and return the content of each object."""

    def run(
        attribute: str, given: Given, categories: list[str], batch: str = "iteration-1/1.json"
    ) -> dict[str, dict[str, Any]]:
        key = f"{REQUESTS}/{batch}"
        put(key, json.dumps([entry(name, answers) for name, answers in given.items()]))
        answer = handle(event(attribute, categories, f"s3://lake/{key}"))
        return {each["datasetObjectId"]: each["consolidatedAnnotation"]["content"] for each in answer}

    yield run
    for each in S3.list_objects_v2(Bucket="lake").get("Contents", ()):
        S3.delete_object(Bucket="lake", Key=each["Key"])


def put(key: str, text: str) -> None:
    S3.put_object(Bucket="lake", Key=key, Body=text.encode())


def quality(batch: str = "iteration-1/1.json") -> dict[str, Any]:
    body = S3.get_object(Bucket="lake", Key=f"jobs/sports-1/annotations/worker-quality/{batch}")["Body"]
    document: dict[str, Any] = json.loads(body.read())
    return document


def event(attribute: str, categories: list[str], payload: str) -> dict[str, Any]:
    return {
        "version": "2018-10-16",
        "labelingJobArn": JOB,
        "labelCategories": categories,
        "labelAttributeName": attribute,
        "roleArn": "arn:aws:iam::000000000000:role/labeling",
        "payload": {"s3Uri": payload},
    }


def entry(name: str, answers: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        "datasetObjectId": name,
        "dataObject": {"s3Uri": f"s3://lake/{name}.png"},
        "annotations": [
            {"workerId": worker, "annotationData": {"content": text if isinstance(text, str) else json.dumps(text)}}
            for worker, text in answers
        ],
    }


def chosen(label: str) -> dict[str, Any]:
    return {"label": {"label": label}}


def marked(*entities: tuple[int, int, str]) -> dict[str, Any]:
    found = [{"startOffset": start, "endOffset": end, "label": label} for start, end, label in entities]
    return {"entities": {"entities": found}}


def drawn(*boxes: tuple[int, int, int, int, str]) -> dict[str, Any]:
    found = [
        {"left": left, "top": top, "width": width, "height": height, "label": label}
        for left, top, width, height, label in boxes
    ]
    return {"boxes": {"boundingBoxes": found, "inputImageProperties": {"width": 200, "height": 100}}}


def test_class_has_number_name_confidence_and_the_metadata_of_the_built_in_types(annotate: Annotate) -> None:
    given = {"0": [("a", chosen("soccer")), ("b", chosen("cricket")), ("c", chosen("cricket"))]}
    content = annotate("sports", given, SPORTS)["0"]
    assert content["sports"] == 1
    metadata = content["sports-metadata"]
    assert metadata["class-name"] == "cricket"
    assert metadata["confidence"] == pytest.approx(2 / 3, abs=1e-4)
    assert metadata["type"] == "groundtruth/image-classification"
    assert metadata["human-annotated"] == "yes"
    assert metadata["job-name"] == "sports-1"
    assert metadata["creation-date"].startswith("20")
    assert metadata["workers"] == 3


def test_entities_keep_the_borders_most_workers_marked(annotate: Annotate) -> None:
    given = {
        "0": [
            ("a", marked((0, 5, "person"), (10, 16, "place"))),
            ("b", marked((0, 5, "person"))),
            ("c", marked((0, 4, "person"), (10, 16, "place"))),
        ]
    }
    content = annotate("names", given, ["person", "place"])["0"]
    assert content["names"]["annotations"]["entities"] == [
        {"startOffset": 0, "endOffset": 5, "label": "person"},
        {"startOffset": 10, "endOffset": 16, "label": "place"},
    ]
    assert content["names-metadata"]["type"] == "groundtruth/text-span"
    assert [0.0 < each["confidence"] < 1.0 for each in content["names-metadata"]["entities"]] == [True, True]


def test_boxes_have_class_numbers_the_size_of_the_image_and_a_confidence_each(annotate: Annotate) -> None:
    given = {
        "0": [
            ("a", drawn((10, 10, 40, 40, "seven"))),
            ("b", drawn((12, 10, 40, 42, "seven"))),
            ("c", drawn((11, 9, 41, 41, "one"), (150, 50, 20, 20, "one"))),
        ]
    }
    content = annotate("digits", given, ["one", "seven"])["0"]
    assert content["digits"]["image_size"] == [{"width": 200, "height": 100, "depth": 3}]
    (box,) = content["digits"]["annotations"]
    assert box["class_id"] == 1
    assert abs(box["left"] - 11) <= 1
    metadata = content["digits-metadata"]
    assert metadata["class-map"] == {"1": "seven"}
    assert metadata["type"] == "groundtruth/object-detection"
    assert 0.3 < metadata["objects"][0]["confidence"] < 1.0


def test_no_box_and_no_entity_are_answers_too(annotate: Annotate) -> None:
    boxes = annotate("digits", {"0": [("a", drawn()), ("b", drawn())]}, ["one"])
    assert boxes["0"]["digits"]["annotations"] == []
    entities = annotate("names", {"0": [("a", marked()), ("b", marked())]}, ["person"])
    assert entities["0"]["names"]["annotations"]["entities"] == []


def test_unusable_answer_is_recorded_and_the_others_count(annotate: Annotate) -> None:
    given = {"0": [("a", "not json"), ("b", chosen("cricket"))], "1": [("b", chosen("soccer"))]}
    content = annotate("sports", given, SPORTS)
    assert content["0"]["sports-metadata"]["class-name"] == "cricket"
    assert content["0"]["sports-metadata"]["workers"] == 1
    assert content["0"]["sports-metadata"]["unusable-answers"] == 1
    assert content["1"]["sports-metadata"]["unusable-answers"] == 0
    (problem,) = quality()["unusable"]
    assert (problem["object"], problem["worker"]) == ("0", "a")
    assert problem["reason"] == "the answer is not JSON"


def test_object_without_a_usable_answer_is_left_out_so_that_it_is_asked_again(annotate: Annotate) -> None:
    content = annotate("sports", {"0": [], "1": [("a", "")], "2": [("a", chosen("soccer"))]}, SPORTS)
    assert list(content) == ["2"]


def test_batch_without_any_usable_answer_returns_nothing(annotate: Annotate) -> None:
    for attribute in TASKS:
        assert annotate(attribute, {"0": [("a", "")], "1": []}, SPORTS) == {}


def test_entry_without_annotations_or_data_does_not_stop_the_batch(annotate: Annotate, handle: Handle) -> None:
    odd = [
        {"datasetObjectId": "0"},
        {"datasetObjectId": "1", "annotations": [{"workerId": "a"}, {"annotationData": {}}, None]},
        entry("2", [("a", chosen("soccer"))]),
    ]
    put(f"{REQUESTS}/iteration-1/odd.json", json.dumps(odd))
    answer = handle(event("sports", SPORTS, f"s3://lake/{REQUESTS}/iteration-1/odd.json"))
    assert [each["datasetObjectId"] for each in answer] == ["2"]


def test_long_answer_is_read_from_where_it_lies(annotate: Annotate, handle: Handle) -> None:
    put("answers/a.json", json.dumps(chosen("cricket")))
    far = entry("0", [])
    far["annotations"] = [{"workerId": "a", "annotationData": {"s3Uri": "s3://lake/answers/a.json"}}]
    put(f"{REQUESTS}/iteration-1/2.json", json.dumps([far]))
    (answer,) = handle(event("sports", SPORTS, f"s3://lake/{REQUESTS}/iteration-1/2.json"))
    assert answer["consolidatedAnnotation"]["content"]["sports"] == 1


def test_later_one_of_two_answers_by_a_worker_counts(annotate: Annotate) -> None:
    content = annotate("sports", {"0": [("a", chosen("soccer")), ("a", chosen("cricket"))]}, SPORTS)
    assert content["0"]["sports-metadata"]["class-name"] == "cricket"
    assert content["0"]["sports-metadata"]["workers"] == 1


def test_confidence_is_zero_when_one_worker_alone_answered(annotate: Annotate) -> None:
    for attribute in ("sports", "mail"):
        content = annotate(attribute, {"0": [("a", chosen("soccer"))]}, SPORTS)
        assert content["0"][f"{attribute}-metadata"]["confidence"] == 0.0


def test_categories_of_the_answers_are_used_if_the_job_has_none(annotate: Annotate) -> None:
    content = annotate("sports", {"0": [("a", chosen("b"))], "1": [("a", chosen("a"))]}, [])
    assert (content["0"]["sports"], content["1"]["sports"]) == (1, 0)


def spammers(objects: range) -> Given:
    """Two good workers against three who always say spam; every third mail is spam."""
    return {
        str(number): [
            *((name, chosen("spam" if number % 3 == 0 else "ham")) for name in ("good-1", "good-2")),
            *((name, chosen("spam")) for name in ("bad-1", "bad-2", "bad-3")),
        ]
        for number in objects
    }


def test_workers_are_known_from_earlier_batches(annotate: Annotate) -> None:
    answer = {"x": [("good-1", chosen("ham")), ("bad-1", chosen("spam")), ("bad-2", chosen("spam"))]}
    alone = annotate("mail", answer, ["ham", "spam"], "iteration-1/1.json")
    assert alone["x"]["mail-metadata"]["class-name"] == "spam"
    annotate("mail", spammers(range(40)), ["ham", "spam"], "iteration-2/1.json")
    known = annotate("mail", answer, ["ham", "spam"], "iteration-10/1.json")
    assert known["x"]["mail-metadata"]["class-name"] == "ham"
    assert list(known) == ["x"]


def test_object_that_comes_again_has_the_answers_of_this_batch(annotate: Annotate) -> None:
    annotate("mail", {"x": [("a", chosen("spam")), ("b", chosen("spam"))]}, ["ham", "spam"], "iteration-1/1.json")
    again = {"x": [("c", chosen("ham")), ("d", chosen("ham"))]}
    content = annotate("mail", again, ["ham", "spam"], "iteration-2/1.json")
    assert content["x"]["mail-metadata"]["class-name"] == "ham"


def test_batches_long_ago_are_left_when_there_are_many_answers(
    annotate: Annotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"x": [("good-1", chosen("ham")), ("bad-1", chosen("spam")), ("bad-2", chosen("spam"))]}
    annotate("mail", spammers(range(40)), ["ham", "spam"], "iteration-1/1.json")
    annotate("mail", {"y": [("other", chosen("ham"))] * 2}, ["ham", "spam"], "iteration-2/1.json")
    for most, label in ((202, "ham"), (201, "spam")):
        monkeypatch.setattr("post_annotation.handler.MOST_EARLIER_ANSWERS", most)
        known = annotate("mail", answer, ["ham", "spam"], "iteration-3/1.json")
        assert known["x"]["mail-metadata"]["class-name"] == label
        # What did not count in earlier batches was told then.
        assert quality("iteration-3/1.json")["unusable"] == []


def test_retry_returns_the_same_whatever_came_after(annotate: Annotate) -> None:
    first = annotate("mail", spammers(range(6)), ["ham", "spam"], "iteration-2/1.json")
    annotate("mail", spammers(range(100, 140)), ["ham", "spam"], "iteration-3/1.json")
    again = annotate("mail", spammers(range(6)), ["ham", "spam"], "iteration-2/1.json")
    for content in (*first.values(), *again.values()):
        del content["mail-metadata"]["creation-date"]
    assert again == first


def test_creation_date_is_that_of_the_payload(annotate: Annotate) -> None:
    content = annotate("sports", {"0": [("a", chosen("soccer"))]}, SPORTS)
    written = S3.head_object(Bucket="lake", Key=f"{REQUESTS}/iteration-1/1.json")["LastModified"]
    created = content["0"]["sports-metadata"]["creation-date"]
    assert created.startswith(written.strftime("%Y-%m-%dT%H:%M:%S"))


def test_quality_of_the_workers_lies_beside_the_answers(annotate: Annotate) -> None:
    annotate("mail", spammers(range(60)), ["ham", "spam"])
    workers = {each["worker"]: each for each in quality()["workers"]}
    assert workers["good-1"]["answers"] == 60
    assert workers["good-1"]["accuracy"] > 0.8 > workers["bad-1"]["accuracy"]
    assert workers["good-1"]["information"] > 0.3
    assert workers["bad-1"]["information"] < 0.05


def test_fails_for_an_attribute_without_task(annotate: Annotate) -> None:
    with pytest.raises(ValueError, match="TASKS must have the label attribute 'weather'"):
        annotate("weather", {"0": []}, SPORTS)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"version": "2020-01-01"}, "version of the event"), ({"payload": {}}, "the event must have 's3Uri'")],
)
def test_fails_for_an_event_of_another_shape(handle: Handle, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        handle(event("sports", SPORTS, "s3://lake/none") | change)


def test_fails_for_a_task_with_an_unknown_method() -> None:
    settings = importlib.import_module("post_annotation.settings").Settings
    with pytest.raises(ValueError, match="method must be one of majority, dawid_skene; got 'guess'"):
        settings.read({"TASKS": json.dumps({"sports": {"kind": "image_classification", "method": "guess"}})})


def test_payload_elsewhere_is_consolidated_by_itself(annotate: Annotate, handle: Handle) -> None:
    put("elsewhere.json", json.dumps([entry("0", [("a", chosen("soccer"))])]))
    (answer,) = handle(event("sports", SPORTS, "s3://lake/elsewhere.json"))
    assert answer["datasetObjectId"] == "0"
