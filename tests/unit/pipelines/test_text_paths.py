"""The text pipeline's definition, walked along its paths."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.emr_definition import KERBEROS_PASSWORD
from tests.unit.pipelines.support import asked, fail, messages
from tests.unit.pipelines.text_world import ADD, CREATE, RUN, TERMINATE, WORDS, Emr, commands, option, steps


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


def test_serverless_runs_the_same_steps_without_a_cluster(emr: Emr) -> None:
    emr.substitutions |= {"Engine": "serverless", "ServerlessApplication": "app", "ServerlessRoleArn": "role"}
    emr.objects = {each for each in emr.objects if each[0] == "raw"}
    done = emr.run(WORDS | {"queries": ["war"]})

    runs = asked(done, RUN)
    assert [run["JobDriver"]["SparkSubmit"]["EntryPoint"] for run in runs] == [
        f"s3://assets/{name}.py" for name in ("documents", "index", "search")
    ]
    assert option(runs[0]["JobDriver"]["SparkSubmit"]["EntryPointArguments"], "--collection") == "speeches"
    assert {(run["ApplicationId"], run["ExecutionRoleArn"]) for run in runs} == {("app", "role")}
    assert not any("elasticmapreduce" in each for each in done.resources)


def test_steps_take_the_role_that_lake_formation_knows(emr: Emr) -> None:
    emr.step_role = "${StepRoleArn}"
    done = emr.run()

    roles = {arguments["ExecutionRoleArn"] for resource, arguments in done.calls if resource == ADD}
    assert roles == {"arn:aws:iam::000000000000:role/step"}


def test_the_password_of_the_kdc_comes_from_its_secret(emr: Emr) -> None:
    emr.substitutions["KerberosSecret"] = "secret"
    emr.request["KerberosAttributes"] = {"Realm": "LAKE", "KdcAdminPassword": KERBEROS_PASSWORD}
    done = emr.run()

    (request,) = asked(done, CREATE)
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


def test_files_that_are_no_documents_are_shown_to_athena(emr: Emr) -> None:
    done = emr.run()

    (request,) = asked(done, "aws-sdk:glue:createPartition")
    assert request["PartitionInput"] == {
        "Values": ["documents", "collection-speeches"],
        "StorageDescriptor": {
            "InputFormat": "parquet",
            "Location": "s3://failures/quarantine/source_table=documents/scope=collection-speeches/",
        },
    }


def test_quarantine_that_athena_knows_already_is_no_failure(emr: Emr) -> None:
    emr.replies["aws-sdk:glue:createPartition"] = fail("Glue.AlreadyExistsException")

    assert emr.run().output["outcome"] == "SUCCEEDED"


def test_run_without_documents_leaves_the_quarantine_alone(emr: Emr) -> None:
    done = emr.run(WORDS | {"steps": ["index"]})

    assert not [each for each in done.resources if "glue" in each]
