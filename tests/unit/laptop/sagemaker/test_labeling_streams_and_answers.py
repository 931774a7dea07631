from __future__ import annotations

import json
from typing import Any

import pytest

from laptop.emulator.sagemaker import annotation, paging, streaming


def notification(message: Any) -> dict[str, Any]:
    return {"MessageId": "m-1", "Message": message if isinstance(message, str) else json.dumps(message)}


def test_a_message_is_known_by_the_key_that_it_names() -> None:
    line = {"source": "a", "dataset-objectid-attribute-name": "row", "row": "7"}
    assert streaming.data_objects(notification(line), "animal") == [("7", json.dumps(line))]


def test_a_message_without_a_key_is_known_by_its_id_and_shows_it() -> None:
    ((key, line),) = streaming.data_objects(notification({"source": "größer"}), "animal")
    assert key == "m-1"
    assert json.loads(line) == {
        "source": "größer",
        "dataset-objectid-attribute-name": "$animal-object-id",
        "$animal-object-id": "m-1",
    }


def test_new_objects_of_s3_are_known_by_address_and_sequencer() -> None:
    record = {"s3": {"bucket": {"name": "b"}, "object": {"key": "a+b%20c.png", "sequencer": "0A"}}}
    ((key, line),) = streaming.data_objects(notification({"Records": [record]}), "animal")
    assert key == "s3://b/a b c.png#0A"
    assert json.loads(line)["source-ref"] == "s3://b/a b c.png"
    assert json.loads(line)["$sequencer"] == "0A"


def test_a_message_that_is_no_json_is_passed_on_to_be_refused() -> None:
    assert streaming.data_objects(notification("hello"), "animal") == [("m-1", "hello")]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "an object with taskInput"),
        ({"isHumanAnnotationRequired": True}, "an object with taskInput"),
        # The guide's own sample returns it as a text.
        ({"taskInput": {}, "isHumanAnnotationRequired": "true"}, "must be a boolean"),
    ],
)
def test_fails_for_what_a_pre_annotation_function_must_not_return(answer: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        annotation.prepared(answer)


def test_people_are_asked_unless_the_function_says_no() -> None:
    assert annotation.prepared({"taskInput": 1}) == (1, True)
    assert annotation.prepared({"taskInput": 1, "isHumanAnnotationRequired": False}) == (1, False)


@pytest.mark.parametrize(
    "answer",
    [
        "text",
        [{"datasetObjectId": "0"}],
        [{"datasetObjectId": 0, "consolidatedAnnotation": {"content": {}}}],
        [{"datasetObjectId": "0", "consolidatedAnnotation": {"content": "x"}}],
    ],
)
def test_fails_for_what_a_post_annotation_function_must_not_return(answer: Any) -> None:
    with pytest.raises(ValueError, match="must"):
        annotation.consolidated(answer)


def test_an_answer_reaches_the_function_as_text_whatever_it_was() -> None:
    worker = {"id": "private.us-east-1.1"}
    answers = [{"worker": worker, "content": content} for content in ({"label": "ü"}, "{broken")]
    found = annotation.payload({"id": "3", "line": '{"source-ref": "s3://b/k"}', "answers": answers})
    assert found["dataObject"] == {"s3Uri": "s3://b/k"}
    contents = [each["annotationData"]["content"] for each in found["annotations"]]
    assert contents == ['{"label": "ü"}', "{broken"]


ENTRIES = [{"Name": name, "Created": age, "LastModifiedTime": age} for age, name in enumerate(("b-1", "a-1", "c-2"))]


def test_lists_are_filtered_sorted_and_cut_into_pages() -> None:
    found = paging.filtered(ENTRIES, {"NameContains": "-1"}, name="Name", created="Created")
    first = paging.page("Jobs", found, {"MaxResults": 1, "SortOrder": "Ascending"}, "Name")
    assert [entry["Name"] for entry in first["Jobs"]] == ["a-1"]
    rest = paging.page("Jobs", found, {"SortOrder": "Ascending", "NextToken": first["NextToken"]}, "Name")
    assert [entry["Name"] for entry in rest["Jobs"]] == ["b-1"]
    assert "NextToken" not in rest
    assert [entry["Name"] for entry in paging.page("Jobs", ENTRIES, {}, "Created")["Jobs"]] == ["c-2", "a-1", "b-1"]


def test_times_limit_a_list_on_both_sides() -> None:
    request = {"CreationTimeAfter": 0, "LastModifiedTimeBefore": 2}
    found = paging.filtered(ENTRIES, request, name="Name", created="Created")
    assert [entry["Name"] for entry in found] == ["a-1"]
