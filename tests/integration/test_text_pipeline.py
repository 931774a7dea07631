"""The text pipeline on clusters of the laptop: a tiny corpus through the real steps, and everything that goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.text_support import TextLake, new_text_lake
from tests.synthesis import Assembly


@pytest.fixture(scope="module")
def lake(laptop: Laptop, laptop_assembly: Assembly) -> TextLake:
    made = new_text_lake(laptop, laptop_assembly)
    made.put("any", a="a document")
    return made


def test_collection_is_indexed_on_a_cluster_that_is_gone_afterwards(lake: TextLake) -> None:
    lake.put(
        "tiny",
        label__spam=b"Buy cheap pills now, buy cheap pills",
        meeting="The meeting of the union is on Monday",
        speech="The state of the union: the union is strong. The state of the union is good.",
        empty="",
        binary=b"\x00\x01\x02\xff" * 500,
    )
    execution = lake.start("tiny")
    ended = lake.end(execution)
    assert ended["status"] == "SUCCEEDED", ended
    documents = {row["path"]: row["doc_id"] for row in lake.rows("CuratedBucket", "documents/")}
    assert documents.keys() == {"label/spam.txt", "meeting.txt", "speech.txt"}
    folder = "quarantine/source_table=documents/scope=collection-tiny/"
    assert len(lake.rows("FailuresBucket", folder)) == 2
    glue, table = lake.emr.laptop.client("glue"), {"DatabaseName": lake.values["CuratedDatabase"]}
    (partition,) = glue.get_partitions(**table, TableName="quarantine")["Partitions"]
    assert partition["Values"] == ["documents", "collection-tiny"]
    assert partition["StorageDescriptor"]["Location"] == f"s3://{lake.values['FailuresBucket']}/{folder}"
    postings = lake.rows("AnalyticsBucket", "text_postings/")
    found = {row["doc_id"] for row in postings if row["term"] == "of the union"}
    assert found == {documents["meeting.txt"], documents["speech.txt"]}
    cluster = lake.cluster(execution)
    assert lake.emr.status(cluster)["State"] == "TERMINATED"
    assert list(lake.emr.steps(cluster).values()) == ["COMPLETED"] * 2
    told = lake.notice(execution)
    assert (told["outcome"], told["steps"]) == ("SUCCEEDED", ["documents", "index"])


def failed(lake: TextLake, execution: str) -> tuple[dict[str, Any], str]:
    """Wait for the failure of an execution; return its notice and the state of its cluster."""
    assert lake.end(execution)["status"] == "FAILED"
    return lake.notice(execution), lake.emr.status(lake.cluster(execution))["State"]


def test_spot_fleet_without_capacity_is_replaced_by_on_demand_nodes_and_the_run_goes_on(lake: TextLake) -> None:
    with lake.emr.faults(no_spot=["*"]):
        execution = lake.start("any", word="hello", steps=["documents"])
        assert lake.end(execution)["status"] == "SUCCEEDED"
    nodes = lake.emr.api.list_instances(ClusterId=lake.cluster(execution), InstanceFleetType="TASK")["Instances"]
    assert {node["Market"] for node in nodes} == {"ON_DEMAND"}


def test_fails_and_says_why_when_a_cluster_dies_during_its_bootstrap(lake: TextLake) -> None:
    with lake.emr.faults(bootstrap_fails=True):
        notice, state = failed(lake, lake.start("any", word="hello"))
    assert state == "TERMINATED_WITH_ERRORS"
    assert "BOOTSTRAP_FAILURE" in notice["cause"]
    assert "bootstrap action 1 returned a non-zero return code" in notice["cause"]


def test_fails_and_says_why_when_the_cluster_dies_under_a_step(lake: TextLake) -> None:
    with lake.emr.faults(primary_lost_after_seconds=1):
        notice, state = failed(lake, lake.start("any", word="sleep"))
    assert state == "TERMINATED_WITH_ERRORS"
    assert "The master node was terminated" in notice["cause"]


def test_fails_and_says_why_when_a_step_fails_twice_and_terminates_its_cluster(lake: TextLake) -> None:
    execution = lake.start("any", word="fail", steps=["documents"])
    notice, state = failed(lake, execution)
    assert state == "TERMINATED"
    assert "ValueError: too many bad documents; log s3://" in notice["cause"]
    steps = lake.emr.api.list_steps(ClusterId=lake.cluster(execution))["Steps"]
    assert [step["Status"]["State"] for step in steps] == ["FAILED", "FAILED"]


@pytest.mark.parametrize(("timeout_seconds", "status"), [(None, "ABORTED"), (8, "TIMED_OUT")])
def test_execution_that_is_stopped_or_takes_too_long_leaves_no_cluster(
    lake: TextLake, timeout_seconds: int | None, status: str
) -> None:
    execution = lake.start("any", word="sleep", timeout_seconds=timeout_seconds)
    cluster = lake.cluster(execution)
    if timeout_seconds is None:
        lake.emr.until(cluster, "RUNNING")
        lake.emr.laptop.client("stepfunctions").stop_execution(executionArn=execution)
    assert lake.end(execution)["status"] == status
    # Step Functions leaves the cluster alone; its idle time ends it (15 minutes, which last 3 seconds here).
    assert lake.emr.until(cluster, "TERMINATED")["StateChangeReason"]["Message"] == "Idle for 900 seconds"
    # On a busy machine the time may be up before the step was added.
    assert set(lake.emr.steps(cluster).values()) <= {"CANCELLED"}


def test_fails_before_a_cluster_is_paid_for_when_there_is_no_document(lake: TextLake) -> None:
    before = len(lake.emr.api.list_clusters()["Clusters"])
    execution = lake.start("nothing")
    assert lake.end(execution)["error"] == "Pipeline.EmptyCollection"
    assert len(lake.emr.api.list_clusters()["Clusters"]) == before
