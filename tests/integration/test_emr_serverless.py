"""EMR Serverless on the laptop: applications and job runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Laptop
from tests.integration.emr_support import Emr, new_emr
from tests.integration.glue_support import events_of, wait_for

Json = dict[str, Any]
ROLE = "arn:aws:iam::000000000000:role/emr-test"


@pytest.fixture(scope="module")
def emr(laptop: Laptop) -> Emr:
    return new_emr(laptop)


@pytest.fixture(scope="module")
def application(laptop: Laptop) -> str:
    made = laptop.client("emr-serverless").create_application(name="steps", releaseLabel="emr-7.13.0", type="SPARK")
    return str(made["applicationId"])


def start(emr: Emr, application: str, word: str, **more: Any) -> str:
    log = {"s3MonitoringConfiguration": {"logUri": f"s3://{emr.bucket}/logs/"}}
    started = emr.laptop.client("emr-serverless").start_job_run(
        applicationId=application,
        executionRoleArn=ROLE,
        name=word,
        jobDriver={"sparkSubmit": {"entryPoint": f"s3://{emr.bucket}/code/step.py", "entryPointArguments": [word]}},
        configurationOverrides={"monitoringConfiguration": log},
        **more,
    )
    return str(started["jobRunId"])


def ended(emr: Emr, application: str, run_id: str) -> Json:
    def look() -> Json | None:
        api = emr.laptop.client("emr-serverless")
        run: Json = api.get_job_run(applicationId=application, jobRunId=run_id)["jobRun"]
        return run if run["state"] in {"SUCCESS", "FAILED", "CANCELLED"} else None

    found: Json = wait_for(look)
    return found


def test_job_run_starts_its_application_and_leaves_its_log(laptop: Laptop, emr: Emr, application: str) -> None:
    api = laptop.client("emr-serverless")
    assert api.get_application(applicationId=application)["application"]["state"] == "CREATED"
    take = events_of(laptop, json.dumps({"source": ["aws.emr-serverless"], "detail": {"jobRunName": ["once"]}}))
    run_id = start(emr, application, "once")
    assert ended(emr, application, run_id)["state"] == "SUCCESS"
    assert api.get_application(applicationId=application)["application"]["state"] == "STARTED"
    folder = f"logs/applications/{application}/jobs/{run_id}/SPARK_DRIVER"
    assert emr.log(f"{folder}/stdout.gz") == "hello once\n"
    states: list[str] = []

    def told() -> bool:
        states.extend(json.loads(body)["detail"]["state"] for body in take())
        return "SUCCESS" in states

    # The last event comes after the state.
    wait_for(told)
    assert sorted(states) == sorted(["SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "SUCCESS"])


def test_fails_a_job_run_with_the_last_line_of_its_traceback(emr: Emr, application: str) -> None:
    run = ended(emr, application, start(emr, application, "fail"))
    assert run["state"] == "FAILED"
    assert "ValueError: too many bad documents" in run["stateDetails"]


def test_job_run_is_killed_when_it_is_cancelled(emr: Emr, application: str) -> None:
    api = emr.laptop.client("emr-serverless")
    run_id = start(emr, application, "sleep")
    with pytest.raises(ClientError, match="completed or cancelled before stopping"):
        api.stop_application(applicationId=application)
    api.cancel_job_run(applicationId=application, jobRunId=run_id)
    assert ended(emr, application, run_id)["state"] == "CANCELLED"
    cancelled = api.list_job_runs(applicationId=application, states=["CANCELLED"])["jobRuns"]
    assert [run["id"] for run in cancelled] == [run_id]


def test_job_run_ends_at_its_timeout(emr: Emr, application: str) -> None:
    run = ended(emr, application, start(emr, application, "sleep", executionTimeoutMinutes=5))
    assert (run["state"], run["stateDetails"]) == ("FAILED", "Job run timed out after 5 minutes")


def test_idle_application_stops_by_itself(laptop: Laptop) -> None:
    api = laptop.client("emr-serverless")
    # Three seconds here: long enough to be seen STARTED on a busy machine.
    stop = {"enabled": True, "idleTimeoutMinutes": 15}
    made = api.create_application(releaseLabel="emr-7.13.0", type="SPARK", autoStopConfiguration=stop)["applicationId"]
    api.start_application(applicationId=made)
    assert api.get_application(applicationId=made)["application"]["state"] == "STARTED"
    wait_for(lambda: api.get_application(applicationId=made)["application"]["state"] == "STOPPED")
    api.delete_application(applicationId=made)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        api.get_application(applicationId=made)


def test_fails_for_what_the_laptop_would_only_pretend_to_do(laptop: Laptop, emr: Emr, application: str) -> None:
    with pytest.raises(ClientError, match="not implemented on the laptop"):
        start(emr, application, "once", mode="STREAMING")
    with pytest.raises(ClientError, match="not implemented on the laptop"):
        laptop.client("emr-serverless").list_job_run_attempts(applicationId=application, jobRunId="0")
