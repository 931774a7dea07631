"""Glue workflows and triggers: one real workflow, shared by the tests."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.glue_support import ROLE, new_bucket, new_job, wait_for

Json = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    workflow: str
    run: Json
    job: str
    skipped: str


@pytest.fixture(scope="module")
def ran(laptop: Laptop) -> Ran:
    glue = laptop.client("glue")
    bucket, database = new_bucket(laptop), f"raw_{uuid.uuid4().hex[:8]}"
    laptop.client("s3").put_object(Bucket=bucket, Key="orders/x.csv", Body=b"id,amount\n1,2.5\n2,3\n")
    glue.create_database(DatabaseInput={"Name": database})
    crawler, workflow = f"crawler-{uuid.uuid4().hex[:8]}", f"workflow-{uuid.uuid4().hex[:8]}"
    targets = {"S3Targets": [{"Path": f"s3://{bucket}/orders/"}]}
    glue.create_crawler(Name=crawler, Role=ROLE, DatabaseName=database, Targets=targets)
    job, _ = new_job(laptop, "import sys\nprint(sys.argv)")
    skipped, _ = new_job(laptop, "print('must not run')")
    glue.create_workflow(Name=workflow, DefaultRunProperties={"stage": "test"}, MaxConcurrentRuns=1)
    glue.create_trigger(
        Name=f"{workflow}-start", WorkflowName=workflow, Type="ON_DEMAND", Actions=[{"CrawlerName": crawler}]
    )
    crawled = {"LogicalOperator": "EQUALS", "CrawlerName": crawler, "CrawlState": "SUCCEEDED"}
    failed = {"LogicalOperator": "EQUALS", "JobName": job, "State": "FAILED"}
    for name, condition, action in (("curate", crawled, job), ("alarm", failed, skipped)):
        glue.create_trigger(
            Name=f"{workflow}-{name}",
            WorkflowName=workflow,
            Type="CONDITIONAL",
            StartOnCreation=True,
            Predicate={"Logical": "AND", "Conditions": [condition]},
            Actions=[{"JobName": action, "Arguments": {"--level": "trigger"}}],
        )
    run_id = glue.start_workflow_run(Name=workflow)["RunId"]
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException):
        glue.start_workflow_run(Name=workflow)

    def completed() -> Json | None:
        run: Json = glue.get_workflow_run(Name=workflow, RunId=run_id)["Run"]
        return run if run["Status"] == "COMPLETED" else None

    return Ran(workflow, wait_for(completed), job, skipped)


def test_workflow_runs_its_crawler_and_then_its_job(ran: Ran) -> None:
    statistics = {name: count for name, count in ran.run["Statistics"].items() if count}
    assert statistics == {"TotalActions": 2, "SucceededActions": 2}
    assert ran.run["WorkflowRunProperties"] == {"stage": "test"}


def test_job_knows_its_trigger_and_its_workflow_run(laptop: Laptop, ran: Ran) -> None:
    (run,) = laptop.client("glue").get_job_runs(JobName=ran.job)["JobRuns"]
    assert run["TriggerName"] == f"{ran.workflow}-curate"
    assert run["Arguments"] == {
        "--level": "trigger",
        "--WORKFLOW_NAME": ran.workflow,
        "--WORKFLOW_RUN_ID": ran.run["WorkflowRunId"],
    }


def test_trigger_whose_condition_does_not_hold_starts_nothing(laptop: Laptop, ran: Ran) -> None:
    assert laptop.client("glue").get_job_runs(JobName=ran.skipped)["JobRuns"] == []


def test_workflow_shows_its_last_run(laptop: Laptop, ran: Ran) -> None:
    workflow = laptop.client("glue").get_workflow(Name=ran.workflow)["Workflow"]
    assert workflow["LastRun"]["WorkflowRunId"] == ran.run["WorkflowRunId"]


def test_conditional_trigger_outside_of_a_workflow_follows_a_triggered_job(laptop: Laptop) -> None:
    glue = laptop.client("glue")
    first, _ = new_job(laptop, "raise SystemExit(3)")
    second, _ = new_job(laptop, "print('cleaning up')")
    name = f"trigger-{uuid.uuid4().hex[:8]}"
    condition = {"LogicalOperator": "EQUALS", "JobName": first, "State": "FAILED"}
    glue.create_trigger(Name=name, Type="ON_DEMAND", Actions=[{"JobName": first}])
    glue.create_trigger(
        Name=f"{name}-after",
        Type="CONDITIONAL",
        StartOnCreation=True,
        Predicate={"Logical": "ANY", "Conditions": [condition]},
        Actions=[{"JobName": second}],
    )
    glue.start_trigger(Name=name)
    (run,) = wait_for(lambda: glue.get_job_runs(JobName=second)["JobRuns"])
    assert run["TriggerName"] == f"{name}-after"


def test_stopped_workflow_run_stops_its_jobs(laptop: Laptop) -> None:
    glue = laptop.client("glue")
    job, _ = new_job(laptop, "import time\ntime.sleep(600)")
    workflow = f"workflow-{uuid.uuid4().hex[:8]}"
    glue.create_workflow(Name=workflow)
    glue.create_trigger(Name=f"{workflow}-s", WorkflowName=workflow, Type="ON_DEMAND", Actions=[{"JobName": job}])
    run_id = glue.start_workflow_run(Name=workflow)["RunId"]
    glue.stop_workflow_run(Name=workflow, RunId=run_id)
    assert glue.get_workflow_run(Name=workflow, RunId=run_id)["Run"]["Status"] == "STOPPED"
    wait_for(lambda: [run["JobRunState"] for run in glue.get_job_runs(JobName=job)["JobRuns"]] == ["STOPPED"])


def test_fails_to_start_a_workflow_without_a_start_trigger(laptop: Laptop) -> None:
    glue = laptop.client("glue")
    workflow = f"workflow-{uuid.uuid4().hex[:8]}"
    glue.create_workflow(Name=workflow)
    with pytest.raises(glue.exceptions.InvalidInputException, match="start trigger"):
        glue.start_workflow_run(Name=workflow)


def test_event_starts_a_workflow(laptop: Laptop, ran: Ran) -> None:
    events, glue = laptop.client("events"), laptop.client("glue")
    name = f"rule-{uuid.uuid4().hex[:8]}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    arn = f"arn:aws:glue:us-east-1:000000000000:workflow/{ran.workflow}"
    events.put_targets(Rule=name, Targets=[{"Id": "workflow", "Arn": arn, "RoleArn": ROLE}])
    events.put_events(Entries=[{"Source": name, "DetailType": "x", "Detail": "{}"}])
    wait_for(lambda: len(glue.get_workflow_runs(Name=ran.workflow)["Runs"]) == 2)
