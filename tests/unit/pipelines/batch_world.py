"""A small world for the batch pipeline: its ledger is a real table, other tasks are stubs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.pipelines.interpreter import Execution
from tests.unit.pipelines.support import Ledger, asked

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
        self.ledger = Ledger()
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
            **self.ledger.tasks,
        }

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
        return [item["status"]["S"] for item in self.ledger.items if "status" in item]

    def writer(self) -> str | None:
        """Give the name of the execution whose turn it is, or was last."""
        turns = [item["execution"]["S"] for item in self.ledger.items if item["claim"]["S"] == "turn#flights"]
        return turns[0].rsplit(":", 1)[-1] if turns else None

    def abort(self, name: str, document: Any, at: str = "aws-sdk:glue:startCrawler") -> None:
        """Leave what an execution holds that was stopped amid a task, before it could mark its claim."""

        def stop(_: Any) -> Any:
            raise KeyboardInterrupt

        replies = self.replies
        self.replies = {**replies, at: stop}
        with pytest.raises(KeyboardInterrupt):
            self.run(document, name)
        self.replies = replies


def queries(execution: Execution) -> list[str]:
    return [arguments["QueryString"] for arguments in asked(execution, "athena:startQueryExecution.sync")]


def jobs(execution: Execution) -> list[Any]:
    return asked(execution, "glue:startJobRun.sync")
