from __future__ import annotations

import json
from typing import Any

import pytest

from laptop.emulator.sagemaker import manifest
from laptop.emulator.sagemaker.manifest import DataError

REQUEST = {"LabelingJobName": "job", "LabelAttributeName": "animal"}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_manifest_has_one_object_a_line_in_any_language(end: str) -> None:
    lines = ['{"source": "Grüße 你好"}', '{"source-ref": "s3://b/k", "n": 1}']
    assert manifest.lines_of(("\n".join(lines) + end).encode()) == lines


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"\xff\xfe", "must be UTF-8"),
        (b'{"source": "a"}\n\n{"source": "b"}', "line 2 of the manifest: a data object must be JSON"),
        (b'{"source": ' + b"[" * 90_000, "a data object must be JSON"),
        (b'["source"]', "must be a JSON object"),
        (b'{"source": ""}', "not empty"),
        (b'{"source": 1}', "must be a string"),
        (b'{"source": "a", "source-ref": "s3://b/k"}', "either source or source-ref"),
        (b'{"source-ref": "/home/k"}', "must be an S3 address"),
    ],
)
def test_fails_for_a_manifest_that_ground_truth_cannot_read(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        manifest.lines_of(content)


def test_a_line_may_have_a_hundred_kilobytes_and_no_more() -> None:
    line = json.dumps({"source": "x" * 99_986})
    assert len(line) == 100_000
    assert manifest.check_line(line)
    with pytest.raises(DataError, match="at most 100000 bytes; got 100001"):
        manifest.check_line(line.replace("x", "xx", 1))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "must be JSON"),
        ([], "list of labels"),
        ({"labels": []}, "not empty"),
        ({"labels": ["cat"]}, "must have a label that is a string"),
        ({"labels": [{"label": " "}]}, "must have a label that is a string"),
        ({"labels": [{"label": "cat"}, {"label": "cat"}]}, "'cat' twice"),
    ],
)
def test_fails_for_categories_that_are_none(document: Any, message: str) -> None:
    content = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(DataError, match=message):
        manifest.categories_of(content.encode())


def test_a_label_replaces_what_the_line_said_before_and_nothing_else() -> None:
    found = {"state": "labeled", "line": '{"source": "ü", "animal": 1, "n": 2}', "label": {"animal": 0}}
    assert manifest.output_line(found, REQUEST, "now") == '{"source": "ü", "animal": 0, "n": 2}'


def test_an_object_that_failed_says_why_and_one_that_was_not_asked_about_stays() -> None:
    failed = {"state": "failed", "line": '{"source": "a"}', "reason": "expired"}
    line = json.loads(manifest.output_line(failed, REQUEST, "now"))
    assert line["animal-metadata"]["failure-reason"] == "expired"
    assert "animal" not in line
    for state in ("waiting", "skipped", "open", "answered"):
        assert manifest.output_line({"state": state, "line": '{"source":"a"}'}, REQUEST, "now") == '{"source":"a"}'


def test_ground_truth_adds_its_metadata_to_what_the_function_returned() -> None:
    content = {"animal": 3, "animal-metadata": {"confidence": 0.9, "type": "groundtruth/image-classification"}}
    members = manifest.labeled_members(content, REQUEST, "now")
    assert members["animal-metadata"] == {
        "job_name": "job",
        "human-annotated": "yes",
        "creation_date": "now",
        "confidence": 0.9,
        "type": "groundtruth/image-classification",
    }
    assert manifest.labeled_members({"animal": {}}, REQUEST, "now")["animal-metadata"]["type"] == "groundtruth/custom"
