"""What fails in the text pipeline is told with its reason, and leaves no cluster behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.pipelines.interpreter import StatesError
from tests.unit.pipelines.support import fail, messages
from tests.unit.pipelines.text_world import ADD, CREATE, RUN, TERMINATE, Emr, steps


def test_a_resident_cluster_is_kept_when_a_step_fails(emr: Emr) -> None:
    emr.substitutions["LongRunningCluster"] = resident = emr.start("lake-text")
    emr.replies[ADD] = fail("States.TaskFailed")
    done = emr.run()

    assert done.failure is not None
    assert emr.alive == [resident]


def test_fails_with_the_reason_of_a_job_run(emr: Emr) -> None:
    emr.substitutions |= {"Engine": "serverless", "ServerlessApplication": "app", "ServerlessRoleArn": "role"}
    run = {"JobRunId": "jr-1", "Name": "index speeches", "State": "FAILED", "StateDetails": "Job failed: no index"}
    emr.replies[RUN] = fail("States.TaskFailed", json.dumps(run))
    done = emr.run()

    assert done.failure is not None
    assert done.failure.cause == "Job run jr-1 (index speeches) ended FAILED: Job failed: no index"


def test_a_failed_request_can_be_made_again(emr: Emr) -> None:
    emr.replies[ADD] = fail("States.TaskFailed", "no")
    emr.run()
    emr.replies[ADD] = lambda _: {}

    assert emr.run(name="run-2").output["outcome"] == "SUCCEEDED"
    assert emr.claims() == {"text#speeches#r-1": "SUCCEEDED"}


def test_fails_with_the_log_of_the_step_and_terminates_the_cluster(emr: Emr) -> None:
    emr.replies[ADD] = fail("States.TaskFailed", "{}")
    details = {"Reason": "Unknown Error.", "Message": "ValueError: no words", "LogFile": "s3://logs/j-1/steps/s-1/"}
    status = {"State": "FAILED", "FailureDetails": details}
    emr.failed_steps = [
        {"Id": "s-1", "Name": "lake-text documents speeches run-1", "Status": status},
        {"Id": "s-0", "Name": "lake-text documents speeches run-0", "Status": status},
    ]
    done = emr.run()

    assert done.failure is not None
    assert done.failure.cause == (
        "Step s-1 (lake-text documents speeches run-1) failed: Unknown Error.: ValueError: no words; "
        "log s3://logs/j-1/steps/s-1/"
    )
    assert emr.alive == []
    (message,) = messages(done)
    assert (message["outcome"], message["cause"]) == ("FAILED", done.failure.cause)
    assert message["runbook"] == "docs/emr.md#the-text-pipeline-failed"


def test_a_failed_step_is_repeated_once(emr: Emr) -> None:
    attempts = []

    def second_time(request: Any) -> Any:
        attempts.append(request["Step"]["Name"])
        if len(attempts) == 1:
            raise StatesError("States.TaskFailed", "lost a node")
        return {}

    emr.replies[ADD] = second_time

    assert emr.run().output["outcome"] == "SUCCEEDED"
    assert len(attempts) == 3


def test_later_steps_do_not_run_after_a_failed_one(emr: Emr) -> None:
    emr.replies[ADD] = fail("States.TaskFailed")
    done = emr.run()

    assert set(steps(done)) == {"documents"}


def test_fails_with_the_reason_of_a_cluster_that_dies_during_bootstrap(emr: Emr) -> None:
    def dies(request: Any) -> Any:
        message = "On the master instance (i-1), bootstrap action 1 returned a non-zero return code"
        emr.start("lake-text run-0", "TERMINATED_WITH_ERRORS", "another one", "BOOTSTRAP_FAILURE")
        emr.start(request["Name"], "TERMINATED_WITH_ERRORS", message, "BOOTSTRAP_FAILURE")
        raise StatesError("States.TaskFailed", "{}")

    emr.replies[CREATE] = dies
    done = emr.run()

    assert done.failure is not None
    assert done.failure.cause == (
        "Cluster j-2 is TERMINATED_WITH_ERRORS (BOOTSTRAP_FAILURE): On the master instance (i-1), bootstrap action 1 "
        "returned a non-zero return code"
    )
    assert ADD not in done.resources
    assert done.resources.count(CREATE) == 1


def test_a_cluster_that_does_not_come_up_in_time_is_found_and_terminated(emr: Emr) -> None:
    def hangs(request: Any) -> Any:
        emr.start(request["Name"], "STARTING")
        raise StatesError("States.Timeout")

    emr.replies[CREATE] = hangs
    done = emr.run()

    assert done.failure is not None
    assert done.failure.error == "States.Timeout"
    assert emr.alive == []


def test_fails_as_emr_says_when_it_refuses_the_cluster(emr: Emr) -> None:
    emr.replies[CREATE] = fail("ElasticMapReduce.AmazonElasticMapReduceException", "no such subnet")
    done = emr.run()

    assert done.failure is not None
    assert str(done.failure) == "ElasticMapReduce.AmazonElasticMapReduceException: no such subnet"
    assert TERMINATE not in done.resources
    assert emr.claims() == {"text#speeches#r-1": "FAILED"}


def test_says_that_a_cluster_may_still_run_when_it_cannot_be_terminated(emr: Emr) -> None:
    emr.replies[TERMINATE] = fail("States.TaskFailed", "access denied")
    done = emr.run()

    assert done.failure is not None
    assert done.failure.error == "Pipeline.ClusterNotTerminated"
    assert "Cluster j-1" in done.failure.cause
    assert "15 minutes" in done.failure.cause
    assert emr.claims() == {"text#speeches#r-1": "FAILED"}


def test_the_cause_of_a_failure_is_not_lost_when_the_cluster_cannot_be_terminated(emr: Emr) -> None:
    emr.replies |= {ADD: fail("States.Timeout", "too slow"), TERMINATE: fail("States.TaskFailed", "denied")}
    done = emr.run()

    assert done.failure is not None
    assert done.failure.error == "States.Timeout"
    assert done.failure.cause.startswith("too slow. Cluster j-1 could not be terminated")


@pytest.mark.parametrize("question", ["describeCluster", "listSteps"])
def test_the_cluster_is_terminated_even_if_nobody_says_why_it_failed(emr: Emr, question: str) -> None:
    emr.replies |= {
        ADD: fail("States.TaskFailed", "boom"),
        f"aws-sdk:emr:{question}": fail("Emr.InternalServerException"),
    }
    done = emr.run()

    assert done.failure is not None
    assert done.failure.cause == "boom"
    assert emr.alive == []


@pytest.mark.parametrize("ending", [{}, {ADD: fail("States.TaskFailed", "boom")}], ids=["success", "failure"])
def test_people_hear_of_an_end_that_the_ledger_could_not_keep(emr: Emr, ending: dict[str, Any]) -> None:
    emr.replies |= ending
    put = emr.replies["dynamodb:putItem"]

    def refuses_results(request: Any) -> Any:
        if "status" in request["Item"]:
            raise StatesError("DynamoDB.InternalServerErrorException", "down")
        return put(request)

    emr.replies["dynamodb:putItem"] = refuses_results
    done = emr.run()

    assert done.failure is not None
    assert [message["outcome"] for message in messages(done)] == ["FAILED"]
    assert emr.alive == []


@pytest.mark.parametrize(
    "resource",
    ["aws-sdk:s3:listObjectsV2", "dynamodb:getItem", "dynamodb:putItem", CREATE, ADD, TERMINATE, "sns:publish"],
)
def test_no_failure_of_a_service_leaves_a_cluster_or_a_silent_execution(emr: Emr, resource: str) -> None:
    emr.replies[resource] = fail("States.TaskFailed", "down")
    done = emr.run()

    assert done.failure is not None
    assert emr.alive == ([] if resource != TERMINATE else ["j-1"])
    assert "sns:publish" in done.resources


def test_fails_when_athena_cannot_be_told_of_the_quarantine(emr: Emr) -> None:
    emr.replies["aws-sdk:glue:createPartition"] = fail("Glue.AccessDeniedException", "not for you")

    done = emr.run()

    assert done.failure
    assert done.failure.error == "Glue.AccessDeniedException"
    assert emr.claims() == {"text#speeches#r-1": "FAILED"}
