"""What a job labels: what sources give, without what is labeled, checked before it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from labeling_manifest.choose import order
from labeling_manifest.settings import Settings
from labeling_manifest.sources import Found, check_folder, of_folder, of_job, of_query
from lake_common.labeling.manifest import ManifestError, line_of, read
from moto import mock_aws

from tests.unit.labeling.making import BUCKET, TASKS, settings
from tests.unit.pipelines.labeling_world import World


def lines(*names: str) -> list[dict[str, Any]]:
    return [line_of(object_name=name, source_ref=f"s3://{BUCKET}/objects/{name}.png") for name in names]


def ordered(*names: str, labeled: tuple[str, ...] = (), most: int = 10, number: int = 1, place: str = "p") -> Any:
    return order(
        lines(*names),
        TASKS["sports"],
        labeled=labeled,
        most=most,
        number=number,
        place=place,
        image_bucket=BUCKET,
    )


def test_job_labels_what_has_no_label_in_the_order_of_names() -> None:
    chosen = ordered("c", "a", "b", "d", labeled=("b", "x"))

    assert [line["lake-object"] for line in read(chosen.manifest)] == ["a", "c", "d"]
    assert (chosen.objects, chosen.labeled_before, chosen.left_for_later) == (3, 1, 0)


def test_job_has_no_more_objects_than_it_may_cost() -> None:
    chosen = ordered("a", "b", "c", most=2)

    assert (chosen.objects, chosen.left_for_later) == (2, 1)


def test_same_objects_give_the_same_name_whoever_asks_and_in_whatever_order_they_are_found() -> None:
    assert ordered("a", "b").name == ordered("b", "a").name
    names = {ordered("a").name, ordered("b").name, ordered("a", number=2).name, ordered("a", place="q").name}
    assert len(names) == 4


def test_nothing_left_is_no_error() -> None:
    assert ordered("a", labeled=("a",)).objects == 0


def test_folder_gives_images_of_a_kind_and_size_that_workers_can_see_and_tells_of_the_others() -> None:
    found = [
        Found("objects/s/", 0),
        Found("objects/s/a.PNG", 10),
        Found("objects/s/b.jpeg", 10),
        Found("objects/s/c.gif", 10),
        Found("objects/s/d.png", 0),
        Found("objects/s/e.png", 41 * 1024 * 1024),
    ]

    made, unfit = of_folder(found, TASKS["sports"], BUCKET)

    assert [line["source-ref"][-5:] for line in made] == ["a.PNG", ".jpeg"]
    assert [text.split(":")[0][-5:] for text in unfit] == ["c.gif", "d.png", "e.png"]


def test_folder_of_texts_takes_every_ending() -> None:
    made, unfit = of_folder([Found("objects/m/1", 10), Found("objects/m/2.eml", 200_000)], TASKS["mail"], BUCKET)

    assert (len(made), len(unfit)) == (1, 1)


@pytest.mark.parametrize("prefix", ["", "objects/", "jobs/x/", "manifests/"])
def test_fails_for_a_folder_that_holds_no_objects(prefix: str) -> None:
    with pytest.raises(ManifestError, match="must begin with objects/ and a name"):
        check_folder(prefix)


def test_query_gives_texts_with_names_and_whatever_characters() -> None:
    made = of_query('"object","source"\n"m/1","a ""quote"",\nnew line"\n"m/2","grüße"\n')

    assert [(line["lake-object"], line["source"]) for line in made] == [
        ("m/1", 'a "quote",\nnew line'),
        ("m/2", "grüße"),
    ]


def test_query_may_name_objects_of_s3() -> None:
    assert of_query('"source_ref"\n"s3://b/k"\n') == [{"source-ref": "s3://b/k", "lake-object": "s3://b/k"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('"id","text"\n', r"must give the columns .*; got \['id', 'text'\]"),
        ("", "must give the columns"),
        ('"object","source"\n,"x"\n', "must name its object"),
    ],
)
def test_fails_for_a_query_without_objects(content: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        of_query(content)


def test_chained_job_takes_what_is_labeled_or_only_what_is_unsure() -> None:
    output: list[dict[str, Any]] = [
        {"source-ref": "a", "sports": 0, "sports-metadata": {"confidence": 0.6}},
        {"source-ref": "b", "sports": 1, "sports-metadata": {"confidence": 0.9}},
        {"source-ref": "c", "sports": None, "sports-metadata": {"failure-reason": "no answers"}},
        {"source-ref": "d"},
    ]

    assert [line["source-ref"] for line in of_job(output, "sports", None)] == ["a", "b"]
    assert [line["source-ref"] for line in of_job(output, "sports", 0.9)] == ["a"]


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        yield World()


def test_fails_before_it_costs_when_an_object_of_a_query_is_missing(world: World) -> None:
    world.query_result = '"object","source_ref"\n"a","s3://labeling/objects/a.png"\n"b","s3://nowhere/b.png"\n'
    execution = world.run({"task": "sports", "source": {"query": "select ..."}, "request": "monday"})

    assert execution.failure is not None
    assert "2 objects are missing or may not be read" in execution.failure.cause
    assert world.crowd.jobs == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "document-version must be"),
        (b"{", "Expecting property name"),
        (
            b'{"document-version": "2018-11-28", "labels": [{"label": "a"}, {"label": "b"}]}',
            r"must be \('soccer', .*got \('a', 'b'\)",
        ),
    ],
    ids=["empty", "no JSON", "others"],
)
def test_fails_before_it_costs_when_the_category_file_is_bad(world: World, content: bytes, message: str) -> None:
    world.put_images("a")
    world.s3.put_object(Bucket="assets", Key="sports.json", Body=content)
    with pytest.raises(ManifestError, match=f"label categories of sports at s3://assets/sports.json.*{message}"):
        world.builder.build(TASKS["sports"], {"prefix": "objects/sports/"}, query="none", number=1)

    assert "Contents" not in world.s3.list_objects_v2(Bucket="labeling", Prefix="manifests/")


def test_manifest_is_where_the_request_says(world: World) -> None:
    world.put_images("a", "b")

    built = world.builder.build(TASKS["sports"], {"prefix": "objects/sports/"}, query="none", number=7)

    assert built["name"].startswith("sports-00007-")
    address = built["arguments"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    content = world.s3.get_object(Bucket="labeling", Key=address.removeprefix("s3://labeling/"))["Body"].read()
    assert len(read(content)) == built["objects"] == 2


def test_settings_come_from_the_environment() -> None:
    found = Settings.read(
        {
            "BUCKET": "b",
            "LEDGER_TABLE": "l",
            "MOST_OBJECTS": "5",
            "TOPICS": "mail=arn:mail,chat=arn:chat",
            "JOBS": settings().as_json(),
        }
    )
    assert (found.most_objects, found.topics) == (5, {"mail": "arn:mail", "chat": "arn:chat"})
    assert found.jobs == settings()
