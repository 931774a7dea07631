"""How a batch pipeline refreshes what dashboards show: whatever happens to a refresh, the data of the run are good."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.unit.pipelines.batch_world import NEW_OBJECT, REQUEST, Lake, completed
from tests.unit.pipelines.interpreter import Execution, StatesError
from tests.unit.pipelines.support import asked, fail, messages

START, LOOK = "aws-sdk:quicksight:createIngestion", "aws-sdk:quicksight:describeIngestion"


@pytest.fixture
def shown(lake: Lake) -> Lake:
    """Give a lake with two data sets of dashboards."""
    lake.substitutions["DataSets"] = "lake-orders,lake-daily-revenue"
    return lake


def refreshes(execution: Execution) -> dict[str, Any]:
    return {each.pop("dataSet"): each for each in execution.output["refreshes"]}


def ending(data_set: str, answer: Any) -> Any:
    """Make a description that is another one for one of the data sets."""
    return lambda request: answer if request["DataSetId"] == data_set else completed(rows=7)


def failed(error_type: str, status: str = "FAILED") -> Any:
    return {"Ingestion": {"IngestionStatus": status, "ErrorInfo": {"Type": error_type, "Message": "no such column"}}}


def recorded(lake: Lake) -> Any:
    (row,) = (item for item in lake.ledger.items if "refreshes" in item)
    return json.loads(row["refreshes"]["S"])


def test_each_data_set_is_refreshed_whole_when_the_tables_have_been_verified(shown: Lake) -> None:
    execution = shown.run(NEW_OBJECT, name="nightly")

    assert [(each["DataSetId"], each["IngestionType"]) for each in asked(execution, START)] == [
        ("lake-orders", "FULL_REFRESH"),
        ("lake-daily-revenue", "FULL_REFRESH"),
    ]
    assert {each["IngestionId"] for each in asked(execution, START)} == {"nightly"}
    assert {each["AwsAccountId"] for each in asked(execution, START)} == {"000000000000"}
    assert execution.resources.index(START) > execution.resources.index("athena:getQueryResults")


def test_rows_of_each_refresh_are_told_to_people_and_kept_in_the_ledger(shown: Lake) -> None:
    shown.replies[LOOK] = ending("lake-orders", completed(rows=100, dropped=2))

    execution = shown.run(NEW_OBJECT, name="nightly")

    (message,) = messages(execution)
    assert message["outcome"] == "SUCCEEDED"
    assert message["refreshes"] == recorded(shown) == execution.output["refreshes"]
    assert refreshes(execution) == {
        "lake-orders": {"ingestion": "nightly", "status": "COMPLETED", "rows": 100, "dropped": 2, "seconds": 4},
        "lake-daily-revenue": {"ingestion": "nightly", "status": "COMPLETED", "rows": 7, "dropped": 0, "seconds": 4},
    }


def test_one_data_set_is_a_list_of_one(lake: Lake) -> None:
    lake.substitutions["DataSets"] = "lake-orders"

    execution = lake.run(NEW_OBJECT)

    assert [each["dataSet"] for each in messages(execution)[0]["refreshes"]] == ["lake-orders"]
    assert [each["dataSet"] for each in recorded(lake)] == ["lake-orders"]


def test_refresh_is_looked_at_until_it_has_ended(lake: Lake) -> None:
    lake.substitutions["DataSets"] = "lake-orders"
    statuses = iter(["INITIALIZED", "QUEUED", "RUNNING"])
    lake.replies[LOOK] = lambda _: (
        {"Ingestion": {"IngestionStatus": status}} if (status := next(statuses, None)) else completed(rows=7)
    )

    execution = lake.run(NEW_OBJECT)

    assert len(asked(execution, LOOK)) == 4
    assert refreshes(execution)["lake-orders"]["status"] == "COMPLETED"


def test_refresh_whose_answer_was_lost_is_found_by_the_name_of_the_execution(lake: Lake) -> None:
    lake.substitutions["DataSets"] = "lake-orders"
    lake.replies[START] = fail("QuickSight.ResourceExistsException", "ingestion run-1 exists")

    execution = lake.run(NEW_OBJECT)

    assert refreshes(execution)["lake-orders"]["status"] == "COMPLETED"
    assert len(asked(execution, START)) == 1


@pytest.mark.parametrize("name", ["by hand", "2026.01.01", "häufig"])
def test_execution_whose_name_is_none_for_a_refresh_gives_it_another(lake: Lake, name: str) -> None:
    lake.substitutions["DataSets"] = "lake-orders"

    execution = lake.run(NEW_OBJECT, name=name)

    (start,), (look,) = asked(execution, START), asked(execution, LOOK)
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,128}", start["IngestionId"])
    assert look["IngestionId"] == start["IngestionId"]


def test_refresh_waits_for_another_of_the_same_data_set(lake: Lake) -> None:
    lake.substitutions["DataSets"] = "lake-orders"
    lake.replies[START] = fail("QuickSight.LimitExceededException", "busy", times=4)

    assert refreshes(lake.run(NEW_OBJECT))["lake-orders"]["status"] == "COMPLETED"


def test_refresh_that_another_does_not_let_begin_is_given_up_after_four_minutes(lake: Lake) -> None:
    lake.substitutions["DataSets"] = "lake-orders"
    lake.replies[START] = fail("QuickSight.LimitExceededException", "busy", times=5)

    execution = lake.run(NEW_OBJECT)

    assert refreshes(execution)["lake-orders"]["error"] == "QuickSight.LimitExceededException: busy"
    assert len(asked(execution, START)) == 5


def test_failed_refresh_is_told_apart_from_the_data_which_are_good(shown: Lake) -> None:
    shown.replies[LOOK] = ending("lake-orders", failed("SQL_SCHEMA_MISMATCH_ERROR"))

    execution = shown.run(NEW_OBJECT)

    stale, succeeded = messages(execution)
    assert (stale["outcome"], succeeded["outcome"]) == ("REFRESH_FAILED", "SUCCEEDED")
    assert [(each["dataSet"], each["status"], each["error"]) for each in stale["refreshes"]] == [
        ("lake-orders", "FAILED", "SQL_SCHEMA_MISMATCH_ERROR: no such column")
    ]
    assert stale["runbook"] == "docs/runbook.md#a-refresh-failed"
    assert len(succeeded["refreshes"]) == 2
    assert shown.status() == ["SUCCEEDED"]
    assert execution.output["outcome"] == "SUCCEEDED"


def test_subscribers_can_choose_the_notice_of_a_failed_refresh(shown: Lake) -> None:
    shown.replies[LOOK] = ending("lake-orders", failed("QUERY_TIMEOUT"))

    outcomes = [
        each["MessageAttributes"]["outcome"]["StringValue"] for each in asked(shown.run(NEW_OBJECT), "sns:publish")
    ]

    assert outcomes == ["REFRESH_FAILED", "SUCCEEDED"]


def test_refresh_that_a_newer_one_took_the_place_of_is_no_failure(shown: Lake) -> None:
    shown.replies[LOOK] = ending("lake-orders", failed("INGESTION_SUPERSEDED"))

    execution = shown.run(NEW_OBJECT)

    assert refreshes(execution)["lake-orders"]["status"] == "SUPERSEDED"
    assert [each["outcome"] for each in messages(execution)] == ["SUCCEEDED"]


def test_cancelled_refresh_is_told(shown: Lake) -> None:
    shown.replies[LOOK] = ending("lake-orders", failed("INGESTION_CANCELED", "CANCELLED"))

    assert [each["outcome"] for each in messages(shown.run(NEW_OBJECT))] == ["REFRESH_FAILED", "SUCCEEDED"]


def test_refresh_that_never_ends_keeps_the_next_run_waiting_for_ten_minutes(lake: Lake) -> None:
    lake.substitutions["DataSets"] = "lake-orders"
    lake.replies[LOOK] = lambda _: {"Ingestion": {"IngestionStatus": "RUNNING"}}

    execution = lake.run(NEW_OBJECT)

    found = refreshes(execution)["lake-orders"]
    assert (found["status"], found["error"]) == ("LATE", "is still RUNNING after ten minutes, and goes on")
    assert len(asked(execution, LOOK)) * 20 == 10 * 60
    assert [each["outcome"] for each in messages(execution)] == ["REFRESH_FAILED", "SUCCEEDED"]


def test_missing_data_set_is_told_and_the_others_are_refreshed(shown: Lake) -> None:
    def start(request: Any) -> Any:
        if request["DataSetId"] == "lake-orders":
            raise StatesError("QuickSight.ResourceNotFoundException", "DataSet lake-orders is not found")
        return {}

    shown.replies[START] = start

    found = refreshes(shown.run(NEW_OBJECT))

    assert (found["lake-orders"]["status"], found["lake-orders"]["error"]) == (
        "MISSING",
        "DataSet lake-orders is not found",
    )
    assert found["lake-daily-revenue"]["status"] == "COMPLETED"


@pytest.mark.parametrize("task", [START, LOOK])
@pytest.mark.parametrize("error", ["QuickSight.AccessDeniedException", "QuickSight.LimitExceededException"])
def test_refresh_that_is_refused_is_told_with_the_reason(lake: Lake, task: str, error: str) -> None:
    lake.substitutions["DataSets"] = "lake-orders"
    lake.replies[task] = fail(error, "not today")

    execution = lake.run(NEW_OBJECT)

    assert execution.output["outcome"] == "SUCCEEDED"
    assert refreshes(execution)["lake-orders"]["error"] == f"{error}: not today"


def test_fails_loudly_when_a_stale_dashboard_cannot_be_announced(shown: Lake) -> None:
    shown.replies[LOOK] = ending("lake-orders", failed("QUERY_TIMEOUT"))
    shown.replies["sns:publish"] = fail("SNS.AuthorizationErrorException", "not allowed")

    execution = shown.run(NEW_OBJECT)

    assert execution.failure is not None
    assert shown.status() == ["SUCCEEDED"]


def test_product_that_no_dashboard_shows_refreshes_nothing(lake: Lake) -> None:
    execution = lake.run(NEW_OBJECT)

    assert not {START, LOOK} & set(execution.resources)
    assert execution.output["refreshes"] == recorded(lake) == []


def test_compaction_refreshes_nothing_because_rows_stay_as_they_are(shown: Lake) -> None:
    execution = shown.run({**REQUEST, "job": "compact"})

    assert execution.output["outcome"] == "SUCCEEDED"
    assert START not in execution.resources


def test_nothing_is_refreshed_when_the_tables_are_not_good(shown: Lake) -> None:
    shown.replies["glue:startJobRun.sync"] = fail("States.TaskFailed", "boom")

    assert START not in shown.run(NEW_OBJECT).resources
