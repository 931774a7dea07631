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
from emr_steps.search.ranking import ranked, titles, with_titles
from search.athena import ANALYSTS, Answer, Athena, Row

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
    """The best documents, best first, and what it cost to find them: `index_bytes` are part of `scanned_bytes`."""

    hits: tuple[Hit, ...]
    index_bytes: int
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
        """Write one statement that answers a query with titles; it runs as it is in Athena's console.

        Raises
        ------
        QueryError
            If the query has no word, or the collection has no index.
        """
        return with_titles(self._ranked(text, limit), self._collection)

    def search(self, text: str, limit: int = 10) -> Result:
        """Find the documents that match a query best.

        Two statements: the second one looks up the titles of what the first one found. Together they read less than a
        join, for which an engine may read the titles of all documents.

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
        best = self._engine.query(self._ranked(text, limit))
        names = [str(row["doc_id"]) for row in best.rows]
        found = self._engine.query(titles(names, self._collection)) if names else Answer((), 0, 0)
        known = {str(row["doc_id"]): row for row in found.rows}
        return Result(
            hits=tuple(_hit(row, known.get(str(row["doc_id"]), {})) for row in best.rows),
            index_bytes=best.scanned_bytes,
            scanned_bytes=best.scanned_bytes + found.scanned_bytes,
            engine_milliseconds=best.engine_milliseconds + found.engine_milliseconds,
        )

    def _ranked(self, text: str, limit: int) -> str:
        build = self.build
        return ranked(
            read_query(text, build.options),
            collection=build.collection,
            build=build.name,
            buckets=build.buckets,
            norm=build.options.norm,
            limit=limit,
        )


def _hit(best: Row, document: Row) -> Hit:
    return Hit(
        doc_id=str(best["doc_id"]),
        score=float(best["score"] or 0),
        terms=int(best["terms"] or 0),
        title=document.get("title"),
        path=document.get("path"),
        label=document.get("label"),
    )


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
