"""Operations on labeling jobs.

| operation | behaviour |
|---|---|
| CreateLabelingJob | refuses what the API refuses (ValidationException): shapes, names, times, and what does not exist: role that SageMaker may assume, work team, functions, topics. Names are unique for ever: ResourceInUse |
| | what is wrong with data in S3 (manifest, categories, template) ends the job with status Failed and a FailureReason that begins with "ClientError: " |
| DescribeLabelingJob | ResourceNotFound |
| ListLabelingJobs, ListLabelingJobsForWorkteam | filters, sorting and pages as documented |
| StopLabelingJob | Stopping, then Stopped; what has been answered is labeled; a job that has ended stays as it is |

Where the documentation does not say whether the request or the job fails, the request does.
Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateLabelingJob.html
"""  # noqa: E501

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from laptop.emulator.clients import account, client
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError
from laptop.emulator.sagemaker import (
    batches,
    built_in,
    job_rules,
    objects,
    paging,
    planning,
    records,
    runner,
    tags,
    teams,
)
from laptop.emulator.sagemaker.output import output_uri

_creating = threading.Lock()


def create(request: Json) -> Json:
    """Create a job and start it; return its record.

    Raises
    ------
    ServiceError
        The request is refused.
    """
    name = request["LabelingJobName"]
    refused = job_rules.refusal(request)
    if refused:
        raise ServiceError("ValidationException", refused)
    beyond = job_rules.beyond_laptop(request)
    if beyond or ("LabelingJobAlgorithmsConfig" in request and planning.automated() is None):
        raise NotImplementedOnLaptop(beyond or "automated labeling")
    _require_existence(request)
    now = time.time()
    record: Json = {
        "name": name,
        "arn": records.arn("labeling-job", name),
        "reference": uuid.uuid5(uuid.NAMESPACE_URL, records.arn("labeling-job", name)).hex[:12],
        "request": request,
        "status": "Initializing",
        "created": now,
        "modified": now,
        "ready": False,
        "iteration": 0,
        "categories": [],
        "speed": 1.0,
        "stamp": 0,
        "writing": False,
    }
    with _creating:
        if records.JOBS.get(name):
            raise ServiceError("ResourceInUse", f"a labeling job with the name {name} exists already")
        tags.put(record["arn"], request.get("Tags", []))
        records.JOBS.put(name, record)
    runner.start(name)
    return record


def _require_existence(request: Json) -> None:
    task = request["HumanTaskConfig"]
    require_role(request["RoleArn"])
    teams.by_arn(task["WorkteamArn"])
    consolidation = task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn")
    for arn in (task.get("PreHumanTaskLambdaArn"), consolidation):
        if arn and not built_in.is_known(arn):
            _require(client("lambda").get_function, f"function {arn}", FunctionName=arn)
    source = request["InputConfig"]["DataSource"].get("SnsDataSource", {}).get("SnsTopicArn")
    for arn in (request["OutputConfig"].get("SnsTopicArn"), source):
        if arn:
            _require(client("sns").get_topic_attributes, f"topic {arn}", TopicArn=arn)


def require_role(arn: str) -> None:
    """Check that SageMaker may assume a role.

    Raises
    ------
    ServiceError
        It does not exist, or trusts others only.
    """
    found = _require(client("iam").get_role, f"role {arn}", RoleName=arn.rpartition("/")[2])
    if "sagemaker.amazonaws.com" not in str(found["Role"]["AssumeRolePolicyDocument"]):
        message = f"Could not assume role {arn}: it must allow the principal sagemaker.amazonaws.com to assume it"
        raise ServiceError("ValidationException", message)


def _require(look: Callable[..., Any], what: str, **arguments: str) -> Json:
    try:
        found: Json = look(**arguments)
    except ClientError as error:
        raise ServiceError("ValidationException", f"{what} must exist; got {error}") from error
    return found


def describe(name: str) -> Json:
    """Return what DescribeLabelingJob answers."""
    job = records.find(name)
    request = job["request"]
    same = (
        "LabelingJobName", "LabelAttributeName", "InputConfig", "OutputConfig", "RoleArn", "LabelCategoryConfigS3Uri",
        "StoppingConditions", "LabelingJobAlgorithmsConfig", "HumanTaskConfig", "Tags",
    )  # fmt: skip
    return _summary(job) | {
        "JobReferenceCode": job["reference"],
        **{member: request[member] for member in same if member in request},
    }


def _summary(job: Json) -> Json:
    task = job["request"]["HumanTaskConfig"]
    found: Json = {
        "LabelingJobName": job["name"],
        "LabelingJobArn": job["arn"],
        "CreationTime": job["created"],
        "LastModifiedTime": job["modified"],
        "LabelingJobStatus": job["status"],
        "LabelCounters": batches.counters(objects.of(job["name"]).values()),
    }
    if "reason" in job:
        found["FailureReason"] = job["reason"]
    if job["iteration"]:
        found["LabelingJobOutput"] = {"OutputDatasetS3Uri": output_uri(job)}
    return found | {"WorkteamArn": task["WorkteamArn"]}


def listed(request: Json) -> Json:
    """Return what ListLabelingJobs answers."""
    summaries = []
    for job in records.all_jobs():
        task = job["request"]["HumanTaskConfig"]
        summary = _summary(job) | {"InputConfig": job["request"]["InputConfig"]}
        if "PreHumanTaskLambdaArn" in task:
            summary["PreHumanTaskLambdaArn"] = task["PreHumanTaskLambdaArn"]
        summary |= task.get("AnnotationConsolidationConfig", {})
        if request.get("StatusEquals") in {None, job["status"]}:
            summaries.append(summary)
    keys = {"Name": "LabelingJobName", "CreationTime": "CreationTime", "Status": "LabelingJobStatus"}
    found = paging.filtered(summaries, request, name="LabelingJobName", created="CreationTime")
    return paging.page("LabelingJobSummaryList", found, request, keys[request.get("SortBy", "CreationTime")])


def listed_for(request: Json) -> Json:
    """Return what ListLabelingJobsForWorkteam answers."""
    teams.by_arn(request["WorkteamArn"])
    summaries = []
    for job in records.all_jobs():
        task = job["request"]["HumanTaskConfig"]
        if task["WorkteamArn"] != request["WorkteamArn"]:
            continue
        counted = batches.counters(objects.of(job["name"]).values())
        summaries.append(
            {
                "LabelingJobName": job["name"],
                "JobReferenceCode": job["reference"],
                "WorkRequesterAccountId": account(),
                "CreationTime": job["created"],
                "LabelCounters": {
                    "HumanLabeled": counted["HumanLabeled"],
                    "PendingHuman": counted["Unlabeled"],
                    "Total": counted["TotalLabeled"] + counted["Unlabeled"] + counted["FailedNonRetryableError"],
                },
                "NumberOfHumanWorkersPerDataObject": task["NumberOfHumanWorkersPerDataObject"],
            }
        )
    wanted = request.get("JobReferenceCodeContains", "")
    summaries = [found for found in summaries if wanted in found["JobReferenceCode"]]
    found = paging.filtered(summaries, request, name="LabelingJobName", created="CreationTime")
    return paging.page("LabelingJobSummaryList", found, request, "CreationTime")


def stop(name: str) -> None:
    """Stop a job that has not ended."""
    records.request_stop(name)
