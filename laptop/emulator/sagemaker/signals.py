"""What Ground Truth tells the rest of AWS.

| what | where | source (SageMaker developer guide) |
|---|---|---|
| a job ended | EventBridge "SageMaker Ground Truth Labeling Job State Change" | "Monitor Labeling Job Status" |
| objects labeled, failed; jobs ended | metrics in AWS/SageMaker | "SageMaker Ground Truth Metrics" |
| how a job goes on | `/aws/sagemaker/LabelingJobs`, a stream for each job; what AWS writes there is not documented | "Log Groups" |
| a worker took, answered, gave back a task | `/aws/sagemaker/groundtruth/WorkerActivity` | "Track Worker Performance" |
| | metrics in AWS/SageMaker/Workteam | "SageMaker Ground Truth Metrics" |
| work for a team | its notification topic | "Create and Manage Amazon SNS Topics for Your Work Teams" |
| an object was labeled | its output line, to the job's output topic | "Ground Truth Streaming Labeling Jobs" |

Events of workers are sent about once a second, by one thread: AWS sends them with a delay as well.
"""  # noqa: E501

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from typing import Any

from botocore.exceptions import ClientError

from laptop.emulator import aws_events
from laptop.emulator.clients import account, background, client, scope
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import records

logger = logging.getLogger("laptop.sagemaker")

ACTIVITY_GROUP = "/aws/sagemaker/groundtruth/WorkerActivity"
JOBS_GROUP = "/aws/sagemaker/LabelingJobs"
_JOB_METRICS = {"Completed": "JobsSucceeded", "Failed": "JobsFailed", "Stopped": "JobsStopped"}
_TIMES = {
    "TasksAccepted": "task_accepted_time",
    "TasksSubmitted": "task_submitted_time",
    "TasksReturned": "task_returned_time",
    "TasksDeclined": "task_declined_time",
}
# A call of PutMetricData takes up to 1,000 metrics; one of PutLogEvents up to 10,000 events.
_METRICS_PER_CALL = 1000
_LINES_PER_CALL = 10_000
_SEND_SECONDS = 1.0
_lock = threading.Lock()
_waiting: dict[tuple[str, str], list[Json]] = {}


def ended(job: Json) -> None:
    """Announce that a job has ended."""
    status = job["status"]
    _put_metrics("AWS/SageMaker", [{"MetricName": _JOB_METRICS[status], "Value": 1, "Unit": "None"}])
    detail = {"LabelingJobStatus": status}
    aws_events.emit("aws.sagemaker", "SageMaker Ground Truth Labeling Job State Change", detail, [job["arn"]])


def log(job_name: str, text: str) -> None:
    """Write a line to the log of a job."""
    _put_lines(JOBS_GROUP, job_name, [{"timestamp": int(time.time() * 1000), "message": text}])


def progress(job: Json, counters: Json) -> None:
    """Put how far a job is."""
    values = {
        "DatasetObjectsHumanAnnotated": counters["HumanLabeled"],
        "DatasetObjectsLabelingFailed": counters["FailedNonRetryableError"],
        "TotalDatasetObjectsLabeled": counters["TotalLabeled"],
    }
    if "LabelingJobAlgorithmsConfig" in job["request"]:
        values["DatasetObjectsAutoAnnotated"] = counters["MachineLabeled"]
    dimensions = [{"Name": "LabelingJobName", "Value": job["name"]}]
    _put_metrics(
        "AWS/SageMaker",
        [{"MetricName": name, "Dimensions": dimensions, "Value": n, "Unit": "None"} for name, n in values.items()],
    )


def work_available(job: Json, workteam: Json) -> None:
    """Tell a team, if it wants to hear it, that a job has tasks for it."""
    topic = workteam.get("NotificationConfiguration", {}).get("NotificationTopicArn")
    if topic:
        title = job["request"]["HumanTaskConfig"]["TaskTitle"]
        _publish(topic, f"There is new work for {workteam['WorkteamName']}: {title} ({job['name']})")


def labeled(job: Json, line: str) -> None:
    """Send an output line to the job's output topic, if it has one."""
    topic = job["request"]["OutputConfig"].get("SnsTopicArn")
    if topic:
        _publish(topic, line)


def _publish(topic: str, message: str) -> None:
    try:
        client("sns").publish(TopicArn=topic, Message=message)
    except ClientError:
        # The labels are in the output; a topic that is gone must not cost them.
        logger.exception("could not publish to %s", topic)


def worker_event(job_name: str, event: Json, kind: str) -> None:
    """Note that a worker took, answered or gave back a task.

    Parameters
    ----------
    event
        A claim or an answer, see `task_rules`.
    kind
        `TasksAccepted`, `TasksSubmitted`, `TasksReturned` or `TasksDeclined`.
    """
    note = {"job": job_name, "kind": kind, "worker": event["worker"], "accepted": event["accepted"], "at": time.time()}
    with _lock:
        first = not _waiting.get(scope())
        _waiting.setdefault(scope(), []).append(note)
    if first:
        background(_send_soon)


def _send_soon() -> None:
    time.sleep(_SEND_SECONDS)
    with _lock:
        notes = _waiting.pop(scope(), [])
    for job in sorted({note["job"] for note in notes}):
        _send(job, [note for note in notes if note["job"] == job])


def _send(job_name: str, notes: list[Json]) -> None:
    job = records.find(job_name)
    lines = [{"timestamp": int(note["at"] * 1000), "message": json.dumps(activity(job, note))} for note in notes]
    _put_lines(ACTIVITY_GROUP, job_name, lines)
    _put_metrics("AWS/SageMaker/Workteam", [datum for note in notes for datum in _worker_metrics(job, note)])


def _put_lines(group: str, stream: str, lines: list[Json]) -> None:
    logs, names = client("logs"), {"logGroupName": group, "logStreamName": stream}
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(**names)
    for start in range(0, len(lines), _LINES_PER_CALL):
        logs.put_log_events(**names, logEvents=lines[start : start + _LINES_PER_CALL])


def activity(job: Json, note: Json) -> Json:
    """Return the log entry of one event, as the guide shows it."""
    times = dict.fromkeys(_TIMES.values(), "")
    times["task_accepted_time"] = _date(note["accepted"])
    times[_TIMES[note["kind"]]] = _date(note["at"])
    return {
        "worker_id": note["worker"]["id"].rpartition(".")[2],
        "cognito_user_pool_id": note["worker"]["issuer"].rpartition("/")[2],
        "cognito_sub_id": note["worker"]["sub"],
        **times,
        "workteam_arn": job["request"]["HumanTaskConfig"]["WorkteamArn"],
        "labeling_job_arn": job["arn"],
        "work_requester_account_id": account(),
        "job_reference_code": job["reference"],
        "job_type": "Private",
        "event_type": note["kind"],
        "event_timestamp": str(int(note["at"])),
    }


def _date(seconds: float) -> str:
    return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(seconds))


def _worker_metrics(job: Json, note: Json) -> list[Json]:
    team = job["request"]["HumanTaskConfig"]["WorkteamArn"].rpartition("/")[2]
    names = {"LabelingJob": job["name"], "Workteam": team}
    shared: dict[str, Any] = {"Dimensions": [{"Name": name, "Value": value} for name, value in names.items()]}
    data = [{"MetricName": note["kind"], "Value": 1, "Unit": "None", **shared}]
    if note["kind"] == "TasksSubmitted":
        spent = note["at"] - note["accepted"]
        data.append({"MetricName": "TimeSpent", "Value": spent, "Unit": "Seconds", **shared})
    if note["kind"] != "TasksAccepted":
        data.append({"MetricName": "ActiveWorkers", "Value": 1, "Unit": "None", **shared})
    return data


def _put_metrics(namespace: str, data: list[Json]) -> None:
    for start in range(0, len(data), _METRICS_PER_CALL):
        client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data[start : start + _METRICS_PER_CALL])
