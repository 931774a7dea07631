"""A labeling job on the laptop in which people label some texts and a model the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.labeling_support import Studio, open_studio

ALGORITHM = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/text-classification"
# As few as automated labeling takes.
_TEXTS = 1250
WORDS = {
    "spam": ["win", "money", "prize", "click", "offer", "free", "cash", "now", "mail", "you", "the", "for"],
    "ham": ["meeting", "notes", "lunch", "project", "report", "room", "thanks", "now", "mail", "you", "the", "for"],
}

PRE = """
def handle(event, context):
    return {"taskInput": {"taskObject": event["dataObject"]["source"]}, "isHumanAnnotationRequired": True}
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


class Mailbox:
    """Texts of two kinds, and jobs that label them."""

    def __init__(self, studio: Studio) -> None:
        chance = Random(4)
        self.studio = studio
        self.truth: dict[str, str] = {}
        for number in range(_TEXTS):
            kind = chance.choice(list(WORDS))
            self.truth[f"{number} {' '.join(chance.choices(WORDS[kind], k=12))}"] = kind
        labels = {"labels": [{"label": kind} for kind in WORDS]}
        studio.s3.put_object(Bucket=studio.bucket, Key="kinds.json", Body=json.dumps(labels).encode())
        self._functions = studio.function(PRE), studio.function(POST)

    def label(self, name: str, texts: list[str], **more: Any) -> dict[str, Any]:
        """Run a job to its end."""
        manifest = self.studio.put_lines(f"{name}.manifest", [{"source": text} for text in texts])
        request = self.studio.request(name, manifest, NumberOfHumanWorkersPerDataObject=1, MaxConcurrentTaskCount=200)
        pre, post = self._functions
        request["HumanTaskConfig"] |= {
            "PreHumanTaskLambdaArn": pre,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": post},
        }
        request |= {
            "LabelAttributeName": "kind",
            "LabelCategoryConfigS3Uri": f"s3://{self.studio.bucket}/kinds.json",
            "LabelingJobAlgorithmsConfig": {"LabelingJobAlgorithmSpecificationArn": ALGORITHM},
        }
        self.studio.crowd(name, self.truth, [{"name": "ada", "accuracy": 1.0}])
        self.studio.api.create_labeling_job(**(request | more))
        return self.studio.wait(name, seconds=400)


@pytest.fixture(scope="module")
def mailbox(laptop: Laptop) -> Iterator[Mailbox]:
    for studio in open_studio(laptop):
        yield Mailbox(studio)


@pytest.fixture(scope="module")
def labeled(mailbox: Mailbox) -> list[dict[str, Any]]:
    """Output lines of a job that ran to its end."""
    job = mailbox.label("mails", list(mailbox.truth))
    assert job["LabelingJobStatus"] == "Completed", job
    return mailbox.studio.output("mails")


def by_machine(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line.get("kind-metadata", {}).get("human-annotated") == "no"]


def test_a_machine_labels_seven_of_ten_texts_and_nineteen_of_twenty_of_them_right(
    mailbox: Mailbox, labeled: list[dict[str, Any]]
) -> None:
    machine = by_machine(labeled)
    right = sum(line["kind-metadata"]["class-name"] == mailbox.truth[line["source"]] for line in machine)
    assert len(machine) >= 0.7 * len(labeled)
    assert right >= 0.95 * len(machine)


def test_every_text_has_a_label_of_a_person_or_of_the_machine(labeled: list[dict[str, Any]]) -> None:
    assert {line["kind-metadata"]["human-annotated"] for line in labeled} == {"yes", "no"}
    assert all(list(WORDS)[line["kind"]] == line["kind-metadata"]["class-name"] for line in labeled)


def test_labels_of_the_machine_say_how_sure_it_is_and_which_kind_they_are(labeled: list[dict[str, Any]]) -> None:
    for line in by_machine(labeled):
        assert 0.5 <= line["kind-metadata"]["confidence"] <= 1
        assert line["kind-metadata"]["type"] == "groundtruth/text-classification"
        assert line["kind-metadata"]["job-name"] == "mails"


def test_counters_tell_machines_from_people(mailbox: Mailbox, labeled: list[dict[str, Any]]) -> None:
    counted = mailbox.studio.job("mails")["LabelCounters"]
    assert counted["MachineLabeled"] == len(by_machine(labeled))
    assert counted["HumanLabeled"] + counted["MachineLabeled"] == counted["TotalLabeled"] == len(labeled)


def test_the_output_has_the_folders_of_training_inference_and_active_learning(
    mailbox: Mailbox, labeled: list[dict[str, Any]]
) -> None:
    keys = mailbox.studio.keys("output/mails/")
    folders = {key.split("/")[2] for key in keys}
    assert folders == {"activelearning", "annotations", "inference", "manifests", "training"}
    last = max(int(key.split("/")[3]) for key in keys if key.split("/")[2] == "training")
    base = f"s3://{mailbox.studio.bucket}/output/mails"
    model = json.loads(mailbox.studio.document(f"{base}/training/{last}/output/model.json"))
    assert model["passed"]
    chosen = mailbox.studio.document(f"{base}/activelearning/{last}/machine-labeled.manifest").splitlines()
    assert len(chosen) == len(by_machine(labeled))


def test_fails_with_fewer_objects_than_automated_labeling_needs(mailbox: Mailbox) -> None:
    job = mailbox.label("too-few-mails", list(mailbox.truth)[:1249])
    assert job["LabelingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: automated labeling needs at least 1250 data objects; got 1249"
