"""An input is worked on once, and runs of a product take turns, whoever is stopped whenever."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.pipelines.batch_world import NEW_OBJECT, REQUEST, STARTS, Lake
from tests.unit.pipelines.interpreter import StatesError
from tests.unit.pipelines.support import fail, messages


def test_second_identical_event_succeeds_as_a_duplicate_without_doing_work(lake: Lake) -> None:
    lake.run(NEW_OBJECT, name="first")

    second = lake.run(NEW_OBJECT, name="second")

    assert second.output["outcome"] == "DUPLICATE"
    assert not set(second.resources) & set(STARTS)
    assert lake.status() == ["SUCCEEDED"]


def test_new_content_under_the_same_key_is_a_new_input(lake: Lake) -> None:
    lake.run(NEW_OBJECT, name="first")

    assert lake.run({**NEW_OBJECT, "etag": "e2"}, name="second").output["outcome"] == "SUCCEEDED"


def test_event_that_repeats_while_its_first_run_works_is_a_duplicate(lake: Lake) -> None:
    lake.abort("first", NEW_OBJECT)
    lake.holder_status = "RUNNING"

    assert lake.run(NEW_OBJECT, name="second").output["outcome"] == "DUPLICATE"


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
def test_claim_of_a_dead_execution_is_taken_over(lake: Lake, status: str) -> None:
    lake.abort("first", NEW_OBJECT)
    lake.holder_status = status

    assert lake.run(NEW_OBJECT, name="second").output["outcome"] == "SUCCEEDED"
    assert lake.status() == ["SUCCEEDED"]


def test_claim_of_an_execution_that_aws_has_forgotten_is_taken_over(lake: Lake) -> None:
    lake.abort("first", NEW_OBJECT)
    lake.replies["aws-sdk:sfn:describeExecution"] = fail("Sfn.ExecutionDoesNotExistException")

    assert lake.run(NEW_OBJECT, name="second").output["outcome"] == "SUCCEEDED"


def test_only_one_execution_inherits_a_dead_claim(lake: Lake) -> None:
    lake.abort("first", NEW_OBJECT)

    def another_is_faster(_: Any) -> Any:
        lake.replies["aws-sdk:sfn:describeExecution"] = lambda _: {"Status": "ABORTED"}
        assert lake.run(NEW_OBJECT, name="second").output["outcome"] == "SUCCEEDED"
        return {"Status": "ABORTED"}

    lake.replies["aws-sdk:sfn:describeExecution"] = another_is_faster

    assert lake.run(NEW_OBJECT, name="third").output["outcome"] == "DUPLICATE"


def test_claim_whose_answer_was_lost_belongs_to_the_execution_that_made_it(lake: Lake) -> None:
    put = lake.replies["dynamodb:putItem"]
    lost = [True]

    def written_but_unanswered(request: Any) -> Any:
        answer = put(request)
        if lost.pop() if lost else False:
            raise StatesError("DynamoDB.SdkClientException", "connection reset")
        return answer

    lake.replies["dynamodb:putItem"] = written_but_unanswered

    assert lake.run(NEW_OBJECT).output["outcome"] == "SUCCEEDED"


def test_failed_input_can_run_again(lake: Lake) -> None:
    working = lake.replies["glue:startJobRun.sync"]
    lake.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", "boom")
    lake.run(NEW_OBJECT, name="first")
    assert lake.status() == ["FAILED"]
    lake.replies["glue:startJobRun.sync"] = working

    assert lake.run(NEW_OBJECT, name="second").output["outcome"] == "SUCCEEDED"
    assert lake.status() == ["SUCCEEDED"]


def test_execution_that_lost_its_claim_does_not_mark_it(lake: Lake) -> None:
    def taken(_: Any) -> Any:
        lake.replies["dynamodb:updateItem"](
            {
                "TableName": "ledger",
                "Key": {"claim": {"S": "raw/flights/ingest_date=2013-01-01/f.csv.gz#e1"}},
                "UpdateExpression": "SET #e = :other",
                "ExpressionAttributeNames": {"#e": "execution"},
                "ExpressionAttributeValues": {":other": {"S": "somebody else"}},
            }
        )
        raise StatesError("States.TaskFailed", "boom")

    lake.replies["glue:startJobRun.sync"] = taken

    execution = lake.run(NEW_OBJECT)

    assert lake.status() == ["RUNNING"]
    assert [each["outcome"] for each in messages(execution)] == ["FAILED"]


@pytest.mark.parametrize("job", ["curate", "compact"])
def test_no_job_starts_before_the_other_execution_of_the_product_has_ended(lake: Lake, job: str) -> None:
    lake.abort("writing", NEW_OBJECT, at="glue:startJobRun.sync")
    statuses = iter(["RUNNING", "RUNNING", "PENDING_REDRIVE", "ABORTED"])
    lake.replies["aws-sdk:sfn:describeExecution"] = lambda _: {"Status": next(statuses)}

    execution = lake.run({**REQUEST, "job": job}, name="waiting")

    looks = [place for place, name in enumerate(execution.resources) if name == "aws-sdk:sfn:describeExecution"]
    assert len(looks) == 4
    assert execution.resources.index("glue:startJobRun.sync") > looks[-1]
    assert execution.output["outcome"] == "SUCCEEDED"
    assert lake.writer() == "waiting"


def test_turn_of_an_execution_that_aws_has_forgotten_is_free(lake: Lake) -> None:
    lake.abort("writing", NEW_OBJECT, at="glue:startJobRun.sync")
    lake.replies["aws-sdk:sfn:describeExecution"] = fail("Sfn.ExecutionDoesNotExistException")

    assert lake.run(REQUEST, name="next").output["outcome"] == "SUCCEEDED"
    assert lake.writer() == "next"


def test_only_one_of_two_waiting_executions_takes_the_turn(lake: Lake) -> None:
    lake.abort("writing", NEW_OBJECT, at="glue:startJobRun.sync")
    described: list[str] = []

    def another_is_faster(request: Any) -> Any:
        described.append(request["ExecutionArn"].rsplit(":", 1)[-1])
        lake.replies["aws-sdk:sfn:describeExecution"] = lambda _: {"Status": "ABORTED"}
        if len(described) == 1:
            assert lake.run(REQUEST, name="faster").output["outcome"] == "SUCCEEDED"
            lake.replies["aws-sdk:sfn:describeExecution"] = another_is_faster
        return {"Status": "ABORTED"}

    lake.replies["aws-sdk:sfn:describeExecution"] = another_is_faster

    assert lake.run({**REQUEST, "request": "slower"}, name="slower").output["outcome"] == "SUCCEEDED"
    assert described == ["writing", "faster"]


def test_turn_whose_answer_was_lost_belongs_to_the_execution_that_took_it(lake: Lake) -> None:
    put, lost = lake.replies["dynamodb:putItem"], [True]

    def written_but_unanswered(request: Any) -> Any:
        answer = put(request)
        if request["Item"]["claim"]["S"].startswith("turn#") and lost and lost.pop():
            raise StatesError("DynamoDB.SdkClientException", "connection reset")
        return answer

    lake.replies["dynamodb:putItem"] = written_but_unanswered

    assert lake.run(NEW_OBJECT).output["outcome"] == "SUCCEEDED"
    assert not lost


def test_products_do_not_wait_for_each_other(lake: Lake) -> None:
    lake.abort("writing", NEW_OBJECT, at="glue:startJobRun.sync")
    lake.substitutions |= {"Product": "orders", "Tables": "orders"}
    order = {**NEW_OBJECT, "key": "orders/ingest_date=1998-07-01/o.csv"}

    execution = lake.run(order, name="other")

    assert execution.output["outcome"] == "SUCCEEDED"
    assert "aws-sdk:sfn:describeExecution" not in execution.resources


def test_compaction_and_curation_that_a_schedule_asks_for_at_once_are_two_inputs(lake: Lake) -> None:
    lake.run({**REQUEST, "job": "curate"}, name="first")

    assert lake.run({**REQUEST, "job": "compact"}, name="second").output["outcome"] == "SUCCEEDED"
    assert lake.run({**REQUEST, "job": "compact"}, name="third").output["outcome"] == "DUPLICATE"
