"""Streaming jobs: objects come as messages of an SNS topic, and each is labeled as soon as it is answered.

Like Ground Truth, a job has a queue `GroundTruth-<name>` that is subscribed to its topic. An object comes once, however
often its message does: by `dataset-objectid-attribute-name`, by address and sequencer of an S3 notification, or by the
id of the message. A job without anything to do for ten days is stopped. Its queue outlives it.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-streaming-labeling-job.html
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from laptop.emulator.clients import account, client, region
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import manifest, objects, records
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.sagemaker")

IDLE_SECONDS = 10 * 24 * 3600
_SEEN = Store("labeling-messages")
_KEY = "dataset-objectid-attribute-name"


def is_streaming(request: Json) -> bool:
    return bool(request["InputConfig"]["DataSource"].get("SnsDataSource"))


def subscribe(job: Json) -> None:
    """Create the queue of a job and subscribe it to the topic."""
    queue = client("sqs").create_queue(QueueName=_queue_name(job))["QueueUrl"]
    arn = f"arn:aws:sqs:{region()}:{account()}:{_queue_name(job)}"
    topic = job["request"]["InputConfig"]["DataSource"]["SnsDataSource"]["SnsTopicArn"]
    subscription = client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    records.change(job["name"], queue=queue, subscription=subscription)


def unsubscribe(job: Json) -> None:
    """Remove the subscription of a job; its queue stays, as it may hold objects that nobody has seen."""
    if "subscription" not in job:
        return
    try:
        client("sns").unsubscribe(SubscriptionArn=job["subscription"])
    except ClientError as error:
        # What is gone already counts as removed.
        logger.info("subscription of %s: %s", job["name"], error)


def _queue_name(job: Json) -> str:
    return f"GroundTruth-{job['name']}"


def receive(job: Json) -> None:
    """Add what has arrived since the last time to the objects of a job."""
    sqs = client("sqs")
    while True:
        found = sqs.receive_message(QueueUrl=job["queue"], MaxNumberOfMessages=10, WaitTimeSeconds=0)
        messages = found.get("Messages", [])
        for message in messages:
            for key, line in data_objects(json.loads(message["Body"]), job["request"]["LabelAttributeName"]):
                _add_once(job["name"], key, line)
            sqs.delete_message(QueueUrl=job["queue"], ReceiptHandle=message["ReceiptHandle"])
        if not messages:
            return


def _add_once(job: str, key: str, line: str) -> None:
    try:
        manifest.check_line(line)
    except manifest.DataError as error:
        logger.warning("labeling job %s dropped a message: %s", job, error)
        return
    # First the object: a crash between the two must not lose it; `known` then finds it.
    if _SEEN.get(f"{job}/{key}") is None and line not in {found["line"] for found in objects.of(job).values()}:
        objects.add(job, [line])
    _SEEN.put(f"{job}/{key}", True)


def data_objects(notification: Json, attribute: str) -> list[tuple[str, str]]:
    """Return the objects of one SNS notification, each with its deduplication id, as lines of a manifest. Pure."""
    try:
        message = json.loads(notification["Message"])
    except ValueError:
        return [(notification["MessageId"], notification["Message"])]
    if isinstance(message, dict) and "Records" in message:
        return [_from_s3(record["s3"], attribute) for record in message["Records"]]
    if isinstance(message, dict) and _KEY in message:
        return [(str(message.get(message[_KEY])), json.dumps(message, ensure_ascii=False))]
    if isinstance(message, dict):
        message |= {_KEY: f"${attribute}-object-id", f"${attribute}-object-id": notification["MessageId"]}
    return [(notification["MessageId"], json.dumps(message, ensure_ascii=False))]


def _from_s3(record: Json, attribute: str) -> tuple[str, str]:
    uri = f"s3://{record['bucket']['name']}/{unquote_plus(record['object']['key'])}"
    sequencer = record["object"].get("sequencer", "")
    line: dict[str, Any] = {
        "source-ref": uri,
        _KEY: f"${attribute}-object-id",
        f"${attribute}-object-id": f"{uri}#{sequencer}",
        "$sequencer": sequencer,
    }
    return f"{uri}#{sequencer}", json.dumps(line, ensure_ascii=False)


def is_idle(job: Json) -> bool:
    """Tell whether a job has had nothing to do for so long that it ends."""
    return bool(time.time() - job["modified"] > IDLE_SECONDS / job["speed"])
