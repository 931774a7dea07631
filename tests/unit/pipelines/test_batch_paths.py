"""The batch pipeline's definition, walked along every path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.pipelines.batch_world import HEADER, NEW_OBJECT, REQUEST, Lake, jobs, queries
from tests.unit.pipelines.interpreter import StatesError
from tests.unit.pipelines.support import fail, messages


def test_new_object_is_crawled_checked_curated_aggregated_verified_and_announced(lake: Lake) -> None:
    execution = lake.run(NEW_OBJECT)

    assert execution.failure is None
    assert execution.output["outcome"] == "SUCCEEDED"
    order = [resource for resource in execution.resources if not resource.startswith("dynamodb:")]
    assert order == [
        "aws-sdk:glue:startCrawler",
        "aws-sdk:glue:getCrawler",
        "aws-sdk:glue:startDataQualityRulesetEvaluationRun",
        "aws-sdk:glue:getDataQualityRulesetEvaluationRun",
        "aws-sdk:glue:getDataQualityResult",
        "glue:startJobRun.sync",
        "athena:startQueryExecution.sync",
        "athena:startQueryExecution.sync",
        "glue:startJobRun.sync",
        "athena:startQueryExecution.sync",
        "athena:getQueryResults",
        "sns:publish",
    ]
    assert lake.status() == ["SUCCEEDED"]


def test_jobs_get_the_tables_of_the_input_and_the_name_of_the_execution(lake: Lake) -> None:
    execution = lake.run(REQUEST, name="nightly")

    assert [(job["JobName"], job["Arguments"]["--tables"]) for job in jobs(execution)] == [
        ("curate", "airlines,flights"),
        ("aggregate", "carrier_delays"),
    ]
    assert {job["Arguments"]["--run_id"] for job in jobs(execution)} == {"nightly"}


def test_only_partitions_that_athena_does_not_project_are_registered(lake: Lake) -> None:
    execution = lake.run({**NEW_OBJECT, "key": "airlines/ingest_date=2013-01-01/a.csv"})

    assert [query for query in queries(execution) if query.startswith("MSCK")] == [
        "MSCK REPAIR TABLE lake_curated.quarantine"
    ]


def test_product_without_aggregates_goes_from_registering_to_verifying(lake: Lake) -> None:
    lake.substitutions["AggregateTables"] = "none"

    execution = lake.run(NEW_OBJECT)

    assert [job["JobName"] for job in jobs(execution)] == ["curate"]
    assert execution.output["outcome"] == "SUCCEEDED"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"tables": [], "request": "r"},
        {"tables": ["flights"]},
        {"tables": ["flights", "orders"], "request": "r"},
        {"tables": "flights", "request": "r"},
        {**NEW_OBJECT, "key": "orders/file.csv"},
        {"bucket": "raw", "key": "flights/file.csv"},
        {**REQUEST, "job": "drop"},
    ],
    ids=["empty", "no tables", "no request", "strange table", "not a list", "strange folder", "no etag", "strange job"],
)
def test_fails_on_input_that_is_neither_an_object_nor_a_request_of_the_product(lake: Lake, document: Any) -> None:
    execution = lake.run(document)

    assert execution.failure is not None
    assert execution.failure.error == "Pipeline.InvalidInput"
    assert execution.calls == []


def test_crawler_that_is_busy_is_waited_for_and_then_started_for_this_input(lake: Lake) -> None:
    lake.replies["aws-sdk:glue:startCrawler"] = fail("Glue.CrawlerRunningException", times=20)
    states = iter(["RUNNING", "STOPPING", "READY"])
    lake.replies["aws-sdk:glue:getCrawler"] = lambda _: {
        "Crawler": {"State": next(states), "LastCrawl": {"Status": "SUCCEEDED"}}
    }

    execution = lake.run(NEW_OBJECT)

    assert execution.output["outcome"] == "SUCCEEDED"
    assert execution.resources.count("aws-sdk:glue:startCrawler") == 21
    assert execution.resources.count("aws-sdk:glue:getCrawler") == 3


def test_fails_when_the_crawl_fails(lake: Lake) -> None:
    lake.replies["aws-sdk:glue:getCrawler"] = lambda _: {
        "Crawler": {"State": "READY", "LastCrawl": {"Status": "FAILED", "ErrorMessage": "Access denied"}}
    }

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.error == "Pipeline.CrawlFailed"
    assert execution.failure.cause == "Crawler raw ended FAILED: Access denied"
    assert lake.status() == ["FAILED"]


def broken_rule(_: Any) -> Any:
    rules = [{"Name": "Rule_1", "Result": "PASS"}, {"Name": "Rule_2", "Description": "IsComplete", "Result": "FAIL"}]
    return {"RuleResults": rules}


def test_fails_before_anything_is_written_when_raw_data_breaks_its_rules(lake: Lake) -> None:
    lake.replies["aws-sdk:glue:getDataQualityResult"] = broken_rule

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.error == "Pipeline.QualityFailed"
    assert "flights" in execution.failure.cause
    assert "IsComplete" in execution.failure.cause
    assert jobs(execution) == []


def test_broken_rules_are_only_reported_where_the_gate_is_open(lake: Lake) -> None:
    lake.substitutions["QualityGate"] = "report"
    lake.replies["aws-sdk:glue:getDataQualityResult"] = broken_rule

    assert lake.run(NEW_OBJECT).output["outcome"] == "SUCCEEDED"


def test_fails_when_rules_cannot_be_evaluated(lake: Lake) -> None:
    states = iter(["STARTING", "RUNNING", "FAILED"])
    lake.replies["aws-sdk:glue:getDataQualityRulesetEvaluationRun"] = lambda _: {
        "Status": next(states),
        "ErrorString": "no such table",
    }

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.error == "Pipeline.QualityEvaluationFailed"
    assert execution.failure.cause == (
        "The rules of raw table flights could not be evaluated: run dqrun-1 ended FAILED: no such table"
    )


def test_run_waits_for_a_job_that_was_started_past_the_pipeline(lake: Lake) -> None:
    lake.replies["glue:startJobRun.sync"] = fail("Glue.ConcurrentRunsExceededException", times=50)

    assert lake.run(NEW_OBJECT).output["outcome"] == "SUCCEEDED"


def test_compaction_compacts_each_table_and_does_nothing_else(lake: Lake) -> None:
    execution = lake.run({**REQUEST, "job": "compact"}, name="weekly")

    assert execution.output["outcome"] == "SUCCEEDED"
    assert [(job["JobName"], job["Arguments"]) for job in jobs(execution)] == [
        ("compact", {"--bucket": "curated", "--table": table, "--run_id": "weekly"}) for table in REQUEST["tables"]
    ]
    assert {name.partition(":")[0] for name in execution.resources} == {"dynamodb", "glue", "sns"}
    assert [message["job"] for message in messages(execution)] == ["compact"]


def test_fails_when_a_table_cannot_be_compacted(lake: Lake) -> None:
    lake.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", "compacted files must hold 3 rows; got 2")

    execution = lake.run({**REQUEST, "job": "compact"})

    assert execution.failure is not None
    assert "must hold 3 rows" in execution.failure.cause
    assert len(jobs(execution)) == 2
    assert lake.status() == ["FAILED"]


def test_failed_job_is_tried_once_more_then_marked_and_announced(lake: Lake) -> None:
    lake.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", "Py4JError: boom")

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert (execution.failure.error, execution.failure.cause) == ("States.TaskFailed", "Py4JError: boom")
    assert len(jobs(execution)) == 2
    assert lake.status() == ["FAILED"]
    assert [(each["outcome"], each["cause"]) for each in messages(execution)] == [("FAILED", "Py4JError: boom")]
    assert messages(execution)[0]["runbook"] == "docs/runbook.md#a-pipeline-failed"


def test_run_with_too_many_bad_rows_is_not_tried_again_for_nothing(lake: Lake) -> None:
    found = {"Id": "jr_1", "JobName": "curate", "JobRunState": "FAILED", "ErrorMessage": "QualityGateError: 9 of 10"}
    lake.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", json.dumps(found))

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.cause == "Glue job curate, run jr_1, ended FAILED: QualityGateError: 9 of 10"
    assert len(jobs(execution)) == 1
    assert lake.status() == ["FAILED"]


def test_job_that_works_when_it_is_tried_again_leaves_no_trace(lake: Lake) -> None:
    lake.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", "lost executor", times=1)

    execution = lake.run(NEW_OBJECT)

    assert execution.output["outcome"] == "SUCCEEDED"
    assert [job["JobName"] for job in jobs(execution)] == ["curate", "curate", "aggregate"]


def test_job_that_ran_out_of_time_is_not_tried_again(lake: Lake) -> None:
    lake.replies["glue:startJobRun.sync"] = fail("States.Timeout")

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert len(jobs(execution)) == 1


def test_first_file_of_a_table_that_the_crawler_had_not_heard_of_is_crawled_again(lake: Lake) -> None:
    lake.replies["aws-sdk:glue:startDataQualityRulesetEvaluationRun"] = found_after(1)

    execution = lake.run(NEW_OBJECT)

    assert execution.output["outcome"] == "SUCCEEDED"
    assert execution.resources.count("aws-sdk:glue:startCrawler") == 2


def test_fails_when_three_crawls_find_no_table(lake: Lake) -> None:
    lake.replies["aws-sdk:glue:startDataQualityRulesetEvaluationRun"] = found_after(3)

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.error == "Glue.EntityNotFoundException"
    assert execution.resources.count("aws-sdk:glue:startCrawler") == 3
    assert jobs(execution) == []


def found_after(crawls: int) -> Any:
    """Make a quality gate that does not know its table until there were some more crawls."""
    left = [crawls]

    def start(_: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise StatesError("Glue.EntityNotFoundException", "Table flights not found")
        return {"RunId": "dqrun-1"}

    return start


@pytest.mark.parametrize(
    ("task", "found", "explained"),
    [
        (
            "glue:startJobRun.sync",
            {
                "Id": "jr_1",
                "JobName": "curate",
                "JobRunState": "FAILED",
                "ErrorMessage": 'QualityGateError: "too"\nbad',
            },
            'Glue job curate, run jr_1, ended FAILED: QualityGateError: "too"\nbad',
        ),
        (
            "glue:startJobRun.sync",
            {"Id": "jr_1", "JobName": "curate", "JobRunState": "STOPPED"},
            "Glue job curate, run jr_1, ended STOPPED",
        ),
        (
            "athena:startQueryExecution.sync",
            {
                "QueryExecution": {
                    "QueryExecutionId": "q",
                    "Status": {"State": "FAILED", "StateChangeReason": "no table"},
                }
            },
            "Athena query q ended FAILED: no table",
        ),
    ],
    ids=["failed job", "stopped job", "failed query"],
)
def test_failure_says_in_the_ledger_and_to_people_which_job_or_query_ended_how_and_why(
    lake: Lake, task: str, found: Any, explained: str
) -> None:
    lake.replies[task] = fail("States.TaskFailed", json.dumps(found))

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.cause == explained
    assert [each["cause"] for each in messages(execution)] == [explained]
    (row,) = (item for item in lake.ledger.items if "failure" in item)
    assert row["failure"]["S"] == f"States.TaskFailed: {explained}"


@pytest.mark.parametrize("cause", ["", "{", "{unfinished", "no braces", '{"strange": 1}'])
def test_failure_that_is_no_description_is_told_as_it_is(lake: Lake, cause: str) -> None:
    lake.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", cause)

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.cause == cause


def test_fails_when_rows_are_missing_or_double(lake: Lake) -> None:
    row = {"Data": [{"VarCharValue": "flights"}, {"VarCharValue": "41"}]}
    lake.replies["athena:getQueryResults"] = lambda _: {"ResultSet": {"Rows": [HEADER, row]}}

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert execution.failure.error == "Pipeline.InvariantBroken"
    assert "flights 41" in execution.failure.cause
    assert lake.status() == ["FAILED"]


def test_rows_that_another_run_is_still_moving_are_counted_again(lake: Lake) -> None:
    row = {"Data": [{"VarCharValue": "flights"}]}
    answers = iter([[HEADER, row], [HEADER, row], [HEADER]])
    lake.replies["athena:getQueryResults"] = lambda _: {"ResultSet": {"Rows": next(answers)}}

    assert lake.run(NEW_OBJECT).output["outcome"] == "SUCCEEDED"


def test_fails_loudly_when_success_cannot_be_announced(lake: Lake) -> None:
    lake.replies["sns:publish"] = fail("SNS.AuthorizationErrorException", "not allowed")

    execution = lake.run(NEW_OBJECT)

    assert execution.failure is not None
    assert lake.status() == ["SUCCEEDED"]
