from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from laptop.emulator.sagemaker import built_in
from laptop.state import PROJECT

CLASSES = ("cat", "dog", "bird")
REQUEST = {"LabelingJobName": "job", "LabelAttributeName": "animal"}
ACS = "arn:aws:lambda:us-east-1:432418664414:function:ACS-ImageMultiClass"


def entry(object_id: str, answers: Mapping[str, Any], element: str = "crowd-image-classifier") -> dict[str, Any]:
    return {
        "datasetObjectId": object_id,
        "annotations": [
            {"workerId": worker, "annotationData": {"content": json.dumps({element: {"label": label}})}}
            for worker, label in answers.items()
        ],
    }


def consolidated(*entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = built_in.consolidate(ACS, entries, CLASSES, REQUEST, "now")
    return {each["datasetObjectId"]: each["consolidatedAnnotation"]["content"] for each in found}


@pytest.mark.parametrize(
    ("function", "name", "known"),
    [
        (ACS, "ACS-ImageMultiClass", True),
        ("arn:aws:lambda:eu-west-1:568282634449:function:PRE-TextMultiClass", "PRE-TextMultiClass", True),
        ("arn:aws:lambda:us-east-1:432418664414:function:PRE-BoundingBox", "PRE-BoundingBox", False),
        ("arn:aws:lambda:us-east-1:000000000000:function:PREpare", None, False),
    ],
)
def test_functions_of_aws_are_told_from_others(function: str, name: str | None, known: bool) -> None:
    assert (built_in.name_of(function), built_in.is_known(function)) == (name, known)


def test_the_label_is_the_number_of_the_class_with_documented_metadata() -> None:
    found = consolidated(entry("7", {"a": "dog", "b": "dog", "c": "cat"}))["7"]
    assert found["animal"] == 1
    assert 0.5 < found["animal-metadata"].pop("confidence") < 1
    assert found["animal-metadata"] == {
        "class-name": "dog",
        "type": "groundtruth/image-classification",
        "job-name": "labeling-job/job",
        "human-annotated": "yes",
        "creation-date": "now",
    }


def test_the_confidence_of_a_single_answer_is_zero() -> None:
    assert consolidated(entry("0", {"a": "bird"}))["0"]["animal-metadata"]["confidence"] == 0.0


def test_answers_that_cannot_be_used_do_not_count_and_objects_without_others_are_left_out() -> None:
    broken = entry("0", {"a": "cow", "b": None})
    broken["annotations"].append({"workerId": "c", "annotationData": {"content": "{"}})
    assert consolidated(broken, entry("1", {"a": "cat"}, element="label")) == {}


def test_workers_count_by_how_often_they_are_right() -> None:
    chance = random.Random(1)
    truths = {str(number): chance.choice(CLASSES) for number in range(200)}
    others = {key: {"spammer-1": "cat", "spammer-2": "cat"} for key in truths}
    votes = {key: {"good-1": truth, "good-2": truth} | others[key] for key, truth in truths.items()}
    found = built_in.estimate(votes, CLASSES)
    assert {key: label for key, (label, _) in found.items()} == truths


def test_the_template_gets_the_object_and_the_classes() -> None:
    assert built_in.task_input({"source-ref": "s3://b/k"}, CLASSES) == {
        "taskObject": "s3://b/k",
        "labels": ["cat", "dog", "bird"],
    }
    assert built_in.task_input({"source": "text"}, CLASSES)["taskObject"] == "text"


def test_pages_of_tasks_that_machines_may_label_name_their_element_as_aws_reads_it() -> None:
    automated = [file for file in PROJECT.glob("labeling/*/task.toml") if "automated = true" in file.read_text()]
    assert automated
    for file in automated:
        page = (file.parent / "template.liquid.html").read_text()
        assert 'name="crowd-image-classifier"' in page or 'name="crowd-classifier"' in page
