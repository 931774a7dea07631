"""What labeling jobs tell the rest of AWS, and how Step Functions and SNS drive them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.glue_support import wait_for
from tests.integration.labeling_support import Studio, open_studio
from tests.integration.test_labeling_jobs import GOOD, LINES, TRUTHS


@pytest.fixture(scope="module")
def studio(laptop: Any) -> Iterator[Studio]:
    for made in open_studio(laptop):
        made.crowd("tell-*", TRUTHS, GOOD)
        yield made


class Inbox:
    """A queue behind a topic or a rule."""

    def __init__(self, studio: Studio) -> None:
        self._sqs = studio.laptop.client("sqs")
        self._studio = studio
        self.url = self._sqs.create_queue(QueueName=f"inbox-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        self.arn = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]

    def behind_topic(self) -> str:
        sns = self._studio.laptop.client("sns")
        topic = str(sns.create_topic(Name=f"inbox-{uuid.uuid4().hex[:8]}")["TopicArn"])
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.arn)
        return topic

    def messages(self, enough: Callable[[list[Any]], bool], seconds: float = 30) -> list[Any]:
        found: list[Any] = []
        end = time.monotonic() + seconds
        while not enough(found):
            assert time.monotonic() < end, found
            answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


def test_the_end_of_a_job_is_an_event_with_its_arn(studio: Studio) -> None:
    inbox, events = Inbox(studio), studio.laptop.client("events")
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Ground Truth Labeling Job State Change"],
        "detail": {"LabelingJobStatus": ["Completed"]},
    }
    events.put_rule(Name="labeled", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="labeled", Targets=[{"Id": "inbox", "Arn": inbox.arn}])
    studio.wait(studio.start("tell-event", LINES[:1]))
    arn = studio.job("tell-event")["LabelingJobArn"]
    heard = inbox.messages(lambda found: any(event["resources"] == [arn] for event in found))
    events.remove_targets(Rule="labeled", Ids=["inbox"])
    events.delete_rule(Name="labeled")
    assert {event["detail"]["LabelingJobStatus"] for event in heard} == {"Completed"}


def test_metrics_and_the_activity_log_count_what_workers_do(studio: Studio) -> None:
    decliner = {"name": "picky", "accuracy": 1, "declines": 1}
    studio.crowd("counted", TRUTHS, [decliner, *GOOD])
    studio.wait(studio.start("counted", LINES[:4]))
    metrics = studio.laptop.client("cloudwatch")

    def total(namespace: str, name: str, statistic: str, **dimensions: str) -> float:
        found = metrics.get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=time.time() - 3600,
            EndTime=time.time() + 60,
            Period=7200,
            Statistics=[statistic],
        )["Datapoints"]
        return float(sum(point[statistic] for point in found))

    assert total("AWS/SageMaker", "TotalDatasetObjectsLabeled", "Maximum", LabelingJobName="counted") == 4
    wait_for(lambda: total("AWS/SageMaker", "JobsSucceeded", "Sum") >= 1)
    team = {"LabelingJob": "counted", "Workteam": studio.team.rpartition("/")[2]}
    wait_for(lambda: total("AWS/SageMaker/Workteam", "TasksSubmitted", "Sum", **team) == 12)
    logged = studio.laptop.client("logs").get_log_events(
        logGroupName="/aws/sagemaker/LabelingJobs", logStreamName="counted", startFromHead=True
    )["events"]
    assert [event["message"].partition(":")[0] for event in logged] == ["iteration 1", "Completed"]
    group = "/aws/sagemaker/groundtruth/WorkerActivity"
    events = studio.laptop.client("logs").get_log_events(
        logGroupName=group, logStreamName="counted", startFromHead=True
    )
    entries = [json.loads(event["message"]) for event in events["events"]]
    submitted = [entry for entry in entries if entry["event_type"] == "TasksSubmitted"]
    assert len(submitted) == 12
    assert {entry["labeling_job_arn"] for entry in entries} == {studio.job("counted")["LabelingJobArn"]}
    assert submitted[0]["cognito_user_pool_id"] == studio.member["UserPool"]
    declined = [entry for entry in entries if entry["event_type"] == "TasksDeclined"]
    assert all(entry["task_declined_time"].endswith(time.strftime("UTC %Y", time.gmtime())) for entry in declined)
    assert len(declined) == 1  # the seed shows it one object before the others


def test_each_label_goes_to_the_output_topic_and_the_team_hears_of_work(studio: Studio) -> None:
    labels, work = Inbox(studio), Inbox(studio)
    name = studio.team.rpartition("/")[2]
    topic = {"NotificationTopicArn": work.behind_topic()}
    studio.api.update_workteam(WorkteamName=name, NotificationConfiguration=topic)
    request = studio.request("tell-topic", studio.put_lines("topic.manifest", LINES[:2]))
    request["OutputConfig"]["SnsTopicArn"] = labels.behind_topic()
    studio.api.create_labeling_job(**request)
    studio.wait("tell-topic")
    lines = [json.loads(message["Message"]) for message in labels.messages(lambda found: len(found) == 2)]
    assert sorted(line["source"] for line in lines) == ["animal 0", "animal 1"]
    assert lines[0]["animal-metadata"]["job_name"] == "tell-topic"
    (heard,) = work.messages(lambda found: len(found) == 1)
    assert "tell-topic" in heard["Message"]
    studio.api.update_workteam(WorkteamName=name, NotificationConfiguration={})


def test_a_streaming_job_labels_each_object_of_its_topic_once(studio: Studio) -> None:
    sns = studio.laptop.client("sns")
    topic = sns.create_topic(Name="to-label")["TopicArn"]
    request = studio.request("tell-stream", "s3://unused/unused")
    source = {"SnsDataSource": {"SnsTopicArn": topic}}
    manifest = studio.put_lines("first.manifest", LINES[:1])
    request["InputConfig"]["DataSource"] = source | {"S3DataSource": {"ManifestS3Uri": manifest}}
    studio.api.create_labeling_job(**request)
    studio.wait("tell-stream", "InProgress")
    keyed = {"source": "animal 1", "dataset-objectid-attribute-name": "row", "row": "7"}
    for message in (keyed, keyed | {"again": True}, {"source": "animal 2"}):
        sns.publish(TopicArn=topic, Message=json.dumps(message))
    end = time.monotonic() + 30
    while studio.job("tell-stream")["LabelCounters"]["TotalLabeled"] < 3:
        assert time.monotonic() < end, studio.job("tell-stream")
        time.sleep(0.1)
    studio.api.stop_labeling_job(LabelingJobName="tell-stream")
    assert studio.wait("tell-stream")["LabelingJobStatus"] == "Stopped"
    output = studio.output("tell-stream")
    assert [line["source"] for line in output] == ["animal 0", "animal 1", "animal 2"]
    assert output[1]["row"] == "7"
    assert output[2][output[2]["dataset-objectid-attribute-name"]]  # the id of the message
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    # It may hold objects that came too late, so AWS keeps it.
    assert studio.laptop.client("sqs").get_queue_url(QueueName="GroundTruth-tell-stream")["QueueUrl"]


def test_a_streaming_job_that_has_nothing_to_do_for_ten_days_is_stopped(studio: Studio) -> None:
    studio.crowd("idle", {}, GOOD, speed=10 * 24 * 3600)
    request = studio.request("idle", "s3://unused/unused")
    topic = studio.laptop.client("sns").create_topic(Name="nothing-comes")["TopicArn"]
    request["InputConfig"]["DataSource"] = {"SnsDataSource": {"SnsTopicArn": topic}}
    studio.api.create_labeling_job(**request)
    assert studio.wait("idle")["LabelingJobStatus"] == "Stopped"


def execution(studio: Studio, resource: str, request: dict[str, Any]) -> tuple[Any, str]:
    states = studio.laptop.client("stepfunctions")
    definition = {"StartAt": "Label", "States": {"Label": {"Type": "Task", "Resource": resource, "End": True}}}
    machine = states.create_state_machine(
        name=f"label-{uuid.uuid4().hex[:8]}",
        definition=json.dumps(definition),
        roleArn="arn:aws:iam::000000000000:role/states",
    )["stateMachineArn"]
    return states, states.start_execution(stateMachineArn=machine, input=json.dumps(request))["executionArn"]


def ended(states: Any, arn: str) -> dict[str, Any]:
    end = time.monotonic() + 60
    while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < end
        time.sleep(0.1)
    return dict(found)


SYNC = "arn:aws:states:::sagemaker:createLabelingJob.sync"


def test_step_functions_waits_for_a_job_and_gets_its_description(studio: Studio) -> None:
    request = studio.request("tell-states", studio.put_lines("states.manifest", LINES[:2]))
    found = ended(*execution(studio, SYNC, request))
    assert found["status"] == "SUCCEEDED", found
    output = json.loads(found["output"])
    assert (output["LabelingJobStatus"], output["LabelCounters"]["TotalLabeled"]) == ("Completed", 2)
    assert isinstance(output["CreationTime"], int)
    again = ended(*execution(studio, SYNC, request))
    assert again["error"] == "SageMaker.ResourceInUseException"


def test_fails_an_execution_by_the_documented_errors(studio: Studio) -> None:
    refused = studio.request("tell-refused", f"s3://{studio.bucket}/x", TaskTimeLimitInSeconds=30_000)
    assert ended(*execution(studio, SYNC, refused))["error"] == "SageMaker.AmazonSageMakerException"
    failing = studio.request("tell-failing", f"s3://{studio.bucket}/nowhere.manifest")
    found = ended(*execution(studio, SYNC, failing))
    assert found["error"] == "States.TaskFailed"
    assert "nowhere.manifest must be readable" in json.loads(found["cause"])["FailureReason"]
    unknown = {"LabelingJobName": "nobody-knows-it"}
    described = ended(*execution(studio, "arn:aws:states:::aws-sdk:sagemaker:describeLabelingJob", unknown))
    assert described["error"] == "SageMaker.ResourceNotFoundException"


def test_stopping_an_execution_stops_its_job(studio: Studio) -> None:
    request = studio.request("waits-for-people", studio.put_lines("people.manifest", LINES[:1]))
    states, arn = execution(studio, SYNC, request)
    end = time.monotonic() + 30
    while not studio.api.list_labeling_jobs(NameContains="waits-for-people")["LabelingJobSummaryList"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    studio.wait("waits-for-people", "InProgress")
    states.stop_execution(executionArn=arn)
    assert studio.wait("waits-for-people")["LabelingJobStatus"] == "Stopped"
