"""Manifests that Ground Truth would refuse are refused before they cost, with the line and the reason."""

from __future__ import annotations

from typing import Any

import pytest
from lake_common.labeling.manifest import ManifestError, check, check_attribute, line_of, name_of, read, write
from lake_common.labeling.tasks import job_name, task_of

from tests.unit.labeling.making import BUCKET, TASKS


def image(name: str = "a", more: dict[str, Any] | None = None) -> dict[str, Any]:
    return line_of(object_name=name, source_ref=f"s3://{BUCKET}/objects/{name}.png") | (more or {})


def text(name: str = "a", content: str = "hello", **more: Any) -> dict[str, Any]:
    return line_of(object_name=name, source=content) | more


def test_a_good_manifest_passes() -> None:
    check([image("a"), image("b")], TASKS["sports"], image_bucket=BUCKET)
    check([text("a"), text("b", "grüße 🙂")], TASKS["mail"], image_bucket=BUCKET)


@pytest.mark.parametrize(
    ("task", "lines", "message"),
    [
        ("sports", [], "at least one object; got none"),
        ("sports", [image("a"), image("a")], "line 2 .*object 'a' occurs twice"),
        ("sports", [{"image": "a"}], "line 1 .*either source or source-ref; got .'image'"),
        ("sports", [{**image(), "source": "x"}], "either source or source-ref"),
        ("sports", [line_of(object_name="a", source_ref="s3://other/a.png")], "images must lie in s3://labeling/"),
        ("sports", [text()], "images must lie in"),
        ("sports", [image(more={"sports": 1})], "has the label attribute 'sports' already"),
        ("sports", [image(more={"sports-metadata": {}})], "has the label attribute 'sports' already"),
        ("sports", [image(more={"$size": 1})], r"must not begin with \$; got \['\$size'\]"),
        ("sports-check", [image()], "must have the label 'sports' to audit"),
        ("mail", [text(content="  ")], "text must not be empty"),
        ("mail", [text(content="x" * 20_001)], "at most 20000 characters; got 20001 in 'source'"),
        ("mail", [text(**{f"n{number}": "x" * 19_000 for number in range(6)})], "at most 100000 characters; got 114"),
    ],
)
def test_fails_with_the_line_and_the_reason(task: str, lines: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        check(lines, TASKS[task], image_bucket=BUCKET)


def test_fails_for_more_objects_than_a_job_takes() -> None:
    with pytest.raises(ManifestError, match="at most 100000 objects; got 100001"):
        check([image()] * 100_001, TASKS["sports"], image_bucket=BUCKET)


@pytest.mark.parametrize("name", ["source", "source-ref", "lake-object", "sport-ref", "sport-metadata"])
def test_fails_for_a_reserved_name_of_a_label(name: str) -> None:
    with pytest.raises(ManifestError, match=f"must not .*; got '{name}'"):
        check_attribute(name)


def test_lines_are_counted_in_characters_not_in_bytes() -> None:
    check([text(content="ü" * 20_000)], TASKS["mail"], image_bucket=BUCKET)


def test_object_is_called_as_the_lake_does_or_by_its_address_or_by_its_text() -> None:
    assert name_of(image("a")) == "a"
    assert name_of({"source-ref": "s3://b/k"}) == "s3://b/k"
    assert name_of({"source": "hello"}) == name_of({"source": "hello"}) != name_of({"source": "hello!"})


def test_fails_for_an_object_without_a_place_or_with_two() -> None:
    for places in ({}, {"source": "a", "source_ref": "s3://b/k"}):
        with pytest.raises(ManifestError, match="object 'a' must have source_ref or source"):
            line_of(object_name="a", **places)


def test_the_same_lines_give_the_same_bytes() -> None:
    lines = [{"b": 1, "a": "ü\u2028"}, text()]
    content = write(lines)
    assert content == write([dict(reversed(line.items())) for line in lines])
    assert read(content) == lines


@pytest.mark.parametrize(("content", "message"), [(b"{}\n[]\n", "line 2 .* object; got list"), (b"{", "line 1 .*JSON")])
def test_fails_to_read_what_is_no_manifest(content: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read(content)


def test_name_of_a_job_tells_its_task() -> None:
    name = job_name("sports-check", 12, "ABCDEF0123456789".lower())
    assert name == "sports-check-00012-abcdef01"
    assert task_of(name) == "sports-check"
    assert task_of(f"arn:aws:sagemaker:us-east-1:000000000000:labeling-job/{name}") == "sports-check"


@pytest.mark.parametrize("name", ["sports", "sports-1-abcdef01", "Sports Job", "-00001-abcdef01"])
def test_fails_for_a_job_that_the_lake_did_not_name(name: str) -> None:
    with pytest.raises(ValueError, match="is called <task>-<number>-<digest>"):
        task_of(name)
