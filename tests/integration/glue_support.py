"""Small lakes for the tests of the Glue services: a bucket with a script, a role, a job."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from tests.integration.conftest import Laptop

ROLE = "arn:aws:iam::000000000000:role/glue-test"


def wait_for(probe: Callable[[], Any], seconds: float = 120) -> Any:
    """Return the first answer of the probe that is not None or empty."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = probe()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"nothing happened within {seconds} seconds: {probe.__qualname__}")


def new_bucket(laptop: Laptop, prefix: str = "lake-test") -> str:
    name = f"{prefix}-{uuid.uuid4().hex[:12]}"
    laptop.client("s3").create_bucket(Bucket=name)
    return name


def new_job(laptop: Laptop, script: str, **settings: Any) -> tuple[str, str]:
    """Create a Glue Spark job; return its name and the bucket of its script."""
    bucket = new_bucket(laptop, "lake-scripts")
    laptop.client("s3").put_object(Bucket=bucket, Key="job.py", Body=script.encode())
    name = f"job-{uuid.uuid4().hex[:8]}"
    command = {"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/job.py", "PythonVersion": "3"}
    definition = {"Name": name, "Role": ROLE, "Command": command, "GlueVersion": "5.1", "Timeout": 10} | settings
    laptop.client("glue").create_job(**definition)
    return name, bucket


def finished_run(laptop: Laptop, job: str, run_id: str) -> dict[str, Any]:
    glue = laptop.client("glue")

    def finished() -> dict[str, Any] | None:
        run: dict[str, Any] = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        return None if run["JobRunState"] in {"STARTING", "RUNNING", "STOPPING"} else run

    result: dict[str, Any] = wait_for(finished)
    return result


def events_of(laptop: Laptop, pattern: str) -> Callable[[], list[str]]:
    """Send what matches the event pattern to a new queue; return a function that takes messages from it."""
    name = f"events-{uuid.uuid4().hex[:8]}"
    sqs, events = laptop.client("sqs"), laptop.client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventPattern=pattern)
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

    def take() -> list[str]:
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(message["Body"])
        return found

    return take
