"""The text pipeline's definition, walked along its paths: its ledger is a real table, EMR is a small stand-in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from components.emr_definition import CLUSTER_NAME, KERBEROS_PASSWORD, complete_definition
from tests.unit.pipelines.interpreter import Execution, StatesError

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
        self.dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        self.dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "claim", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "claim", "AttributeType": "S"}],
        )
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
            "dynamodb:putItem": lambda request: self._ledger("put_item", request),
            "dynamodb:getItem": lambda request: self._ledger("get_item", request),
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
        items = self.dynamodb.scan(TableName="ledger")["Items"]
        return {item["claim"]["S"]: item["status"]["S"] for item in items if "status" in item}

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

    def _ledger(self, operation: str, request: Any) -> Any:
        try:
            response = getattr(self.dynamodb, operation)(**request)
        except ClientError as error:
            raise StatesError(f"DynamoDB.{error.response['Error']['Code']}", str(error)) from error
        return {key: value for key, value in response.items() if key != "ResponseMetadata"}


@pytest.fixture
def emr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emr]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Emr()


def fail(error: str, cause: str = "") -> Any:
    def task(_: Any) -> Any:
        raise StatesError(error, cause)

    return task


def messages(execution: Execution) -> list[Any]:
    return [arguments["Message"] for resource, arguments in execution.calls if resource == "sns:publish"]


def commands(execution: Execution) -> list[list[str]]:
    found = [arguments["Step"] for resource, arguments in execution.calls if resource == ADD]
    return [step["HadoopJarStep"]["Args"] for step in found]


def steps(execution: Execution) -> list[str]:
    return [re.sub(r".*/|\.py$", "", next(arg for arg in each if ".py" in arg)) for each in commands(execution)]


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_a_cluster_is_made_used_and_terminated(emr: Emr) -> None:
    done = emr.run()

    assert [each for each in done.resources if "elasticmapreduce" in each] == [CREATE, ADD, ADD, TERMINATE]
    assert steps(done) == ["documents", "index"]
    assert emr.alive == []
    assert done.output == {
        "outcome": "SUCCEEDED",
        "claim": "text#speeches#r-1",
        "collection": "speeches",
        "steps": ["documents", "index"],
    }
    assert [message["outcome"] for message in messages(done)] == ["SUCCEEDED"]
    assert emr.claims() == {"text#speeches#r-1": "SUCCEEDED"}


def test_steps_are_told_where_the_lake_is_and_which_collection_to_index(emr: Emr) -> None:
    documents, index = commands(emr.run())

    assert documents[:6] == [
        *("spark-submit", "--deploy-mode", "client", "--py-files", "s3://assets/runtime.zip"),
        "s3://assets/documents.py",
    ]
    for command in (documents, index):
        asked = {name: option(command, f"--{name}_bucket") for name in ("raw", "curated", "analytics", "failures")}
        assert asked == {name: name for name in asked}
        assert option(command, "--collection") == "speeches"
        assert option(command, "--run_id") == "run-1"
    assert option(documents, "--source") == "s3://raw/documents/collection=speeches/"
    assert option(documents, "--format") == "auto"


def test_queries_are_answered_with_the_new_index(emr: Emr) -> None:
    done = emr.run(WORDS | {"queries": ["state of the union", 'say "please"']})

    assert steps(done) == ["documents", "index", "search"]
    assert json.loads(option(commands(done)[2], "--queries")) == ["state of the union", 'say "please"']


@pytest.mark.parametrize("wanted", [["ratings"], ["index"], ["search", "index"]])
def test_only_named_steps_run_in_the_order_of_their_needs(emr: Emr, wanted: list[str]) -> None:
    done = emr.run(WORDS | {"steps": wanted})

    assert steps(done) == [name for name in ("documents", "index", "search", "ratings") if name in wanted]


def test_a_dump_is_read_as_such(emr: Emr) -> None:
    done = emr.run(WORDS | {"format": "mediawiki"})

    assert option(commands(done)[0], "--format") == "mediawiki"


def test_the_corpus_is_copied_to_the_cluster_where_the_configuration_says_so(emr: Emr) -> None:
    emr.substitutions["Corpus"] = "hdfs"
    copy, documents, _ = commands(emr.run())

    assert copy == [
        "s3-dist-cp",
        "--src=s3://raw/documents/collection=speeches/",
        "--dest=hdfs:///documents/collection=speeches/",
    ]
    assert option(documents, "--source") == "hdfs:///documents/collection=speeches/"


def test_nothing_is_copied_for_steps_that_do_not_read_it(emr: Emr) -> None:
    emr.substitutions["Corpus"] = "hdfs"

    assert steps(emr.run(WORDS | {"steps": ["index"]})) == ["index"]


def test_a_resident_cluster_is_used_and_kept(emr: Emr) -> None:
    resident = emr.start("lake-text")
    emr.substitutions["LongRunningCluster"] = resident
    done = emr.run()

    assert [each for each in done.resources if "elasticmapreduce" in each] == [ADD, ADD]
    assert {arguments["ClusterId"] for resource, arguments in done.calls if resource == ADD} == {resident}
    assert emr.alive == [resident]


def test_a_resident_cluster_is_kept_when_a_step_fails(emr: Emr) -> None:
    emr.substitutions["LongRunningCluster"] = resident = emr.start("lake-text")
    emr.replies[ADD] = fail("States.TaskFailed")
    done = emr.run()

    assert done.failure is not None
    assert emr.alive == [resident]


def test_serverless_runs_the_same_steps_without_a_cluster(emr: Emr) -> None:
    emr.substitutions |= {"Engine": "serverless", "ServerlessApplication": "app", "ServerlessRoleArn": "role"}
    emr.objects = {each for each in emr.objects if each[0] == "raw"}
    done = emr.run(WORDS | {"queries": ["war"]})

    runs = [arguments for resource, arguments in done.calls if resource == RUN]
    assert [run["JobDriver"]["SparkSubmit"]["EntryPoint"] for run in runs] == [
        f"s3://assets/{name}.py" for name in ("documents", "index", "search")
    ]
    assert option(runs[0]["JobDriver"]["SparkSubmit"]["EntryPointArguments"], "--collection") == "speeches"
    assert {(run["ApplicationId"], run["ExecutionRoleArn"]) for run in runs} == {("app", "role")}
    assert not any("elasticmapreduce" in each for each in done.resources)


def test_fails_with_the_reason_of_a_job_run(emr: Emr) -> None:
    emr.substitutions |= {"Engine": "serverless", "ServerlessApplication": "app", "ServerlessRoleArn": "role"}
    run = {"JobRunId": "jr-1", "Name": "index speeches", "State": "FAILED", "StateDetails": "Job failed: no index"}
    emr.replies[RUN] = fail("States.TaskFailed", json.dumps(run))
    done = emr.run()

    assert done.failure is not None
    assert done.failure.cause == "Job run jr-1 (index speeches) ended FAILED: Job failed: no index"


def test_steps_take_the_role_that_lake_formation_knows(emr: Emr) -> None:
    emr.step_role = "${StepRoleArn}"
    done = emr.run()

    roles = {arguments["ExecutionRoleArn"] for resource, arguments in done.calls if resource == ADD}
    assert roles == {"arn:aws:iam::000000000000:role/step"}


def test_the_password_of_the_kdc_comes_from_its_secret(emr: Emr) -> None:
    emr.substitutions["KerberosSecret"] = "secret"
    emr.request["KerberosAttributes"] = {"Realm": "LAKE", "KdcAdminPassword": KERBEROS_PASSWORD}
    done = emr.run()

    (request,) = [arguments for resource, arguments in done.calls if resource == CREATE]
    assert request["KerberosAttributes"]["KdcAdminPassword"] == "open sesame"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"collection": "speeches"},
        {"request": "r-1"},
        {"collection": "Speeches", "request": "r-1"},
        {"collection": "../raw", "request": "r-1"},
        {"collection": "", "request": "r-1"},
        {"collection": "speeches", "request": ""},
        {"collection": "speeches", "request": 1},
        WORDS | {"queries": "war"},
        WORDS | {"queries": [""]},
        WORDS | {"queries": [1]},
        WORDS | {"format": "pdf"},
        WORDS | {"steps": []},
        WORDS | {"steps": ["train"]},
    ],
    ids=str,
)
def test_fails_before_anything_is_called_when_the_input_makes_no_sense(emr: Emr, document: Any) -> None:
    done = emr.run(document)

    assert done.failure is not None
    assert done.failure.error == "Pipeline.InvalidInput"
    assert done.calls == []


def test_fails_before_a_cluster_starts_when_the_collection_is_empty(emr: Emr) -> None:
    done = emr.run({"collection": "spech", "request": "r-1"})

    assert done.failure is not None
    assert str(done.failure) == (
        "Pipeline.EmptyCollection: There is no object below s3://raw/documents/collection=spech/"
    )
    assert CREATE not in done.resources
    assert emr.claims() == {"text#spech#r-1": "FAILED"}


def test_an_index_can_be_made_again_without_the_raw_documents(emr: Emr) -> None:
    emr.objects = {each for each in emr.objects if each[0] != "raw"}

    assert steps(emr.run(WORDS | {"steps": ["index"]})) == ["index"]


@pytest.mark.parametrize("key", ["wheelhouse/1/requirements.txt", "certificates/nodes.zip"])
def test_fails_before_a_cluster_starts_when_nodes_would_lack_a_file(emr: Emr, key: str) -> None:
    emr.objects.remove(("files", key))
    done = emr.run()

    assert done.failure is not None
    assert done.failure.error == "Pipeline.ClusterFileMissing"
    assert f"s3://files/{key}" in done.failure.cause
    assert "make cluster-files ENV=prod" in done.failure.cause
    assert CREATE not in done.resources


def test_certificates_are_not_looked_for_where_nodes_need_none(emr: Emr) -> None:
    emr.substitutions["ClusterFiles"] = "wheelhouse/1/requirements.txt"
    emr.objects.remove(("files", "certificates/nodes.zip"))

    assert emr.run().failure is None


def test_the_same_request_runs_once(emr: Emr) -> None:
    emr.run()
    again = emr.run(name="run-2")

    assert again.output["outcome"] == "DUPLICATE"
    assert len(emr.clusters) == 1


def test_a_failed_request_can_be_made_again(emr: Emr) -> None:
    emr.replies[ADD] = fail("States.TaskFailed", "no")
    emr.run()
    emr.replies[ADD] = lambda _: {}

    assert emr.run(name="run-2").output["outcome"] == "SUCCEEDED"
    assert emr.claims() == {"text#speeches#r-1": "SUCCEEDED"}


def test_a_collection_is_written_by_one_execution_at_a_time(emr: Emr) -> None:
    waited = emr.replies["aws-sdk:sfn:describeExecution"]
    first = emr.run()
    emr.running = {first.id}
    asked = []

    def ends_after_two_looks(request: Any) -> Any:
        asked.append(request["ExecutionArn"])
        if len(asked) == 2:
            emr.running.clear()
        return waited(request)

    emr.replies["aws-sdk:sfn:describeExecution"] = ends_after_two_looks
    second = emr.run(WORDS | {"request": "r-2"}, name="run-2")

    assert asked == [first.id, first.id]
    # It asks for the turn once more, when the writer has ended, and not before.
    assert second.resources.count("dynamodb:putItem") == 3
    assert second.output["outcome"] == "SUCCEEDED"


def test_collections_do_not_wait_for_each_other(emr: Emr) -> None:
    emr.objects.add(("raw", "documents/collection=mail/1.txt"))
    emr.running = {emr.run().id}

    assert emr.run({"collection": "mail", "request": "r-1"}, name="run-2").output["outcome"] == "SUCCEEDED"


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


def test_files_that_are_no_documents_are_shown_to_athena(emr: Emr) -> None:
    done = emr.run()

    (asked,) = [arguments for resource, arguments in done.calls if resource == "aws-sdk:glue:createPartition"]
    assert asked["PartitionInput"] == {
        "Values": ["documents", "collection-speeches"],
        "StorageDescriptor": {
            "InputFormat": "parquet",
            "Location": "s3://failures/quarantine/source_table=documents/scope=collection-speeches/",
        },
    }


def test_quarantine_that_athena_knows_already_is_no_failure(emr: Emr) -> None:
    emr.replies["aws-sdk:glue:createPartition"] = fail("Glue.AlreadyExistsException")

    assert emr.run().output["outcome"] == "SUCCEEDED"


def test_fails_when_athena_cannot_be_told_of_the_quarantine(emr: Emr) -> None:
    emr.replies["aws-sdk:glue:createPartition"] = fail("Glue.AccessDeniedException", "not for you")

    done = emr.run()

    assert done.failure
    assert done.failure.error == "Glue.AccessDeniedException"
    assert emr.claims() == {"text#speeches#r-1": "FAILED"}


def test_run_without_documents_leaves_the_quarantine_alone(emr: Emr) -> None:
    done = emr.run(WORDS | {"steps": ["index"]})

    assert not [each for each in done.resources if "glue" in each]
