"""The entry of post-annotation with S3 in memory."""

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
}
Annotate = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def annotate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Annotate]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "post_annotation")
    monkeypatch.setenv("TASKS", json.dumps(TASKS))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def run(attribute: str, answers: dict[str, list[tuple[str, Any]]], categories: list[str]) -> list[dict[str, Any]]:
        payload = [
            {
                "datasetObjectId": name,
                "dataObject": {"s3Uri": f"s3://lake/{name}.png"},
                "annotations": [
                    {"workerId": worker, "annotationData": {"content": json.dumps(content)}}
                    for worker, content in given
                ],
            }
            for name, given in answers.items()
        ]
        key = f"{REQUESTS}/iteration-1/1.json"
        boto3.client("s3").put_object(Bucket="lake", Key=key, Body=json.dumps(payload))
        event = {
            "version": "2018-10-16",
            "labelingJobArn": JOB,
            "labelCategories": categories,
            "labelAttributeName": attribute,
            "roleArn": "arn:aws:iam::000000000000:role/labeling",
            "payload": {"s3Uri": f"s3://lake/{key}"},
        }
        module = importlib.import_module("post_annotation.handler")
        answer: list[dict[str, Any]] = module.handle(event, CONTEXT)
        return answer

    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="lake")
        yield run
    sys.modules.pop("post_annotation.handler", None)


def image(label: str) -> dict[str, Any]:
    return {"crowd-image-classifier": {"label": label}}


def test_majority_of_the_workers_gives_number_name_and_confidence(annotate: Annotate) -> None:
    given = [("a", image("soccer")), ("b", image("cricket")), ("c", image("cricket"))]
    (entry,) = annotate("sports", {"0": given}, ["soccer", "cricket"])
    assert entry["datasetObjectId"] == "0"
    content = entry["consolidatedAnnotation"]["content"]
    assert content["sports"] == 1
    metadata = content["sports-metadata"]
    assert metadata["class-name"] == "cricket"
    assert metadata["confidence"] == pytest.approx(2 / 3)
    assert metadata["type"] == "groundtruth/image-classification"
    assert metadata["human-annotated"] == "yes"
    assert metadata["job-name"] == "sports-1"
