from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from search.upload import UploadError, files, index, upload


class States:
    """A state machine whose execution goes through some states."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def start_execution(self, **request: str) -> dict[str, str]:
        self.input = json.loads(request["input"])
        return {"executionArn": "arn:execution"}

    def describe_execution(self, **_: str) -> dict[str, Any]:
        return {"status": self.states.pop(0), "error": "StepFailed", "cause": "no document"}


class Lake:
    def __init__(self, states: States, outputs: dict[str, str]) -> None:
        self.states, self.outputs = states, outputs
        self.config = type("Config", (), {"environment": type("Environment", (), {"name": "dev"})})

    def client(self, service: str) -> States:
        assert service == "stepfunctions"
        return self.states


def run(states: States, **outputs: str) -> None:
    lake: Any = Lake(states, outputs)
    index(lake, "notes", "files", wait=lambda seconds: None)


def test_a_folder_is_uploaded_below_the_prefix_of_its_collection(tmp_path: Path) -> None:
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "a b.txt").write_text("one")
    (tmp_path / "c.txt").write_text("two")
    with mock_aws():
        s3 = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        s3.create_bucket(Bucket="raw")
        upload(s3, "raw", files(tmp_path, "notes"))
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket="raw")["Contents"]]
        assert s3.get_object(Bucket="raw", Key=keys[0])["Body"].read() == b"one"
    assert keys == ["documents/collection=notes/2024/a b.txt", "documents/collection=notes/c.txt"]


def test_a_single_file_is_a_collection_too(tmp_path: Path) -> None:
    dump = tmp_path / "simplewiki-pages-articles.xml.bz2"
    dump.write_bytes(b"BZh")
    assert files(dump, "wiki") == [(dump, "documents/collection=wiki/simplewiki-pages-articles.xml.bz2")]


def test_fails_for_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be a file, or a folder with at least one file"):
        files(tmp_path, "notes")


def test_indexing_waits_for_the_end_of_the_pipeline() -> None:
    states = States("RUNNING", "RUNNING", "SUCCEEDED")
    run(states, TextPipelineArn="arn")
    assert states.states == []
    assert states.input | {"request": ""} == {"collection": "notes", "request": "", "format": "files"}


@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_fails_with_what_the_pipeline_says(end: str) -> None:
    with pytest.raises(UploadError, match=f"arn:execution {end}: StepFailed no document"):
        run(States("RUNNING", end), TextPipelineArn="arn")


def test_fails_where_there_is_no_text_pipeline() -> None:
    with pytest.raises(UploadError, match=r"dev has no text pipeline: deploy it with enabled = true under \[emr\]"):
        run(States())
