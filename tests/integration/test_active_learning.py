"""A labeling job on the laptop in which people label some objects and a model the rest."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image
from sklearn.datasets import load_digits

from tests.integration.conftest import Laptop
from tests.integration.labeling_support import Studio, open_studio

ALGORITHM = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/image-classification"
# As few as automated labeling takes.
_PICTURES = 1250
DIGITS = [str(digit) for digit in range(10)]

PRE = """
def handle(event, context):
    return {"taskInput": {"taskObject": event["dataObject"]["source-ref"]}, "isHumanAnnotationRequired": True}
"""

POST = """
import json
from collections import Counter
import boto3

def handle(event, context):
    bucket, _, key = event["payload"]["s3Uri"].removeprefix("s3://").partition("/")
    batch = json.loads(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    name = event["labelAttributeName"]
    entries = []
    for item in batch:
        votes = Counter(json.loads(each["annotationData"]["content"])["label"]["label"] for each in item["annotations"])
        label, count = votes.most_common(1)[0]
        metadata = {"class-name": label, "confidence": count / len(item["annotations"]), "human-annotated": "yes"}
        content = {name: event["labelCategories"].index(label), name + "-metadata": metadata}
        entry = {"datasetObjectId": item["datasetObjectId"], "consolidatedAnnotation": {"content": content}}
        entries.append(entry)
    return entries
"""


class Gallery:
    """The pictures of scikit-learn's digits in S3, and jobs that label them."""

    def __init__(self, studio: Studio) -> None:
        pictures, truth = (found[:_PICTURES] for found in load_digits(return_X_y=True))
        self.studio = studio
        self.uris = [f"s3://{studio.bucket}/digits/{number}.png" for number in range(len(truth))]
        self.truth = dict(zip(self.uris, (str(digit) for digit in truth), strict=True))
        with ThreadPoolExecutor(4) as writers:
            list(writers.map(self._put, self.uris, pictures))
        labels = {"labels": [{"label": digit} for digit in DIGITS]}
        studio.s3.put_object(Bucket=studio.bucket, Key="digits.json", Body=json.dumps(labels).encode())
        self._functions = studio.function(PRE), studio.function(POST)

    def _put(self, uri: str, picture: Any) -> None:
        file = io.BytesIO()
        Image.fromarray((picture.reshape(8, 8) * 15.9).astype("uint8")).save(file, "PNG")
        self.studio.s3.put_object(Bucket=self.studio.bucket, Key=uri.split("/", 3)[3], Body=file.getvalue())

    def label(self, name: str, uris: list[str]) -> dict[str, Any]:
        """Run a job to its end."""
        manifest = self.studio.put_lines(f"{name}.manifest", [{"source-ref": uri} for uri in uris])
        request = self.studio.request(name, manifest, NumberOfHumanWorkersPerDataObject=1, MaxConcurrentTaskCount=200)
        pre, post = self._functions
        request["HumanTaskConfig"] |= {
            "PreHumanTaskLambdaArn": pre,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": post},
        }
        request |= {
            "LabelAttributeName": "digit",
            "LabelCategoryConfigS3Uri": f"s3://{self.studio.bucket}/digits.json",
            "LabelingJobAlgorithmsConfig": {"LabelingJobAlgorithmSpecificationArn": ALGORITHM},
        }
        self.studio.crowd(name, self.truth, [{"name": "ada", "accuracy": 1.0}])
        self.studio.api.create_labeling_job(**request)
        return self.studio.wait(name, seconds=400)


@pytest.fixture(scope="module")
def gallery(laptop: Laptop) -> Iterator[Gallery]:
    for studio in open_studio(laptop):
        yield Gallery(studio)


@pytest.fixture(scope="module")
def labeled(gallery: Gallery) -> list[dict[str, Any]]:
    """Output lines of a job that ran to its end."""
    job = gallery.label("digits-all", gallery.uris)
    assert job["LabelingJobStatus"] == "Completed", job
    return gallery.studio.output("digits-all")


def by_machine(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line.get("digit-metadata", {}).get("human-annotated") == "no"]


def test_a_machine_labels_seven_of_ten_digits_and_nineteen_of_twenty_of_them_right(
    gallery: Gallery, labeled: list[dict[str, Any]]
) -> None:
    machine = by_machine(labeled)
    right = sum(line["digit-metadata"]["class-name"] == gallery.truth[line["source-ref"]] for line in machine)
    assert len(machine) >= 0.7 * len(labeled)
    assert right >= 0.95 * len(machine)


def test_every_digit_has_a_label_of_a_person_or_of_the_machine(labeled: list[dict[str, Any]]) -> None:
    assert {line["digit-metadata"]["human-annotated"] for line in labeled} == {"yes", "no"}
    assert all(line["digit"] == int(line["digit-metadata"]["class-name"]) for line in labeled)


def test_labels_of_the_machine_say_how_sure_it_is_and_which_kind_they_are(labeled: list[dict[str, Any]]) -> None:
    for line in by_machine(labeled):
        assert 0.1 <= line["digit-metadata"]["confidence"] <= 1
        assert line["digit-metadata"]["type"] == "groundtruth/image-classification"
        assert line["digit-metadata"]["job-name"] == "digits-all"


def test_counters_tell_machines_from_people(gallery: Gallery, labeled: list[dict[str, Any]]) -> None:
    counted = gallery.studio.job("digits-all")["LabelCounters"]
    assert counted["MachineLabeled"] == len(by_machine(labeled))
    assert counted["HumanLabeled"] + counted["MachineLabeled"] == counted["TotalLabeled"] == len(labeled)


def test_the_output_has_the_folders_of_training_inference_and_active_learning(
    gallery: Gallery, labeled: list[dict[str, Any]]
) -> None:
    keys = gallery.studio.keys("output/digits-all/")
    folders = {key.split("/")[2] for key in keys}
    assert folders == {"activelearning", "annotations", "inference", "manifests", "training"}
    last = max(int(key.split("/")[3]) for key in keys if key.split("/")[2] == "training")
    base = f"s3://{gallery.studio.bucket}/output/digits-all"
    model = json.loads(gallery.studio.document(f"{base}/training/{last}/output/model.json"))
    assert model["passed"]
    chosen = gallery.studio.document(f"{base}/activelearning/{last}/machine-labeled.manifest").splitlines()
    assert len(chosen) == len(by_machine(labeled))


def test_fails_with_fewer_objects_than_automated_labeling_needs(gallery: Gallery) -> None:
    job = gallery.label("digits-too-few", gallery.uris[:1249])
    assert job["LabelingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: automated labeling needs at least 1250 data objects; got 1249"
