from __future__ import annotations

import datetime as dt
import io

import pyarrow.parquet as pq
import pytest

from contracts.loader import load
from emr_steps.index import publish
from emr_steps.index.publish import Build

ZONE = "s3://analytics"


class Store:
    """Objects by URI."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def children(self, folder: str) -> list[str]:
        below = {uri.removeprefix(f"{folder}/") for uri in self.objects if uri.startswith(f"{folder}/")}
        return sorted({name.split("/")[0] for name in below})

    def head(self, uri: str, size: int) -> bytes:
        return self.objects[uri][:size]

    def write_bytes(self, uri: str, content: bytes) -> None:
        self.objects[uri] = content

    def delete(self, uri: str) -> None:
        for name in [name for name in self.objects if name == uri or name.startswith(f"{uri}/")]:
            del self.objects[name]


def build(name: str, previous: str | None = None, collection: str = "letters") -> Build:
    return Build(
        collection=collection,
        build=name,
        previous=previous,
        buckets=4,
        documents=3,
        terms=2,
        postings=5,
        options="{}",
        run_id="run",
        built_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    )


def written(store: Store, name: str, collection: str = "letters") -> None:
    for table in publish.TABLES:
        store.objects[f"{ZONE}/{table}/collection={collection}/build={name}/part.parquet"] = b"rows"


def builds(store: Store, collection: str = "letters") -> set[str]:
    return {name for table in publish.TABLES for name in store.children(f"{ZONE}/{table}/collection={collection}")}


def test_what_is_published_is_current() -> None:
    store = Store()
    assert publish.current(store, ZONE, "letters") is None
    publish.publish(store, ZONE, build("b1"))
    assert publish.current(store, ZONE, "letters") == build("b1")
    assert publish.current(store, ZONE, "lett") is None


def test_the_build_before_stays_and_older_ones_go() -> None:
    store = Store()
    for name, previous in (("b1", None), ("b2", "b1"), ("b3", "b2")):
        written(store, name)
        publish.publish(store, ZONE, build(name, previous))
    assert builds(store) == {"build=b2", "build=b3"}


def test_builds_of_other_collections_are_left_alone() -> None:
    store = Store()
    written(store, "x1", "letters-2")
    publish.clean(store, ZONE, "letters", keep=set())
    assert builds(store, "letters-2") == {"build=x1"}


@pytest.mark.parametrize("deleted", range(3))
def test_readers_never_find_a_published_build_incomplete(deleted: int) -> None:
    """Whenever a run dies while it deletes, the tables of the current build are all there."""
    store = Store()
    written(store, "b0")
    written(store, "b1")
    publish.publish(store, ZONE, build("b1"))
    written(store, "b2")
    budget = iter(range(deleted))

    class Killed(BaseException):
        pass

    def delete(uri: str) -> None:
        if next(budget, None) is None:
            raise Killed
        Store.delete(store, uri)

    store.delete = delete  # type: ignore[method-assign]
    written(store, "b3")
    with pytest.raises(Killed):
        publish.publish(store, ZONE, build("b2", "b1"))
    now = publish.current(store, ZONE, "letters")
    assert now is not None
    assert now.build == "b2"
    assert {f"build={now.build}", f"build={now.previous}"} <= builds(store)


def test_the_row_is_what_the_contract_says() -> None:
    store = Store()
    publish.publish(store, ZONE, build("b1"))
    schema = pq.read_schema(io.BytesIO(store.objects[f"{ZONE}/text_builds/letters.parquet"]))
    types = {"string": "string", "int": "int32", "bigint": "int64", "timestamp": "timestamp[us, tz=UTC]"}
    assert [(field.name, str(field.type)) for field in schema] == [
        (column.name, types[column.type]) for column in load("text_builds").columns
    ]
