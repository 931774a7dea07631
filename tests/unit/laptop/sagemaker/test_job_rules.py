from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator import shapes
from laptop.emulator.registry import ServiceError
from laptop.emulator.sagemaker import job_rules

REGION = "us-east-1"
REQUEST: dict[str, Any] = {
    "LabelingJobName": "job-1",
    "LabelAttributeName": "animal",
    "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/m"}}},
    "OutputConfig": {"S3OutputPath": "s3://b/out"},
    "RoleArn": "arn:aws:iam::123456789012:role/labeling",
    "HumanTaskConfig": {
        "WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/team",
        "UiConfig": {"UiTemplateS3Uri": "s3://b/page.html"},
        "TaskTitle": "Which animal?",
        "TaskDescription": "Look",
        "NumberOfHumanWorkersPerDataObject": 3,
        "TaskTimeLimitInSeconds": 300,
    },
}


def with_task(**human: Any) -> dict[str, Any]:
    return REQUEST | {"HumanTaskConfig": REQUEST["HumanTaskConfig"] | human}


def test_a_plain_request_is_fine() -> None:
    assert shapes.problems("sagemaker", "CreateLabelingJob", REQUEST) == []
    assert job_rules.refusal(REQUEST) is None
    assert job_rules.beyond_laptop(REQUEST) is None


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({**REQUEST, "RoleArn": None}, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"),
        ({**REQUEST, "Tags": [{"Key": ""}]}, "at 'tags.1.member.value'"),
        ({**REQUEST, "Colour": "red"}, "at 'colour' failed"),
        ({**REQUEST, "OutputConfig": "s3://b"}, "Member must be a structure"),
        ({**REQUEST, "LabelAttributeName": "a" * 128}, "length less than or equal to 127"),
        ({**REQUEST, "LabelAttributeName": "a_b"}, "regular expression pattern"),
        (with_task(NumberOfHumanWorkersPerDataObject=0), "greater than or equal to 1"),
        (with_task(TaskKeywords=["a-b"]), "taskKeywords.1.member"),
        (with_task(TaskKeywords="a"), "must be a list"),
        (with_task(MaxConcurrentTaskCount="9"), "must be an integer"),
    ],
)
def test_fails_for_a_request_that_does_not_fit_the_model(request_: dict[str, Any], message: str) -> None:
    assert message in "; ".join(shapes.problems("sagemaker", "CreateLabelingJob", request_))


def test_all_that_is_wrong_is_told_at_once() -> None:
    request = with_task(NumberOfHumanWorkersPerDataObject=10, TaskTimeLimitInSeconds=29)
    with pytest.raises(ServiceError, match=r"^Denied: 2 validation errors detected: Value .*; Value "):
        shapes.check("sagemaker", "CreateLabelingJob", request, "Denied")
    with pytest.raises(ServiceError, match=r"ValidationException: 1 .* enum value set: \[Initializing, InProgress"):
        shapes.check("sagemaker", "ListLabelingJobs", {"StatusEquals": "Done"})


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (with_task(WorkteamArn="arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"), "workforce"),
        (with_task(UiConfig={"HumanTaskUiArn": "arn:x"}), "HumanTaskUiArn"),
        (
            with_task(
                AnnotationConsolidationConfig={
                    "AnnotationConsolidationLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:ACS-BoundingBox"
                }
            ),
            "AWS's own function ACS-BoundingBox",
        ),
    ],
)
def test_what_only_aws_has_is_named(request_: dict[str, Any], what: str) -> None:
    assert what in str(job_rules.beyond_laptop(request_))


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        ({}, 100),
        ({"MaxHumanLabeledObjectCount": 30}, 10),
        ({"MaxPercentageOfInputDatasetLabeled": 55}, 5),
        ({"MaxHumanLabeledObjectCount": 15, "MaxPercentageOfInputDatasetLabeled": 90}, 0),
    ],
)
def test_people_label_no_more_than_the_stopping_conditions_say(conditions: dict[str, int], left: int) -> None:
    assert job_rules.people_left({"StoppingConditions": conditions}, total=100, human=20, labeled=50) == left


def test_a_task_is_there_for_ten_days_unless_the_request_says_otherwise() -> None:
    assert job_rules.seconds_available(REQUEST) == 864_000
    assert job_rules.seconds_available(with_task(TaskAvailabilityLifetimeInSeconds=60)) == 60
