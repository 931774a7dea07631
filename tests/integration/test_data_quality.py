"""Data quality: rules on a small table, each with the outcome that the DQDL reference gives it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.glue_support import ROLE, events_of, new_bucket, wait_for

Json = dict[str, Any]
ROWS = [
    {"id": "a", "amount": 1.5, "country": "US", "note": "x", "day": "2020-01-01"},
    {"id": "b", "amount": 2.5, "country": "CA", "note": None, "day": "2020-01-02"},
    {"id": "c", "amount": 10.0, "country": "US", "note": "", "day": "never"},
    {"id": "c", "amount": None, "country": "FR", "note": "long text", "day": "2020-01-04"},
]
COLUMNS = [("id", "string"), ("amount", "double"), ("country", "string"), ("note", "string"), ("day", "string")]


@dataclass(frozen=True)
class Quality:
    laptop: Laptop
    bucket: str
    database: str

    def ruleset(self, *rules: str) -> str:
        name = f"rules-{uuid.uuid4().hex[:8]}"
        target = {"TableName": "orders", "DatabaseName": self.database}
        text = "Rules = [\n" + ",\n".join(rules) + "\n]"
        self.laptop.client("glue").create_data_quality_ruleset(Name=name, Ruleset=text, TargetTable=target)
        return name

    def start(self, ruleset: str, **options: Any) -> str:
        source = {"GlueTable": {"DatabaseName": self.database, "TableName": "orders"}}
        started = self.laptop.client("glue").start_data_quality_ruleset_evaluation_run(
            DataSource=source, Role=ROLE, RulesetNames=[ruleset], **options
        )
        run_id: str = started["RunId"]
        return run_id

    def finished(self, run_id: str) -> Json:
        def ended() -> Json | None:
            run: Json = self.laptop.client("glue").get_data_quality_ruleset_evaluation_run(RunId=run_id)
            return None if run["Status"] in {"STARTING", "RUNNING"} else run

        result: Json = wait_for(ended)
        return result

    def result(self, run: Json) -> Json:
        found: Json = self.laptop.client("glue").get_data_quality_result(ResultId=run["ResultIds"][0])
        return found


@pytest.fixture(scope="module")
def quality(laptop: Laptop) -> Quality:
    bucket, database = new_bucket(laptop, "lake-quality"), f"raw_{uuid.uuid4().hex[:8]}"
    body = "\n".join(json.dumps(row) for row in ROWS).encode()
    laptop.client("s3").put_object(Bucket=bucket, Key="orders/x.json", Body=body)
    glue = laptop.client("glue")
    glue.create_database(DatabaseInput={"Name": database})
    storage = {
        "Columns": [{"Name": name, "Type": kind} for name, kind in COLUMNS],
        "Location": f"s3://{bucket}/orders/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }
    glue.create_table(
        DatabaseName=database,
        TableInput={"Name": "orders", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage},
    )
    return Quality(laptop, bucket, database)


OUTCOMES = {
    "RowCount = 4": True,
    "RowCount between 4 and 9": False,
    "RowCount > 1 where \"country = 'US'\"": True,
    "ColumnCount = 5": True,
    'ColumnExists "amount"': True,
    'ColumnExists "missing"': False,
    'IsComplete "id"': True,
    'IsComplete "amount"': False,
    'Completeness "amount" >= 0.75': True,
    'IsUnique "id"': False,
    'Uniqueness "id" = 0.5': True,
    'IsPrimaryKey "id" "amount"': False,
    'DistinctValuesCount "country" = 3': True,
    'UniqueValueRatio "country" > 0.6': True,
    'ColumnValues "country" in ["US", "CA", "FR"]': True,
    'ColumnValues "country" in ["US", "CA"]': False,
    'ColumnValues "country" in ["US"] with threshold >= 0.5': True,
    'ColumnValues "amount" > 0': False,
    'ColumnValues "amount" > 0 where "amount is not null"': True,
    '(ColumnValues "amount" > 0) or (ColumnValues "amount" = NULL)': False,
    'ColumnValues "amount" in [1.5, 2.5, 10, NULL]': True,
    'ColumnValues "amount" != 3': True,
    'ColumnValues "amount" not in [1.5]': False,
    'ColumnValues "amount" between 1 and 10 with threshold = 0.5': True,
    'ColumnValues "note" in ["x", "long text", NULL, EMPTY]': True,
    'ColumnValues "id" matches "^[abc]$"': True,
    'ColumnValues "day" matches "^2020-"': False,
    'ColumnValues "day" < "2021-01-01" with threshold > 0.7': True,
    'ColumnLength "id" = 1': True,
    'ColumnLength "note" <= 5': False,
    'ColumnDataType "day" = "Date" with threshold > 0.7': True,
    'ColumnDataType "day" = "Date"': False,
    'Mean "amount" > 4': True,
    'Sum "amount" = 14': True,
    'CustomSql "select count(*) from primary" between 1 and 10': True,
    'CustomSql "select id from primary where amount > 0" with threshold > 0.7': True,
    'ColumnValues "missing" > 1': False,
}


@pytest.fixture(scope="module")
def outcomes(quality: Quality) -> dict[str, Json]:
    run = quality.finished(quality.start(quality.ruleset(*OUTCOMES)))
    assert run["Status"] == "SUCCEEDED", run.get("ErrorString")
    return {rule["Description"]: rule for rule in quality.result(run)["RuleResults"]}


@pytest.mark.parametrize(("rule", "passes"), OUTCOMES.items())
def test_rule(outcomes: dict[str, Json], rule: str, passes: bool) -> None:
    assert outcomes[rule]["Result"] == ("PASS" if passes else "FAIL"), outcomes[rule]


def test_failed_rule_says_the_value(outcomes: dict[str, Json]) -> None:
    rule = outcomes['IsComplete "amount"']
    assert rule["EvaluationMessage"] == "Value: 0.75 does not meet the constraint requirement!"
    assert rule["EvaluatedMetrics"] == {"Column.amount.Completeness": 0.75}


def test_fails_the_run_on_an_unknown_rule_and_names_it(quality: Quality) -> None:
    run = quality.finished(quality.start(quality.ruleset("RowCount > 0", 'DetectAnomalies "x"')))
    assert run["Status"] == "FAILED"
    assert "DetectAnomalies" in run["ErrorString"]


def test_result_is_announced_stored_and_scored(quality: Quality) -> None:
    take = events_of(quality.laptop, json.dumps({"source": ["aws.glue-dataquality"]}))
    ruleset = quality.ruleset("RowCount > 0", "RowCount > 99")
    options = {"ResultsS3Prefix": f"s3://{quality.bucket}/results/", "CloudWatchMetricsEnabled": True}
    run = quality.finished(quality.start(ruleset, AdditionalRunOptions=options))
    result = quality.result(run)
    assert (result["Score"], result["RulesetName"]) == (0.5, ruleset)
    key = f"results/{result['ResultId']}.json"
    stored = json.loads(quality.laptop.client("s3").get_object(Bucket=quality.bucket, Key=key)["Body"].read())
    assert stored["RuleResults"] == result["RuleResults"]
    (event,) = [json.loads(body) for body in wait_for(take)]
    assert event["detail-type"] == "Data Quality Evaluation Results Available"
    assert (event["detail"]["state"], event["detail"]["numRulesFailed"]) == ("FAILED", 1)
    assert event["detail"]["resultId"].startswith("dqresult-")


def test_same_client_token_is_the_same_run(quality: Quality) -> None:
    ruleset, token = quality.ruleset("RowCount > 0"), uuid.uuid4().hex
    assert quality.start(ruleset, ClientToken=token) == quality.start(ruleset, ClientToken=token)


def test_fails_to_create_a_ruleset_that_is_no_dqdl(quality: Quality) -> None:
    glue = quality.laptop.client("glue")
    with pytest.raises(glue.exceptions.InvalidInputException, match="DQDL"):
        glue.create_data_quality_ruleset(Name="broken", Ruleset="RowCount > 0")


def test_fails_to_start_without_the_ruleset_or_the_table(quality: Quality) -> None:
    glue = quality.laptop.client("glue")
    source = {"GlueTable": {"DatabaseName": quality.database, "TableName": "none"}}
    for ruleset in ("none", quality.ruleset("RowCount > 0")):
        with pytest.raises(glue.exceptions.EntityNotFoundException):
            glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role=ROLE, RulesetNames=[ruleset])
