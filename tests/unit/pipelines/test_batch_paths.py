"""The batch pipeline's definition, walked along every path: its ledger is a real table, other tasks are stubs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.unit.pipelines.interpreter import Execution, StatesError

DEFINITION = Path(__file__).parents[3] / "pipelines" / "batch.asl.json"
SUBSTITUTIONS = {
    "AggregateJob": "aggregate",
    "AggregateTables": "carrier_delays",
    "CompactJob": "compact",
    "CurateJob": "curate",
    "CuratedBucket": "curated",
    "CuratedDatabase": "lake_curated",
    "DataSets": "none",
    "LedgerDays": "90",
    "LedgerTable": "ledger",
    "PartitionedTables": "lake_curated.flights,lake_curated.quarantine",
    "Product": "flights",
    "QualityGate": "stop",
    "QualityResults": "s3://artifacts/quality/",
    "QualityRoleArn": "arn:aws:iam::000000000000:role/quality",
    "RawCrawler": "raw",
    "RawDatabase": "lake_raw",
    "SystemTables": "pipeline_runs,quarantine",
    "Tables": "airlines,flights",
    "TopicArn": "arn:aws:sns:us-east-1:000000000000:alerts",
    "Workgroup": "lake-pipeline",
}
NEW_OBJECT = {"bucket": "raw", "key": "flights/ingest_date=2013-01-01/f.csv.gz", "etag": "e1", "version": "v1"}
REQUEST = {"tables": ["airlines", "flights"], "request": "2026-01-01T03:15:00Z"}
HEADER = {"Data": [{"VarCharValue": "problem"}]}
STARTS = ("aws-sdk:glue:startCrawler", "glue:startJobRun.sync")


def completed(rows: int, dropped: int = 0) -> Any:
    """Describe a refresh that went well."""
    counts = {"RowsIngested": rows, "RowsDropped": dropped, "TotalRowsInDataset": rows}
    return {"Ingestion": {"IngestionStatus": "COMPLETED", "IngestionTimeInSeconds": 4, "RowInfo": counts}}


class Lake:
    """Everything that the pipeline talks to."""

    def __init__(self) -> None:
        self.substitutions = dict(SUBSTITUTIONS)
        self.holder_status = "RUNNING"
        self.ended: set[str] = set()
        self.dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        self.dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "claim", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "claim", "AttributeType": "S"}],
        )
        self.replies: dict[str, Any] = {
            "aws-sdk:sfn:describeExecution": self._describe,
            "aws-sdk:glue:startCrawler": lambda _: {},
            "aws-sdk:glue:getCrawler": lambda _: {"Crawler": {"State": "READY", "LastCrawl": {"Status": "SUCCEEDED"}}},
            "aws-sdk:glue:startDataQualityRulesetEvaluationRun": lambda _: {"RunId": "dqrun-1"},
            "aws-sdk:glue:getDataQualityRulesetEvaluationRun": lambda _: {
                "Status": "SUCCEEDED",
                "ResultIds": ["dqresult-1"],
            },
            "aws-sdk:glue:getDataQualityResult": lambda _: {"RuleResults": [{"Name": "Rule_1", "Result": "PASS"}]},
            "glue:startJobRun.sync": lambda _: {"JobRunState": "SUCCEEDED"},
            "athena:startQueryExecution.sync": lambda _: {"QueryExecution": {"QueryExecutionId": "q-1"}},
            "athena:getQueryResults": lambda _: {"ResultSet": {"Rows": [HEADER]}},
            "aws-sdk:quicksight:createIngestion": lambda _: {"IngestionStatus": "INITIALIZED"},
            "aws-sdk:quicksight:describeIngestion": lambda _: completed(rows=7),
            "sns:publish": lambda _: {"MessageId": "m-1"},
            "dynamodb:putItem": lambda request: self._ledger("put_item", request),
            "dynamodb:getItem": lambda request: self._ledger("get_item", request),
            "dynamodb:updateItem": lambda request: self._ledger("update_item", request),
        }

    def _ledger(self, operation: str, request: Any) -> Any:
        try:
            response = getattr(self.dynamodb, operation)(**request)
        except ClientError as error:
            raise StatesError(f"DynamoDB.{error.response['Error']['Code']}", str(error)) from error
        return {key: value for key, value in response.items() if key != "ResponseMetadata"}

    def run(self, document: Any, name: str = "run-1") -> Execution:
        text = re.sub(r"\$\{(\w+)\}", lambda match: self.substitutions[match[1]], DEFINITION.read_text())
        execution = Execution(json.loads(text), self.replies, name).run(document)
        self.ended.add(execution.id)
        return execution

    def _describe(self, request: Any) -> Any:
        """Tell how an execution is that was aborted; others have ended."""
        return {"Status": "SUCCEEDED" if request["ExecutionArn"] in self.ended else self.holder_status}

    def status(self) -> list[str]:
        """Give the status of each claim; a turn has none."""
        items = self.dynamodb.scan(TableName="ledger")["Items"]
        return [item["status"]["S"] for item in items if "status" in item]

    def writer(self) -> str | None:
        """Give the name of the execution whose turn it is, or was last."""
        item = self.dynamodb.get_item(TableName="ledger", Key={"claim": {"S": "turn#flights"}}).get("Item")
        return item["execution"]["S"].rsplit(":", 1)[-1] if item else None

    def abort(self, name: str, document: Any, at: str = "aws-sdk:glue:startCrawler") -> None:
        """Leave what an execution holds that was stopped amid a task, before it could mark its claim."""

        def stop(_: Any) -> Any:
            raise KeyboardInterrupt

        replies = self.replies
        self.replies = {**replies, at: stop}
        with pytest.raises(KeyboardInterrupt):
            self.run(document, name)
        self.replies = replies


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Lake()


def messages(execution: Execution) -> list[Any]:
    return [arguments["Message"] for resource, arguments in execution.calls if resource == "sns:publish"]


def queries(execution: Execution) -> list[str]:
    name = "athena:startQueryExecution.sync"
    return [arguments["QueryString"] for resource, arguments in execution.calls if resource == name]


def jobs(execution: Execution) -> list[Any]:
    return [arguments for resource, arguments in execution.calls if resource == "glue:startJobRun.sync"]


def fail(error: str, cause: str = "", times: int = 10**6) -> Any:
    """Make a task that fails some times before it works."""
    left = [times]

    def task(_: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise StatesError(error, cause)
        return {}

    return task


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


def test_compaction_compacts_each_table_and_does_nothing_else(lake: Lake) -> None:
    execution = lake.run({**REQUEST, "job": "compact"}, name="weekly")

    assert execution.output["outcome"] == "SUCCEEDED"
    assert [(job["JobName"], job["Arguments"]) for job in jobs(execution)] == [
        ("compact", {"--bucket": "curated", "--table": table, "--run_id": "weekly"}) for table in REQUEST["tables"]
    ]
    assert {name.partition(":")[0] for name in execution.resources} == {"dynamodb", "glue", "sns"}
    assert [message["job"] for message in messages(execution)] == ["compact"]


def test_compaction_and_curation_that_a_schedule_asks_for_at_once_are_two_inputs(lake: Lake) -> None:
    lake.run({**REQUEST, "job": "curate"}, name="first")

    assert lake.run({**REQUEST, "job": "compact"}, name="second").output["outcome"] == "SUCCEEDED"
    assert lake.run({**REQUEST, "job": "compact"}, name="third").output["outcome"] == "DUPLICATE"


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
    (row,) = (item for item in lake.dynamodb.scan(TableName="ledger")["Items"] if "failure" in item)
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


def test_execution_that_lost_its_claim_does_not_mark_it(lake: Lake) -> None:
    def taken(_: Any) -> Any:
        lake.dynamodb.update_item(
            TableName="ledger",
            Key={"claim": {"S": "raw/flights/ingest_date=2013-01-01/f.csv.gz#e1"}},
            UpdateExpression="SET #e = :other",
            ExpressionAttributeNames={"#e": "execution"},
            ExpressionAttributeValues={":other": {"S": "somebody else"}},
        )
        raise StatesError("States.TaskFailed", "boom")

    lake.replies["glue:startJobRun.sync"] = taken

    execution = lake.run(NEW_OBJECT)

    assert lake.status() == ["RUNNING"]
    assert [each["outcome"] for each in messages(execution)] == ["FAILED"]
