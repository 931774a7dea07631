"""Requests fit the model of the API, all of it, and ARNs are those that AWS documents."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from lake_common.labeling import regions
from lake_common.labeling.api import violations
from lake_common.labeling.requests import JobSettings, RequestError, check, labeling_job
from lake_common.labeling.tasks import Kind, job_name

from tests.unit.labeling.making import TASKS, request_shape, settings

KINDS: dict[Kind, str] = {
    "image_classification": "ImageMultiClass",
    "text_classification": "TextMultiClass",
    "named_entities": "NamedEntityRecognition",
    "bounding_boxes": "BoundingBox",
}
PUBLIC = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"


def request(task: str = "sports", **changes: Any) -> dict[str, Any]:
    name = job_name(task, 1, "0123456789abcdef")
    return labeling_job(TASKS[task], settings(**changes), name=name, manifest="s3://labeling/manifests/m")


def documented(step: str) -> set[tuple[str, str, str]]:
    """Give region, account and name of each function that botocore's documentation lists."""
    human = request_shape().members["HumanTaskConfig"].members
    member = {
        "PRE": human["PreHumanTaskLambdaArn"],
        "ACS": human["AnnotationConsolidationConfig"].members["AnnotationConsolidationLambdaArn"],
    }[step]
    return set(re.findall(rf"arn:aws:lambda:([a-z0-9-]+):(\d+):function:({step}-\w+)", member.documentation))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("automated", [False, True])
def test_request_of_every_task_fits_the_model(task: str, automated: bool) -> None:
    check(request(task, automated=automated), request_shape())


def test_request_of_a_stream_and_of_the_public_fit_the_model() -> None:
    topic = "arn:aws:sns:us-east-1:000000000000:objects"
    stream = labeling_job(
        TASKS["mail"], settings(output_topic_arn=topic), name=job_name("mail", 1, "0" * 8), topic_arn=topic
    )
    public = request(
        workteam_arn=PUBLIC,
        price_tenth_cents=1234,
        content=("FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent"),
    )

    for made in (stream, public):
        check(made, request_shape())
    assert stream["InputConfig"]["DataSource"] == {"SnsDataSource": {"SnsTopicArn": topic}}
    assert stream["OutputConfig"]["SnsTopicArn"] == topic
    price = public["HumanTaskConfig"]["PublicWorkforceTaskPrice"]["AmountInUsd"]
    assert price == {"Dollars": 1, "Cents": 23, "TenthFractionsOfACent": 4}


def change(path: str, value: Any) -> dict[str, Any]:
    """Return a good request with one value replaced; None takes it away."""
    made = deepcopy(request())
    *way, last = path.split(".")
    place: Any = made
    for name in way:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("LabelingJobName", "sports_1", "LabelingJobName must match"),
        ("LabelingJobName", "s" * 64, "LabelingJobName must have at most 63; got 64"),
        ("RoleArn", None, "RoleArn is missing"),
        ("Budget", 1, "Budget is unknown"),
        ("HumanTaskConfig.NumberOfHumanWorkersPerDataObject", 10, "must have at most 9; got 10"),
        ("HumanTaskConfig.NumberOfHumanWorkersPerDataObject", "3", "must be a integer; got str"),
        ("HumanTaskConfig.NumberOfHumanWorkersPerDataObject", True, "must be a integer; got bool"),
        ("HumanTaskConfig.TaskTimeLimitInSeconds", 29, "must have at least 30; got 29"),
        ("HumanTaskConfig.TaskKeywords", [], "must have at least 1; got 0"),
        ("HumanTaskConfig.TaskKeywords", ["a, b"], r"TaskKeywords\[0\] must match"),
        ("HumanTaskConfig.TaskTitle", "t" * 129, "TaskTitle must have at most 128"),
        ("HumanTaskConfig.WorkteamArn", "team", "WorkteamArn must match"),
        ("InputConfig.DataAttributes", {"ContentClassifiers": ["FreeOfSpam"]}, "must be one of"),
        ("InputConfig.DataSource.S3DataSource", {"ManifestS3Uri": "manifest"}, "ManifestS3Uri must match"),
        ("Tags", [{"Key": "a;b", "Value": "v"}], r"Tags\[0\].Key must match"),
    ],
)
def test_fails_for_what_the_model_does_not_allow(path: str, value: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        check(change(path, value), request_shape())


def test_letters_of_all_alphabets_may_be_in_a_tag() -> None:
    assert list(violations(request_shape(), change("Tags", [{"Key": "Größe", "Value": "крупный 1"}]))) == []


def test_every_documented_function_of_our_kinds_is_known_and_no_other() -> None:
    for step in ("PRE", "ACS"):
        expected = {each for each in documented(step) if each[2].partition("-")[2] in KINDS.values()}
        made = {
            tuple(
                re.findall(r"arn:aws:lambda:(.*):(\d+):function:(.*)", regions.built_in_function(region, step, kind))[0]
            )
            for region in regions.FUNCTION_ACCOUNTS
            for kind in KINDS
        }
        assert made == expected
        assert len(expected) == 12 * 4


def test_every_algorithm_is_one_that_aws_documents() -> None:
    member = request_shape().members["LabelingJobAlgorithmsConfig"].members["LabelingJobAlgorithmSpecificationArn"]
    plain = re.sub(r"<[^>]+>", "", member.documentation)
    listed = set(re.findall(r"arn:aws:sagemaker:region:[^<\s]+", plain))
    made = {
        regions.algorithm("us-east-1", kind).replace("us-east-1", "region")
        for kind in KINDS
        if regions.can_automate(kind)
    }
    assert made < listed
    assert len(made) == 3


def test_machine_labels_with_the_functions_and_the_algorithm_of_aws() -> None:
    made = request("digits", automated=True)

    human = made["HumanTaskConfig"]
    assert human["PreHumanTaskLambdaArn"].endswith("432418664414:function:PRE-ImageMultiClass")
    consolidation = human["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"]
    assert consolidation.endswith("432418664414:function:ACS-ImageMultiClass")
    algorithm = made["LabelingJobAlgorithmsConfig"]["LabelingJobAlgorithmSpecificationArn"]
    assert algorithm.endswith("027400017018:labeling-job-algorithm-specification/image-classification")


@pytest.mark.parametrize(("task", "automated"), [("digits", False), ("sports", True)])
def test_people_label_alone_where_task_or_environment_say_so(task: str, automated: bool) -> None:
    made = request(task, automated=automated)

    assert "LabelingJobAlgorithmsConfig" not in made
    assert made["HumanTaskConfig"]["PreHumanTaskLambdaArn"].endswith(":function:pre")


def test_fails_where_ground_truth_has_no_functions() -> None:
    with pytest.raises(ValueError, match=r"one of .*us-west-2.*; got eu-north-1"):
        request("digits", automated=True, region="eu-north-1")
    with pytest.raises(ValueError, match=r"automated labeling knows .* got named_entities"):
        regions.algorithm("us-east-1", "named_entities")


def test_fails_when_tasks_wait_longer_than_the_public_workteam_allows() -> None:
    task = TASKS["sports"].from_dict({**TASKS["sports"].as_dict(), "available_seconds": 86_400})
    with pytest.raises(RequestError, match="at most 43200 for the public workteam; got 86400"):
        labeling_job(task, settings(workteam_arn=PUBLIC), name="n", manifest="s3://a/m")


def test_fails_without_objects() -> None:
    with pytest.raises(RequestError, match="must have a manifest or a topic"):
        labeling_job(TASKS["sports"], settings(), name="n")


def test_settings_survive_the_environment_of_a_function() -> None:
    assert JobSettings.from_json(settings(content=("FreeOfAdultContent",)).as_json()) == settings(
        content=("FreeOfAdultContent",)
    )
