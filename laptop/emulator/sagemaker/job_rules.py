"""What CreateLabelingJob refuses beyond the shape of its request. Pure.

Sources: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateLabelingJob.html and
`API_HumanTaskConfig.html` beside it.
"""

from __future__ import annotations

from typing import Any

from laptop.emulator.sagemaker import built_in

Json = dict[str, Any]

_MAX_TASK_SECONDS = 8 * 3600
_MAX_AVAILABILITY_SECONDS = 10 * 24 * 3600
_RESERVED = frozenset({"source", "source-ref"})
_ALGORITHMS = ("/image-classification", "/text-classification")
_PUBLIC = ("public-crowd/", "vendor-crowd/")


def refusal(request: Json) -> str | None:
    """Return why a request is refused, or None."""
    checks = (_attribute, _source, _page, _times, _price)
    return next((message for check in checks if (message := check(request))), None)


def _attribute(request: Json) -> str | None:
    name = request["LabelAttributeName"]
    if name.endswith("-metadata"):
        return f"LabelAttributeName must not end with -metadata; got {name}"
    if name in _RESERVED:
        return f"LabelAttributeName must not be a reserved name ({', '.join(sorted(_RESERVED))}); got {name}"
    if name.endswith("-ref"):
        return f"LabelAttributeName may end with -ref for segmentation only; got {name}"
    return None


def _source(request: Json) -> str | None:
    source = request["InputConfig"]["DataSource"]
    if not source.get("S3DataSource") and not source.get("SnsDataSource"):
        return "InputConfig.DataSource must have S3DataSource or SnsDataSource; got neither"
    return None


def _page(request: Json) -> str | None:
    page = request["HumanTaskConfig"]["UiConfig"]
    if len([name for name in ("UiTemplateS3Uri", "HumanTaskUiArn") if page.get(name)]) != 1:
        return f"UiConfig must have either UiTemplateS3Uri or HumanTaskUiArn; got {sorted(page) or 'neither'}"
    return None


def _times(request: Json) -> str | None:
    task = request["HumanTaskConfig"]
    limit, available = task["TaskTimeLimitInSeconds"], task.get("TaskAvailabilityLifetimeInSeconds")
    if limit > _MAX_TASK_SECONDS:
        return f"TaskTimeLimitInSeconds must be at most {_MAX_TASK_SECONDS}; got {limit}"
    if available is not None and available > _MAX_AVAILABILITY_SECONDS:
        return f"TaskAvailabilityLifetimeInSeconds must be at most {_MAX_AVAILABILITY_SECONDS}; got {available}"
    if available is not None and available < limit:
        return f"TaskAvailabilityLifetimeInSeconds must be at least TaskTimeLimitInSeconds ({limit}); got {available}"
    return None


def _price(request: Json) -> str | None:
    task = request["HumanTaskConfig"]
    if "PublicWorkforceTaskPrice" in task and "public-crowd/" not in task["WorkteamArn"]:
        return f"PublicWorkforceTaskPrice is for the public workforce; got {task['WorkteamArn']}"
    return None


def beyond_laptop(request: Json) -> str | None:
    """Return what of a request only AWS can do, or None."""
    task = request["HumanTaskConfig"]
    if any(kind in task["WorkteamArn"] for kind in _PUBLIC):
        return f"the workforce {task['WorkteamArn']}"
    if task["UiConfig"].get("HumanTaskUiArn"):
        return "HumanTaskUiArn of a labeling job"
    algorithm = request.get("LabelingJobAlgorithmsConfig", {})
    if algorithm and not algorithm["LabelingJobAlgorithmSpecificationArn"].endswith(_ALGORITHMS):
        return f"automated labeling by {algorithm['LabelingJobAlgorithmSpecificationArn']}"
    if "InitialActiveLearningModelArn" in algorithm:
        return "InitialActiveLearningModelArn of a labeling job"
    consolidation = task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn", "")
    for arn in (task.get("PreHumanTaskLambdaArn", ""), consolidation):
        if built_in.name_of(arn) and not built_in.is_known(arn):
            return f"AWS's own function {built_in.name_of(arn)}"
    return None


def seconds_available(request: Json) -> int:
    """Return how long a task is there for workers: ten days unless the request says otherwise."""
    return int(request["HumanTaskConfig"].get("TaskAvailabilityLifetimeInSeconds", _MAX_AVAILABILITY_SECONDS))


def people_left(request: Json, total: int, human: int, labeled: int) -> int:
    """Return how many more objects people may label by the stopping conditions.

    Parameters
    ----------
    total
        Objects of the manifest.
    human, labeled
        Objects that people, and that people or machines, have labeled.
    """
    conditions = request.get("StoppingConditions", {})
    left = [total]
    if "MaxHumanLabeledObjectCount" in conditions:
        left.append(conditions["MaxHumanLabeledObjectCount"] - human)
    if "MaxPercentageOfInputDatasetLabeled" in conditions:
        left.append(total * conditions["MaxPercentageOfInputDatasetLabeled"] // 100 - labeled)
    return max(0, min(left))
