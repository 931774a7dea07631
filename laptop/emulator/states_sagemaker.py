"""Step Functions integrations with SageMaker's labeling jobs.

| resource | behaviour | source (Step Functions developer guide) |
|---|---|---|
| sagemaker:createLabelingJob | `{LabelingJobArn}` | "Create and manage Amazon SageMaker AI jobs" |
| sagemaker:createLabelingJob.sync | waits; the result is what DescribeLabelingJob answers; Failed and Stopped are States.TaskFailed with it as their cause; a task that is cancelled stops its job | "Run a Job (.sync)" |
| aws-sdk:sagemaker:<operation> of labeling jobs | as the API | "AWS SDK integrations" |

Errors of the optimized integration are named `SageMaker.<code>Exception`, those without a class of their own
`SageMaker.AmazonSageMakerException`; errors of the SDK integration likewise, with `SageMaker.SageMakerException`.
"""  # noqa: E501

from __future__ import annotations

from functools import partial

from laptop.emulator.clients import client
from laptop.emulator.registry import Json, TaskError, task
from laptop.emulator.states import call, serve_sdk, wait

# Exceptions that the model of the API declares.
_DECLARED = frozenset(
    f"SageMaker.{name}Exception" for name in ("ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound", "Conflict")
)
_SDK_OPERATIONS = (
    "CreateLabelingJob",
    "DescribeLabelingJob",
    "ListLabelingJobs",
    "ListLabelingJobsForWorkteam",
    "StopLabelingJob",
)


@task("arn:aws:states:::sagemaker:createLabelingJob")
def create_labeling_job(resource: str, request: Json) -> Json:
    created = _call("create_labeling_job", request, "AmazonSageMakerException")
    if not resource.endswith(".sync"):
        return created
    named = {"LabelingJobName": request["LabelingJobName"]}

    def look() -> tuple[str, Json]:
        found = client("sagemaker").describe_labeling_job(**named)
        return found["LabelingJobStatus"], found

    def cancel() -> None:
        client("sagemaker").stop_labeling_job(**named)

    return wait(look, cancel, good={"Completed"}, bad={"Failed", "Stopped"})


def _call(method: str, request: Json, base: str) -> Json:
    try:
        return call("SageMaker", method, request)
    except TaskError as error:
        raise TaskError(error_name(error.error, base), error.cause) from error


def error_name(name: str, base: str) -> str:
    """Return the name by which `Retry` and `Catch` know an error.

    Parameters
    ----------
    name
        As other services would name it, e.g. `SageMaker.ValidationException`.
    base
        Name of the exception of all errors that the API does not declare, e.g. `AmazonSageMakerException`.
    """
    return name if name in _DECLARED or name.startswith("States.") else f"SageMaker.{base}"


serve_sdk("sagemaker", _SDK_OPERATIONS, partial(_call, base="SageMakerException"))
