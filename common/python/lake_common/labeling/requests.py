"""The request that orders a labeling job. It is made, and checked, before anything costs money."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from lake_common.labeling import regions
from lake_common.labeling.api import violations
from lake_common.labeling.tasks import Task

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HumanTaskConfig.html
_PUBLIC_AVAILABLE_SECONDS = 43_200


class RequestError(ValueError):
    """A request that SageMaker would refuse."""


@dataclass(frozen=True, kw_only=True)
class TaskFiles:
    """`s3://` addresses of a task's worker page and label categories."""

    template: str
    categories: str


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """What all labeling jobs of an environment have in common.

    Parameters
    ----------
    automated
        Whether tasks that allow it are labeled by machine in part.
    price_tenth_cents
        What a worker of the public workteam gets for a task, in tenths of a cent; 0 for other workteams.
    content
        What the objects are declared to be free of, which the public workteam asks for.
    output
        `s3://` address of the folder under which each job gets its own, without a slash at the end.
    output_topic_arn
        Topic that hears of each label of a streaming job; empty where there is none.
    """

    region: str
    role_arn: str
    workteam_arn: str
    key_arn: str
    output: str
    output_topic_arn: str
    pre_annotation_arn: str
    post_annotation_arn: str
    automated: bool
    price_tenth_cents: int
    content: tuple[str, ...]
    files: Mapping[str, TaskFiles]

    def as_json(self) -> str:
        """Write the settings as `from_json` reads them."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str) -> JobSettings:
        """Read the settings that a function is given in its environment."""
        fields = json.loads(document)
        files = {name: TaskFiles(**addresses) for name, addresses in fields["files"].items()}
        return cls(**{**fields, "files": files, "content": tuple(fields["content"])})


def labeling_job(
    task: Task, settings: JobSettings, *, name: str, manifest: str | None = None, topic_arn: str | None = None
) -> dict[str, Any]:
    """Make the arguments of CreateLabelingJob.

    Parameters
    ----------
    name
        Name of the job.
    manifest
        `s3://` address of the objects. A streaming job may come without.
    topic_arn
        Topic that brings a streaming job its objects.
    """
    if manifest is None and topic_arn is None:
        raise RequestError(f"job {name} must have a manifest or a topic; got neither")
    _check_lifetime(task, settings)
    automated = is_automated(task, settings) and topic_arn is None
    files = settings.files[task.name]
    source: dict[str, Any] = {"S3DataSource": {"ManifestS3Uri": manifest}} if manifest else {}
    if topic_arn:
        source |= {"SnsDataSource": {"SnsTopicArn": topic_arn}}
    output = {"S3OutputPath": f"{settings.output}/{task.name}/", "KmsKeyId": settings.key_arn}
    if topic_arn and settings.output_topic_arn:
        output |= {"SnsTopicArn": settings.output_topic_arn}
    content = {"DataAttributes": {"ContentClassifiers": list(settings.content)}} if settings.content else {}
    return {
        "LabelingJobName": name,
        "LabelAttributeName": task.name,
        "InputConfig": {"DataSource": source, **content},
        "OutputConfig": output,
        "RoleArn": settings.role_arn,
        "LabelCategoryConfigS3Uri": files.categories,
        **({"LabelingJobAlgorithmsConfig": _algorithms(task, settings)} if automated else {}),
        "HumanTaskConfig": {
            "WorkteamArn": settings.workteam_arn,
            "UiConfig": {"UiTemplateS3Uri": files.template},
            "PreHumanTaskLambdaArn": _function(task, settings, "PRE", automated=automated),
            "TaskKeywords": list(task.keywords),
            "TaskTitle": task.title,
            "TaskDescription": task.description,
            "NumberOfHumanWorkersPerDataObject": task.workers_per_object,
            "TaskTimeLimitInSeconds": task.time_limit_seconds,
            "TaskAvailabilityLifetimeInSeconds": task.available_seconds,
            "MaxConcurrentTaskCount": task.batch_size,
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": _function(task, settings, "ACS", automated=automated)
            },
            **_price(settings.price_tenth_cents),
        },
    }


def is_automated(task: Task, settings: JobSettings) -> bool:
    """Whether Ground Truth labels part of a task's objects by machine."""
    return task.automated and settings.automated


def check(request: Mapping[str, Any], shape: Any) -> None:
    """Refuse a request that does not fit its model.

    Raises
    ------
    RequestError
        With all that is wrong.
    """
    found = list(violations(shape, dict(request)))
    if found:
        raise RequestError(f"job {request.get('LabelingJobName')}: {'; '.join(found)}")


def _check_lifetime(task: Task, settings: JobSettings) -> None:
    public = "/public-crowd/" in settings.workteam_arn
    if public and task.available_seconds > _PUBLIC_AVAILABLE_SECONDS:
        raise RequestError(
            f"available_seconds of {task.name} must be at most {_PUBLIC_AVAILABLE_SECONDS} for the public workteam; "
            f"got {task.available_seconds}"
        )


def _function(task: Task, settings: JobSettings, step: Literal["PRE", "ACS"], *, automated: bool) -> str:
    """Name the function of a step: AWS' own where machines label too, which Ground Truth offers for its own tasks."""
    if automated:
        return regions.built_in_function(settings.region, step, task.kind)
    return settings.pre_annotation_arn if step == "PRE" else settings.post_annotation_arn


def _algorithms(task: Task, settings: JobSettings) -> dict[str, Any]:
    return {
        "LabelingJobAlgorithmSpecificationArn": regions.algorithm(settings.region, task.kind),
        "LabelingJobResourceConfig": {"VolumeKmsKeyId": settings.key_arn},
    }


def _price(tenth_cents: int) -> dict[str, Any]:
    if not tenth_cents:
        return {}
    dollars, rest = divmod(tenth_cents, 1000)
    cents, tenths = divmod(rest, 10)
    parts = {"Dollars": dollars, "Cents": cents, "TenthFractionsOfACent": tenths}
    # Without zeros, as the SageMaker SDK sends it.
    amount = {name: part for name, part in parts.items() if part}
    return {"PublicWorkforceTaskPrice": {"AmountInUsd": amount}}
