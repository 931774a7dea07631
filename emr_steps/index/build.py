"""The index of a collection, computed by Spark.

Text is cut into words once. What tasks then send to each other are sorted runs of numbers, each run one row, so the
shuffles cost what their bytes cost. Nothing comes to the driver but counts, and nothing is broadcast.

1. `words`: each task reads its part of the documents and cuts it into chunks of words (kept on local disks).
2. `questions` and `answers`: how many documents of the corpus contain each term of a chunk?
3. `weighed`: top terms, and postings by bucket (kept on local disks).
4. Tables: top terms as they are, terms and postings after all chunks' share of a bucket came together.

A chunk is a function of the stored documents, because its task reads files and no shuffle; so a task that runs again
after the loss of an executor asks the same questions in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyspark import StorageLevel
from pyspark.sql import DataFrame

from emr_steps.index import sizes, tasks
from emr_steps.index.options import IndexOptions
from emr_steps.index.placement import places


@dataclass(frozen=True)
class Index:
    """The tables of an index, not yet computed; `release` gives back the disk space that they share."""

    top_terms: DataFrame
    terms: DataFrame
    postings: DataFrame
    release: Callable[[], None]


def index(
    stored: DataFrame,
    documents: int,
    buckets: int,
    options: IndexOptions,
    *,
    top: int,
    salt: int = 0,
    writers: int | None = None,
) -> Index:
    """Describe how to index documents.

    Parameters
    ----------
    stored
        Columns `doc_id` and `body`, as they are read from files.
    documents
        How many rows these are.
    buckets
        Number of buckets of the tables of terms and of postings.
    writers
        Number of tasks that write them, each some of the buckets, one after the other; a task for each by default.
    top
        How many top terms each document gets at most.
    salt
        What the numbers of terms depend on besides the terms.
    """
    parts, writers = stored.rdd.getNumPartitions(), writers or buckets
    chunk_places, range_places, writer_places = (places(count) for count in (parts, sizes.ranges(parts), writers))
    bucket_places = [writer_places[bucket % writers] for bucket in range(buckets)]
    words = _kept(stored.select("doc_id", "body").mapInArrow(tasks.read_words(options, chunk_places), tasks.BLOBS))
    questions = words.mapInArrow(tasks.ask(options, salt, range_places), tasks.BLOBS)
    asked = _gathered(questions, len(range_places), "part")
    answers = asked.mapInArrow(tasks.answer(options, chunk_places), tasks.BLOBS)
    weigh = tasks.weigh(options, salt, documents, bucket_places, top)
    weighed = _kept(_gathered(words.union(answers), parts, "chunk").mapInArrow(weigh, tasks.BLOBS))
    best, postings = weighed.filter(f"part = {tasks.TOP}"), weighed.filter(f"part <> {tasks.TOP}")
    shares = _gathered(postings, writers, "part")

    def release() -> None:
        weighed.unpersist()
        words.unpersist()

    return Index(
        top_terms=best.mapInArrow(tasks.top_rows, tasks.TOP_TERMS),
        terms=shares.mapInArrow(tasks.term_rows(options, documents), tasks.TERMS),
        postings=shares.mapInArrow(tasks.posting_rows(options, documents), tasks.POSTINGS),
        release=release,
    )


def _kept(rows: DataFrame) -> DataFrame:
    return rows.persist(StorageLevel.DISK_ONLY)


def _gathered(rows: DataFrame, partitions: int, by: str) -> DataFrame:
    """Bring rows to their place, those of one chunk or part side by side."""
    others = [column for column in ("chunk", "part") if column != by]
    return rows.repartition(partitions, "place").sortWithinPartitions(by, *others)
