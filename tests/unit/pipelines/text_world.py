"""A small world for the text pipeline: its ledger is a real table, EMR is a small stand-in."""

from __future__ import annotations

import json
import re
from typing import Any

from components.emr_definition import CLUSTER_NAME, complete_definition
from tests.unit.pipelines.interpreter import Execution
from tests.unit.pipelines.support import Ledger, asked

CREATE, ADD = "elasticmapreduce:createCluster.sync", "elasticmapreduce:addStep.sync"
TERMINATE, RUN = "elasticmapreduce:terminateCluster.sync", "emr-serverless:startJobRun.sync"
WORDS = {"collection": "speeches", "request": "r-1"}
SUBSTITUTIONS = {
    "AnalyticsBucket": "analytics",
    "ClusterFiles": "wheelhouse/1/requirements.txt,certificates/nodes.zip",
    "Corpus": "s3",
    "CuratedBucket": "curated",
    "CuratedDatabase": "lake_curated",
    "DocumentsScript": "s3://assets/documents.py",
    "Engine": "cluster",
    "Environment": "prod",
    "FailuresBucket": "failures",
    "FilesBucket": "files",
    "IdleMinutes": "15",
    "IndexScript": "s3://assets/index.py",
    "KerberosSecret": "none",
    "KeyArn": "arn:aws:kms:us-east-1:000000000000:key/k",
    "LedgerDays": "90",
    "LedgerTable": "ledger",
    "LogUri": "s3://artifacts/emr-logs/",
    "LongRunningCluster": "none",
    "RatingsScript": "s3://assets/ratings.py",
    "RawBucket": "raw",
    "Runtime": "s3://assets/runtime.zip",
    "SearchScript": "s3://assets/search.py",
    "ServerlessApplication": "none",
    "ServerlessRoleArn": "none",
    "StepRoleArn": "arn:aws:iam::000000000000:role/step",
    "TopicArn": "arn:aws:sns:us-east-1:000000000000:alerts",
}


class Emr:
    """A stand-in for EMR and what is around it."""

    def __init__(self) -> None:
        self.substitutions = dict(SUBSTITUTIONS)
        self.request: dict[str, Any] = {"Name": CLUSTER_NAME}
        self.step_role: str | None = None
        self.objects = {
            ("raw", "documents/collection=speeches/1.txt"),
            ("files", "wheelhouse/1/requirements.txt"),
            ("files", "certificates/nodes.zip"),
        }
        self.clusters: dict[str, dict[str, Any]] = {}
        self.failed_steps: list[dict[str, Any]] = []
        self.running: set[str] = set()
        self.ledger = Ledger()
        self.replies: dict[str, Any] = {
            "aws-sdk:s3:listObjectsV2": self._list,
            "aws-sdk:sfn:describeExecution": self._describe_execution,
            "aws-sdk:emr:listClusters": lambda _: {"Clusters": list(self.clusters.values())},
            "aws-sdk:emr:describeCluster": lambda asked: {"Cluster": self.clusters[asked["ClusterId"]]},
            "aws-sdk:emr:listSteps": lambda _: {"Steps": self.failed_steps},
            "aws-sdk:secretsmanager:getSecretValue": lambda _: {"SecretString": "open sesame"},
            "aws-sdk:glue:getTable": lambda _: {"Table": {"StorageDescriptor": {"InputFormat": "parquet"}}},
            "aws-sdk:glue:createPartition": lambda _: {},
            CREATE: self._create,
            ADD: lambda _: {"Step": {"Status": {"State": "COMPLETED"}}},
            TERMINATE: self._terminate,
            RUN: lambda _: {"JobRunId": "jr-1"},
            "sns:publish": lambda _: {"MessageId": "m-1"},
            **self.ledger.tasks,
        }

    def run(self, document: Any = WORDS, name: str = "run-1") -> Execution:
        text = complete_definition(self.request, step_role=self.step_role)
        text = re.sub(r"\$\{(\w+)\}", lambda match: self.substitutions[match[1]], text)
        return Execution(json.loads(text), self.replies, name).run(document)

    def start(self, name: str, state: str = "WAITING", message: str = "", code: str = "") -> str:
        """Add a cluster that an execution asked for."""
        cluster_id = f"j-{len(self.clusters) + 1}"
        reason = {"Code": code, "Message": message} if code else {}
        status = {"State": state, "StateChangeReason": reason}
        self.clusters[cluster_id] = {"Id": cluster_id, "Name": name, "Status": status}
        return cluster_id

    @property
    def alive(self) -> list[str]:
        return [each["Id"] for each in self.clusters.values() if not each["Status"]["State"].startswith("TERMINATED")]

    def claims(self) -> dict[str, str]:
        return {item["claim"]["S"]: item["status"]["S"] for item in self.ledger.items if "status" in item}

    def _create(self, request: Any) -> Any:
        return {"ClusterId": self.start(request["Name"])}

    def _terminate(self, request: Any) -> Any:
        self.clusters[request["ClusterId"]]["Status"]["State"] = "TERMINATED"
        return {}

    def _list(self, request: Any) -> Any:
        found = [
            key for bucket, key in self.objects if bucket == request["Bucket"] and key.startswith(request["Prefix"])
        ]
        return {"Contents": [{"Key": key} for key in found[: request["MaxKeys"]]]} if found else {"KeyCount": 0}

    def _describe_execution(self, request: Any) -> Any:
        return {"Status": "RUNNING" if request["ExecutionArn"] in self.running else "ABORTED"}


def commands(execution: Execution) -> list[list[str]]:
    return [arguments["Step"]["HadoopJarStep"]["Args"] for arguments in asked(execution, ADD)]


def steps(execution: Execution) -> list[str]:
    return [re.sub(r".*/|\.py$", "", next(arg for arg in each if ".py" in arg)) for each in commands(execution)]


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]
