"""Search from Python.

>>> index = Index.connect("laptop", "speeches")  # doctest: +SKIP
>>> [hit.title for hit in index.search('"rail roads" public lands').hits]  # doctest: +SKIP
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from emr_steps.index.options import IndexOptions
from emr_steps.search.query import QueryError, read_query
from emr_steps.search.ranking import statement
from search.athena import ANALYSTS, Answer, Athena

# The step that publishes an index leaves the one before it until the next time; so a build may be remembered a while.
REMEMBER_SECONDS = 60.0
_BUILDS = "select collection, build, buckets, documents, options from lake_analytics.text_builds order by collection"


class Engine(Protocol):
    """What runs SQL: `search.athena.Athena`."""

    def query(self, sql: str) -> Answer: ...


@dataclass(frozen=True)
class Build:
    """The current build of a collection's index."""

    collection: str
    name: str
    buckets: int
    documents: int
    options: IndexOptions


@dataclass(frozen=True)
class Hit:
    """A document that was found. `score` is the cosine between it and the query: 1 if they are the same."""

    doc_id: str
    score: float
    terms: int
    title: str | None
    path: str | None
    label: str | None


@dataclass(frozen=True)
class Result:
    """The best documents, best first, and what it cost to find them."""

    hits: tuple[Hit, ...]
    scanned_bytes: int
    engine_milliseconds: int


class Index:
    """The index of one collection."""

    def __init__(self, engine: Engine, collection: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._collection, self._clock = engine, collection, clock
        self._known: tuple[float, Build] | None = None

    @classmethod
    def connect(cls, environment: str, collection: str, workgroup: str = ANALYSTS) -> Index:
        """Reach the lake of an environment, with the credentials of the process.

        Raises
        ------
        smoke.place.NotDeployedError
            If the laptop's emulator does not run.
        """
        return cls(connect(environment, workgroup), collection)

    @property
    def build(self) -> Build:
        """The current build.

        Raises
        ------
        QueryError
            If the collection has no index; the message names those that have one.
        """
        now = self._clock()
        if self._known is None or now - self._known[0] > REMEMBER_SECONDS:
            self._known = (now, _find(builds(self._engine), self._collection))
        return self._known[1]

    def sql(self, text: str, limit: int = 10) -> str:
        """Write the statement that answers a query; it runs as it is in Athena's console.

        Raises
        ------
        QueryError
            If the query has no word, or the collection has no index.
        """
        build = self.build
        return statement(
            read_query(text, build.options),
            collection=build.collection,
            build=build.name,
            buckets=build.buckets,
            norm=build.options.norm,
            limit=limit,
        )

    def search(self, text: str, limit: int = 10) -> Result:
        """Find the documents that match a query best.

        Parameters
        ----------
        text
            Words, and phrases in double quotes, which must occur.
        limit
            How many documents to find at most.

        Raises
        ------
        QueryError
            If the query has no word, or the collection has no index.
        """
        answer = self._engine.query(self.sql(text, limit))
        hits = (
            Hit(
                doc_id=str(row["doc_id"]),
                score=float(row["score"] or 0),
                terms=int(row["terms"] or 0),
                title=row["title"],
                path=row["path"],
                label=row["label"],
            )
            for row in answer.rows
        )
        return Result(tuple(hits), answer.scanned_bytes, answer.engine_milliseconds)


def builds(engine: Engine) -> list[Build]:
    """List the collections that have an index."""
    return [
        Build(
            collection=str(row["collection"]),
            name=str(row["build"]),
            buckets=int(row["buckets"] or 0),
            documents=int(row["documents"] or 0),
            options=IndexOptions.from_json(str(row["options"])),
        )
        for row in engine.query(_BUILDS).rows
    ]


def connect(environment: str, workgroup: str = ANALYSTS) -> Athena:
    """Reach Athena in an environment."""
    # Loading boto3 takes longer than a search.
    import boto3  # noqa: PLC0415

    from config.loader import load  # noqa: PLC0415
    from smoke.place import point_at  # noqa: PLC0415

    point_at(environment)
    return Athena(boto3.client("athena", region_name=load(environment).environment.region), workgroup)


def _find(found: list[Build], collection: str) -> Build:
    for build in found:
        if build.collection == collection:
            return build
    known = ", ".join(build.collection for build in found) or "none yet"
    raise QueryError(
        f"collection {collection!r} has no index; those that have one: {known}. "
        "The text pipeline makes one: python -m search.upload --help"
    )
