"""The index of a collection, computed by Spark.

Text is cut into words once. What tasks then send to each other are sorted runs of numbers, each run one row, so the
shuffles cost what their bytes cost. Nothing comes to the driver but counts, and nothing is broadcast.

1. `asked`: each task reads its part of the documents, cuts it into chunks of words, and asks for each range of terms:
   how many documents of the corpus contain each term of this chunk?
2. `answered`: a task for each range answers. The words come along, on their way to where the answers go.
3. `weighed`: top terms, and postings by bucket.
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
    parts: int,
    writers: int,
    top: int,
    salt: int = 0,
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
    parts
        Number of tasks that weigh the terms of chunks.
    writers
        Number of tasks that write buckets, each some of them, one after the other.
    top
        How many top terms each document gets at most.
    salt
        What the numbers of terms depend on besides the terms.
    """
    writer_places = places(writers)
    bucket_places = [writer_places[bucket % writers] for bucket in range(buckets)]
    answered = answered_chunks(stored, options, parts=parts, salt=salt)
    weighed = answered.mapInArrow(tasks.weigh(options, salt, documents, bucket_places, top), tasks.BLOBS)
    # Three tables are made of it, by a job each.
    weighed = weighed.persist(StorageLevel.DISK_ONLY)
    best, postings = weighed.filter(f"part = {tasks.TOP}"), weighed.filter(f"part <> {tasks.TOP}")
    shares = _gathered(postings, writers, "part")

    def release() -> None:
        weighed.unpersist()

    return Index(
        top_terms=best.mapInArrow(tasks.top_rows, tasks.TOP_TERMS),
        terms=shares.mapInArrow(tasks.term_rows(options, documents), tasks.TERMS),
        postings=shares.mapInArrow(tasks.posting_rows(options, documents), tasks.POSTINGS),
        release=release,
    )


def answered_chunks(stored: DataFrame, options: IndexOptions, *, parts: int, salt: int = 0) -> DataFrame:
    """Describe how to bring the words of each chunk together with the document frequencies of its terms.

    Returns
    -------
    DataFrame
        Rows of `tasks.BLOBS`, those of a chunk side by side, its words first.
    """
    homes = places(parts)
    ranges = homes[: sizes.ranges(parts)]
    asked = stored.select("doc_id", "body").mapInArrow(tasks.ask(options, salt, homes, ranges), tasks.BLOBS)
    answered = _gathered(asked, parts, "part").mapInArrow(tasks.answer(options, homes), tasks.BLOBS)
    return _gathered(answered, parts, "chunk")


def _gathered(rows: DataFrame, partitions: int, by: str) -> DataFrame:
    """Bring rows to their place, those of one chunk or part side by side."""
    others = [column for column in ("chunk", "part") if column != by]
    return rows.repartition(partitions, "place").sortWithinPartitions(by, *others)
