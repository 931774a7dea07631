"""Labeling jobs on the laptop, against what the SageMaker developer guide says of Ground Truth."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.labeling_support import CLASSES, Studio, open_studio

GOOD = [{"name": f"good-{number}", "accuracy": 1} for number in range(3)]
TRUTHS = {f"animal {number}": CLASSES[number % 3] for number in range(12)}
LINES = [{"source": source, "weight": len(source)} for source in TRUTHS]


@pytest.fixture(scope="module")
def studio(laptop: Any) -> Iterator[Studio]:
    for made in open_studio(laptop):
        made.crowd("good-*", TRUTHS, GOOD)
        yield made


def test_a_job_labels_every_object_of_its_manifest(studio: Studio) -> None:
    done = studio.wait(studio.start("good-all", LINES))
    assert done["LabelingJobStatus"] == "Completed", done
    counters = {"TotalLabeled": 12, "HumanLabeled": 12, "MachineLabeled": 0, "FailedNonRetryableError": 0}
    assert done["LabelCounters"] == counters | {"Unlabeled": 0}
    output = studio.output("good-all")
    assert done["LabelingJobOutput"]["OutputDatasetS3Uri"].endswith("good-all/manifests/output/output.manifest")
    assert [line["source"] for line in output] == list(TRUTHS)
    assert [line["animal"] for line in output] == [{"label": label, "votes": 3} for label in TRUTHS.values()]
    assert output[3]["weight"] == LINES[3]["weight"]
    metadata = output[0]["animal-metadata"]
    assert metadata.keys() == {"job_name", "type", "human-annotated", "creation_date"}
    assert (metadata["job_name"], metadata["human-annotated"]) == ("good-all", "yes")


def test_the_output_folder_is_laid_out_as_documented(studio: Studio) -> None:
    name = studio.start("good-batches", LINES[:5], MaxConcurrentTaskCount=3)
    studio.wait(name)
    folder = f"output/{name}/"
    paths = [key.removeprefix(folder) for key in studio.keys(folder)]
    stamp = r"\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d"
    kinds = [re.sub(stamp, "<time>", path) for path in paths]
    annotations = "annotations/consolidated-annotation"
    assert sorted(kinds) == sorted(
        [
            *(
                f"{annotations}/consolidation-{what}/iteration-{n}/<time>.json"
                for n in (1, 2)
                for what in ("request", "response")
            ),
            *(f"annotations/intermediate/{n}/annotations.json" for n in (1, 2)),
            *(f"annotations/worker-response/iteration-{1 + n // 3}/{n}/<time>.json" for n in range(5)),
            "manifests/output/output.manifest",
        ]
    )
    request = next(path for path in paths if "request/iteration-2" in path)
    batch = json.loads(studio.document(f"s3://{studio.bucket}/{folder}{request}"))
    assert [(item["datasetObjectId"], item["dataObject"]) for item in batch] == [
        ("3", {"content": "animal 3"}),
        ("4", {"content": "animal 4"}),
    ]
    annotation = batch[0]["annotations"][0]
    assert re.fullmatch(r"private\.us-east-1\.[0-9a-f]{16}", annotation["workerId"])
    assert json.loads(annotation["annotationData"]["content"]) == {"label": {"label": "cat"}}


def test_an_answer_says_who_gave_it_and_when(studio: Studio) -> None:
    studio.wait(studio.start("good-worker", LINES[:1]))
    (key,) = studio.keys("output/good-worker/annotations/worker-response/iteration-1/0/")
    answers = json.loads(studio.document(f"s3://{studio.bucket}/{key}"))["answers"]
    assert len({answer["workerId"] for answer in answers}) == len(answers) == 3
    identity = answers[0]["workerMetadata"]["identityData"]
    assert identity["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{studio.member['UserPool']}"
    assert (identity["identityProviderType"], len(identity["sub"])) == ("Cognito", 36)
    assert answers[0]["answerContent"] == {"label": {"label": "cat"}}
    assert all(
        re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}Z", answers[0][at]) for at in ("acceptanceTime", "submissionTime")
    )
    assert answers[0]["timeSpentInSeconds"] >= 0


def test_objects_that_need_no_people_stay_as_they_are_and_those_that_fail_say_why(studio: Studio) -> None:
    lines = [
        {"source": "animal 0", "known": True},
        {"source": "animal 1", "broken": True},
        {"source": "animal 2", "animal": "what it was called before"},
        {"source": "lost 3"},
    ]
    studio.crowd("mixed", TRUTHS | {"lost 3": "cat"}, GOOD)
    done = studio.wait(studio.start("mixed", lines))
    output = studio.output("mixed")
    assert output[0] == lines[0]
    assert "no such object" in output[1]["animal-metadata"]["failure-reason"]
    assert "animal" not in output[1]
    assert output[2]["animal"] == {"label": "bird", "votes": 3}
    assert "no annotation of the object" in output[3]["animal-metadata"]["failure-reason"]
    counters = {"TotalLabeled": 1, "HumanLabeled": 1, "MachineLabeled": 0, "FailedNonRetryableError": 2, "Unlabeled": 1}
    assert (done["LabelingJobStatus"], done["LabelCounters"]) == ("Completed", counters)


def test_fails_a_job_whose_objects_all_failed(studio: Studio) -> None:
    studio.crowd("nonsense", {"nonsense": "cat"}, GOOD)
    done = studio.wait(studio.start("nonsense", [{"source": "nonsense"}]))
    assert done["LabelingJobStatus"] == "Failed"
    assert "all 1 data objects failed" in done["FailureReason"]
    assert "must return a list" in done["FailureReason"]


def test_a_task_that_a_worker_lets_lapse_goes_to_another_one(studio: Studio) -> None:
    slow = {"name": "slow", "accuracy": 1, "lapses": 1}
    studio.crowd("lapsing", TRUTHS, [slow, *GOOD], speed=100)
    done = studio.wait(studio.start("lapsing", LINES[:4]))
    assert done["LabelCounters"]["TotalLabeled"] == 4
    assert [line["animal"]["votes"] for line in studio.output("lapsing")] == [3] * 4


def test_objects_without_an_answer_expire_and_those_with_some_are_labeled_by_them(studio: Studio) -> None:
    lines = [{"source": "animal 0"}, {"source": "animal 1"}]
    nobody, two = {"name": "nobody", "always": "cat", "lapses": 1}, GOOD[:2]
    studio.crowd("expiring-none", TRUTHS, [nobody], speed=1000)
    studio.crowd("expiring-some", TRUTHS, two, speed=1000)
    # Whoever has 60 ms between taking and answering a task fails on a busy machine: here are 600.
    names = [studio.start(f"expiring-{what}", lines, TaskTimeLimitInSeconds=600) for what in ("none", "some")]
    none, some = (studio.wait(name) for name in names)
    assert none["LabelingJobStatus"] == "Failed"
    assert "Annotation tasks expired" in studio.output("expiring-none")[1]["animal-metadata"]["failure-reason"]
    assert some["LabelingJobStatus"] == "Completed"
    assert [line["animal"] for line in studio.output("expiring-some")] == [
        {"label": "cat", "votes": 2},
        {"label": "dog", "votes": 2},
    ]


def test_malformed_answers_reach_the_function_as_they_came(studio: Studio) -> None:
    vandal = {"name": "vandal", "always": "cat", "malformed": 1}
    studio.crowd("malformed", TRUTHS, [vandal, *GOOD[:2]])
    done = studio.wait(studio.start("malformed", LINES[:2]))
    assert done["LabelCounters"]["TotalLabeled"] == 2
    assert [line["animal"]["votes"] for line in studio.output("malformed")] == [2, 2]


def test_a_job_without_functions_keeps_the_answers_only(studio: Studio) -> None:
    name = studio.start("good-bare", LINES[:1], PreHumanTaskLambdaArn=None, AnnotationConsolidationConfig=None)
    studio.wait(name)
    (line,) = studio.output(name)
    assert line["animal"] == {}
    answers = json.loads(studio.document(line["animal-metadata"]["worker-response-ref"]))["answers"]
    assert len(answers) == 3


def test_a_stopped_job_keeps_what_was_answered(studio: Studio) -> None:
    studio.crowd("stopped", {"animal 0": "cat", "animal 1": "dog"}, [{"name": "half", "accuracy": 1}])
    name = studio.start("stopped", LINES[:2], NumberOfHumanWorkersPerDataObject=2)
    end = time.monotonic() + 30
    while len(_submitted(studio, name)) < 2:
        assert time.monotonic() < end
        time.sleep(0.1)
    studio.api.stop_labeling_job(LabelingJobName=name)
    done = studio.wait(name)
    assert done["LabelingJobStatus"] == "Stopped"
    assert [line["animal"] for line in studio.output(name)] == [
        {"label": "cat", "votes": 1},
        {"label": "dog", "votes": 1},
    ]
    studio.api.stop_labeling_job(LabelingJobName=name)
    assert studio.job(name)["LabelingJobStatus"] == "Stopped"


def _submitted(studio: Studio, job: str) -> list[dict[str, Any]]:
    logs = studio.laptop.client("logs")
    try:
        found = logs.get_log_events(
            logGroupName="/aws/sagemaker/groundtruth/WorkerActivity", logStreamName=job, startFromHead=True
        )
    except logs.exceptions.ResourceNotFoundException:
        return []
    entries = [json.loads(event["message"]) for event in found["events"]]
    return [entry for entry in entries if entry["event_type"] == "TasksSubmitted"]


def test_stopping_conditions_end_a_job_before_it_costs_more(studio: Studio) -> None:
    request = studio.request("good-limited", studio.put_lines("limited.manifest", LINES), MaxConcurrentTaskCount=3)
    studio.api.create_labeling_job(**request, StoppingConditions={"MaxHumanLabeledObjectCount": 4})
    done = studio.wait("good-limited")
    assert (done["LabelingJobStatus"], done["LabelCounters"]["HumanLabeled"]) == ("Stopped", 4)
    assert done["LabelCounters"]["Unlabeled"] == 8


BAD_DATA: dict[str, tuple[list[Any], str]] = {
    "empty": ([], "must have at least one data object"),
    "no-json": ([{"source": "a"}, "{"], "line 2 of the manifest: a data object must be JSON"),
    "no-source": ([{"text": "a"}], "either source or source-ref; got"),
    "long": ([{"source": "x" * 100_000}], "at most 100000 bytes"),
}


@pytest.mark.parametrize("what", BAD_DATA)
def test_fails_a_job_with_bad_data_before_anybody_is_asked(studio: Studio, what: str) -> None:
    lines, reason = BAD_DATA[what]
    done = studio.wait(studio.start(f"bad-{what}", lines))
    assert done["LabelingJobStatus"] == "Failed"
    assert done["FailureReason"].startswith("ClientError: ")
    assert reason in done["FailureReason"]
    assert not studio.keys(f"output/bad-{what}/annotations")


def test_fails_a_job_whose_categories_or_manifest_are_not_there(studio: Studio) -> None:
    manifest = studio.put_lines("good.manifest", LINES[:1])
    for name, changes in (
        ("no-manifest", {"InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"{manifest}.not"}}}}),
        ("bad-labels", {"LabelCategoryConfigS3Uri": manifest}),
    ):
        studio.api.create_labeling_job(**studio.request(name, manifest) | changes)
        done = studio.wait(name)
        assert done["LabelingJobStatus"] == "Failed", name
        assert "must" in done["FailureReason"]


BAD_REQUESTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "attribute": ({"LabelAttributeName": "animal-metadata"}, {}, "must not end with -metadata"),
    "reserved": ({"LabelAttributeName": "source-ref"}, {}, "reserved name"),
    "reference": ({"LabelAttributeName": "animal-ref"}, {}, "segmentation only"),
    "name": ({"LabelingJobName": "-x"}, {}, "regular expression pattern"),
    "workers": ({}, {"NumberOfHumanWorkersPerDataObject": 10}, "less than or equal to 9"),
    "time": ({}, {"TaskTimeLimitInSeconds": 28_801}, "at most 28800"),
    "available": (
        {},
        {"TaskAvailabilityLifetimeInSeconds": 60, "TaskTimeLimitInSeconds": 90},
        "at least TaskTimeLimit",
    ),
    "page": ({}, {"UiConfig": {}}, "either UiTemplateS3Uri or HumanTaskUiArn"),
    "price": ({}, {"PublicWorkforceTaskPrice": {"AmountInUsd": {"Cents": 1}}}, "public workforce"),
    "role": ({"RoleArn": "arn:aws:iam::000000000000:role/nobody-at-all"}, {}, "must exist"),
    "function": ({}, {"PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:000000000000:function:none"}, "must exist"),
    "team": ({}, {"WorkteamArn": "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/none"}, "must exist"),
    "keywords": ({}, {"TaskKeywords": ["a", "b", "c", "d", "e", "f"]}, "length less than or equal to 5"),
}


@pytest.mark.parametrize("what", BAD_REQUESTS)
def test_fails_for_a_request_that_the_api_refuses(studio: Studio, what: str) -> None:
    changes, human, message = BAD_REQUESTS[what]
    request = studio.request(f"refused-{what}", f"s3://{studio.bucket}/x.manifest", **human) | changes
    with pytest.raises(ClientError, match=re.escape(message)) as caught:
        studio.api.create_labeling_job(**request)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        studio.api.describe_labeling_job(LabelingJobName=f"refused-{what}")


def test_fails_for_a_name_that_a_job_had_before(studio: Studio) -> None:
    studio.wait(studio.start("good-once", LINES[:1]))
    with pytest.raises(ClientError, match="ResourceInUse"):
        studio.start("good-once", LINES[:1])


def test_fails_loudly_for_what_only_aws_can_do(studio: Studio) -> None:
    public = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
    built_in = "arn:aws:lambda:us-east-1:432418664414:function:PRE-BoundingBox"
    for human in ({"WorkteamArn": public}, {"PreHumanTaskLambdaArn": built_in}):
        with pytest.raises(ClientError, match="not implemented on the laptop"):
            studio.start("aws-only", LINES[:1], **human)
    with pytest.raises(ClientError, match="not implemented on the laptop"):
        studio.api.list_training_jobs()


def test_jobs_are_listed_by_name_status_and_team(studio: Studio) -> None:
    for number in range(3):
        studio.wait(studio.start(f"good-listed-{number}", LINES[:1]))
    found = studio.api.list_labeling_jobs(NameContains="LISTED", SortBy="Name", SortOrder="Ascending", MaxResults=2)
    names = [job["LabelingJobName"] for job in found["LabelingJobSummaryList"]]
    assert names == ["good-listed-0", "good-listed-1"]
    rest = studio.api.list_labeling_jobs(
        NameContains="LISTED", SortBy="Name", SortOrder="Ascending", MaxResults=2, NextToken=found["NextToken"]
    )
    assert [job["LabelingJobName"] for job in rest["LabelingJobSummaryList"]] == ["good-listed-2"]
    assert "NextToken" not in rest
    assert not studio.api.list_labeling_jobs(NameContains="LISTED", StatusEquals="Failed")["LabelingJobSummaryList"]
    of_team = studio.api.list_labeling_jobs_for_workteam(WorkteamArn=studio.team)["LabelingJobSummaryList"]
    assert {"good-listed-0", "good-listed-1", "good-listed-2"} <= {job["LabelingJobName"] for job in of_team}
