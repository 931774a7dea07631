"""Glue jobs on local Spark: two real runs, shared by the tests."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.glue_support import events_of, finished_run, new_bucket, new_job, wait_for

SCRIPT = """
import sys
from helpers import doubled
from pyspark.sql import SparkSession

arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
data = f"s3://{arguments['--data']}"
spark = SparkSession.builder.getOrCreate()
print("arguments", sorted(arguments))
print("shuffles", spark.conf.get("spark.sql.shuffle.partitions"))
rows = spark.read.option("header", True).csv(data + "/raw/").selectExpr("name", "cast(amount as int) amount", "day")
doubled(rows).write.mode("overwrite").partitionBy("day").parquet(data + "/out/")
try:
    spark.read.csv("s3://lake-not" + "-mine/x/")
except Exception as error:
    print("other bucket:", str(error.java_exception))
"""
HELPERS = """
def doubled(rows):
    return rows.selectExpr("name", "amount * 2 as amount", "day")
"""


@dataclass(frozen=True)
class Ran:
    bucket: str
    job: str
    run: dict[str, Any]
    events: list[dict[str, Any]]


@pytest.fixture(scope="module")
def ran(laptop: Laptop) -> Ran:
    s3 = laptop.client("s3")
    bucket = new_bucket(laptop)
    s3.put_object(Bucket=bucket, Key="raw/a.csv", Body=b"name,amount,day\nA,1,mon\nB,2,tue\n")
    s3.put_object(Bucket=bucket, Key="out/day=old/part-0.parquet", Body=b"gone after the overwrite")
    s3.put_object(Bucket=bucket, Key="kept/x.txt", Body=b"kept")
    s3.create_bucket(Bucket="lake-not-mine")
    job, scripts = new_job(
        laptop,
        SCRIPT,
        DefaultArguments={
            "--data": bucket,
            "--level": "job",
            "--conf": "spark.sql.shuffle.partitions=3 --conf spark.sql.adaptive.enabled=false",
            "--enable-metrics": "true",
            "--enable-spark-ui": "true",
            "--spark-event-logs-path": f"s3://{bucket}/events/",
            "--job-bookmark-option": "job-bookmark-disable",
        },
        ExecutionProperty={"MaxConcurrentRuns": 1},
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("helpers.py", HELPERS)
    s3.put_object(Bucket=scripts, Key="runtime.zip", Body=archive.getvalue())
    take = events_of(laptop, json.dumps({"source": ["aws.glue"], "detail": {"jobName": [job]}}))
    glue = laptop.client("glue")
    run_id = glue.start_job_run(JobName=job, Arguments={"--extra-py-files": f"s3://{scripts}/runtime.zip"})["JobRunId"]
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException):
        glue.start_job_run(JobName=job)
    run = finished_run(laptop, job, run_id)
    events = wait_for(take)
    return Ran(bucket, job, run, [json.loads(event) for event in events])


def lines(laptop: Laptop, run: dict[str, Any], group: str) -> list[str]:
    page = laptop.client("logs").get_log_events(
        logGroupName=f"/aws-glue/jobs/{group}", logStreamName=f"{run['Id']}-driver"
    )
    return [event["message"] for event in page["events"]]


def test_run_succeeds(ran: Ran) -> None:
    assert (ran.run["JobRunState"], ran.run.get("ErrorMessage")) == ("SUCCEEDED", None)


def test_what_spark_writes_becomes_objects_and_what_it_deletes_goes(laptop: Laptop, ran: Ran) -> None:
    listed = laptop.client("s3").list_objects_v2(Bucket=ran.bucket)["Contents"]
    keys = [item["Key"] for item in listed]
    partitions = sorted(key.split("/")[1] for key in keys if key.startswith("out/") and key.endswith(".parquet"))
    assert partitions == ["day=mon", "day=tue"]
    assert "kept/x.txt" in keys
    assert not [key for key in keys if "_temporary" in key or key.endswith(".crc")]
    assert all(len(item["ETag"]) > 30 for item in listed)


def test_script_gets_its_own_arguments_and_not_those_that_glue_consumes(laptop: Laptop, ran: Ran) -> None:
    wanted = "arguments ['--JOB_ID', '--JOB_NAME', '--JOB_RUN_ID', '--data', '--level']"
    assert wanted in lines(laptop, ran.run, "output")


def test_conf_argument_sets_spark(laptop: Laptop, ran: Ran) -> None:
    assert "shuffles 3" in lines(laptop, ran.run, "output")


def test_fails_to_open_a_bucket_that_the_run_does_not_name(laptop: Laptop, ran: Ran) -> None:
    message = [line for line in lines(laptop, ran.run, "output") if line.startswith("other bucket:")]
    assert len(message) == 1
    assert "Could not initialize target File System for URI : s3://lake-not-mine/" in message[0]


def test_spark_ui_event_log_is_kept(laptop: Laptop, ran: Ran) -> None:
    found = laptop.client("s3").list_objects_v2(Bucket=ran.bucket, Prefix="events/")["Contents"]
    assert [item["Key"].startswith("events/local-") for item in found] == [True]


def test_state_change_event_is_on_the_default_bus(ran: Ran) -> None:
    details = [event["detail"] for event in ran.events if event["detail-type"] == "Glue Job State Change"]
    assert [(item["jobRunId"], item["state"], item["severity"]) for item in details] == [
        (ran.run["Id"], "SUCCEEDED", "INFO")
    ]


def test_runs_are_listed_newest_first_in_pages(laptop: Laptop, ran: Ran) -> None:
    page = laptop.client("glue").get_job_runs(JobName=ran.job, MaxResults=1)
    assert [run["Id"] for run in page["JobRuns"]] == [ran.run["Id"]]


@pytest.fixture(scope="module")
def broken(laptop: Laptop) -> tuple[str, list[dict[str, Any]]]:
    # Spark is not used: the failure comes before the session.
    job, _ = new_job(laptop, "def run():\n    raise ValueError('12 bad rows')\nrun()\n", MaxRetries=1)
    glue = laptop.client("glue")
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    finished_run(laptop, job, run_id)
    finished = wait_for(lambda: _finished(glue, job, 2))
    return run_id, finished


def _finished(glue: Any, job: str, count: int) -> list[dict[str, Any]] | None:
    runs = glue.get_job_runs(JobName=job)["JobRuns"]
    return runs if [run["JobRunState"] for run in runs] == ["FAILED"] * count else None


def test_fails_with_the_last_line_of_the_traceback(broken: tuple[str, list[dict[str, Any]]]) -> None:
    assert broken[1][-1]["ErrorMessage"] == "ValueError: 12 bad rows"


def test_failed_run_is_retried_as_a_new_attempt(broken: tuple[str, list[dict[str, Any]]]) -> None:
    first, (retry, _) = broken
    assert (retry["Id"], retry["Attempt"], retry["PreviousRunId"]) == (f"{first}_attempt_1", 1, first)


def test_stopped_run_ends_and_may_be_followed_by_another(laptop: Laptop) -> None:
    job, _ = new_job(laptop, "import time\ntime.sleep(600)\n")
    glue = laptop.client("glue")
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    answer = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_unknown"])
    assert [item["JobRunId"] for item in answer["SuccessfulSubmissions"]] == [run_id]
    assert [item["JobRunId"] for item in answer["Errors"]] == ["jr_unknown"]
    assert finished_run(laptop, job, run_id)["JobRunState"] == "STOPPED"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"GlueVersion": "4.0"}, "GlueVersion 4.0"),
        ({"DefaultArguments": {"--additional-python-modules": "no-such-module==1.0"}}, "no-such-module"),
        ({"DefaultArguments": {"--job-bookmark-option": "job-bookmark-enable"}}, "job-bookmark-enable"),
        ({"Command": {"Name": "gluestreaming", "ScriptLocation": "s3://x/job.py"}}, "gluestreaming"),
    ],
)
def test_fails_to_start_what_would_not_really_run(laptop: Laptop, settings: dict[str, Any], named: str) -> None:
    job, _ = new_job(laptop, "", **settings)
    glue = laptop.client("glue")
    with pytest.raises(glue.exceptions.ClientError, match=f"NotImplementedOnLaptop.*{named}"):
        glue.start_job_run(JobName=job)


def test_fails_to_start_an_unknown_job(laptop: Laptop) -> None:
    glue = laptop.client("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.start_job_run(JobName=f"unknown-{uuid.uuid4().hex}")
