"""What runs in Spark's tasks: from batches of rows to batches of rows, by way of the pure modules.

All but the first and the last functions read and write rows of `BLOBS`: `place` says to which task a row goes, `chunk`
and `part` what it is about, `blob` is for `blobs.unpack`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark import TaskContext

from emr_steps.index import blobs, chunk, counts, frequencies, postings, weighing
from emr_steps.index.options import IndexOptions

BLOBS = "place int, chunk bigint, part int, blob binary"
TOP_TERMS = "doc_id string, rank int, term string, weight double, tf int, df bigint"
TERMS = "term string, n int, df bigint, idf double, bucket int"
POSTINGS = "term string, doc_id string, tf int, weight double, df bigint, idf double, bucket int"

# Chunks of more text need more memory in each task; of less, more rows for the same terms are sent around.
CHUNK_CHARACTERS = 4_000_000
# The parts that are no range of numbers and no bucket.
WORDS = -1
TOP = -1

Batches = Iterable[pa.RecordBatch]
Task = Callable[[Batches], Iterator[pa.RecordBatch]]
_CHUNKS_PER_PARTITION = 1 << 20
_SCHEMA = pa.schema([("place", pa.int32()), ("chunk", pa.int64()), ("part", pa.int32()), ("blob", pa.large_binary())])


def ask(options: IndexOptions, salt: int, homes: Sequence[int], ranges: Sequence[int]) -> Task:
    """From documents (`doc_id`, `body`) to chunks of words and their questions, one to each range of terms.

    Parameters
    ----------
    homes
        The places of all tasks, among which chunks are dealt out.
    ranges
        The place of each range.
    """

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        first = _partition() * _CHUNKS_PER_PARTITION
        for number, documents in enumerate(chunk.cut(_documents(batches), CHUNK_CHARACTERS), first):
            if number == first + _CHUNKS_PER_PARTITION:
                raise RuntimeError(f"a partition of documents may have {_CHUNKS_PER_PARTITION} chunks; it has more")
            words = chunk.read(documents, options)
            yield _row(_home(number, homes), number, WORDS, words.pack())
            counted = counts.count(words, options, salt)
            order = counts.order_of_numbers(counted.numbers)
            asked = frequencies.questions(counted.numbers[order], counted.document_counts[order], len(ranges))
            for part, blob in enumerate(asked):
                yield _row(ranges[part], number, part, blob)

    return task


def answer(options: IndexOptions, homes: Sequence[int]) -> Task:
    """From questions, those of a range together, to answers that go to the chunk's home, as its words do."""

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        for part, rows in _groups(batches, "part"):
            asked = [blob for _, _, blob in rows]
            replies = asked if part == WORDS else frequencies.answers(asked, options.min_df)
            for (number, _, _), blob in zip(rows, replies, strict=True):
                yield _row(_home(number, homes), number, part, blob)

    return task


def weigh(options: IndexOptions, salt: int, documents: int, places: Sequence[int], top: int) -> Task:
    """From chunks, each with its words before its answers, to top terms and postings; as many buckets as places."""

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        for number, words, weighed in _weighed(batches, options, salt, documents):
            best = weighing.top_terms(words, weighed, top)
            yield _row(0, number, TOP, blobs.pack(**{name: best[name].combine_chunks() for name in best.column_names}))
            for bucket, blob in weighing.by_bucket(words, weighed, len(places)):
                yield _row(places[bucket], number, bucket, blob)

    return task


def only_top_rows(options: IndexOptions, salt: int, documents: int, top: int) -> Task:
    """From chunks to the rows of text_top_terms, for whoever needs no other table.

    Nothing tells then whether two terms share a number: that shows in postings.
    """

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        for _, words, weighed in _weighed(batches, options, salt, documents):
            yield from weighing.top_terms(words, weighed, top).to_batches()

    return task


def top_rows(batches: Batches) -> Iterator[pa.RecordBatch]:
    """From blobs of top terms to the rows of text_top_terms."""
    for batch in batches:
        for blob in blobs.binaries(batch):
            yield pa.RecordBatch.from_pydict(dict(blobs.unpack(blob)))


def term_rows(options: IndexOptions, documents: int) -> Task:
    """From postings, those of a bucket together, to the rows of text_terms."""

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        for number, bucket in _buckets(batches):
            for batch in postings.term_rows(bucket, documents, options).to_batches(postings.ROWS_PER_BATCH):
                yield _in_bucket(batch, number)

    return task


def posting_rows(options: IndexOptions, documents: int) -> Task:
    """From postings, those of a bucket together, to the rows of text_postings."""

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        for number, bucket in _buckets(batches):
            for batch in postings.posting_rows(bucket, documents, options):
                yield _in_bucket(batch, number)

    return task


def _partition() -> int:
    context = TaskContext.get()
    if context is None:
        raise RuntimeError("documents must be read in a Spark task; got no task")
    return context.partitionId()


def _home(number: int, homes: Sequence[int]) -> int:
    """Deal out the chunks of all partitions evenly."""
    partition, place = divmod(number, _CHUNKS_PER_PARTITION)
    return homes[(partition + place) % len(homes)]


def _weighed(
    batches: Batches, options: IndexOptions, salt: int, documents: int
) -> Iterator[tuple[int, chunk.Chunk, weighing.Weighed]]:
    for number, rows in _groups(batches, "chunk"):
        words = chunk.Chunk.unpack(rows[0][2])
        counted = counts.count(words, options, salt)
        order = counts.order_of_numbers(counted.numbers)
        found = frequencies.read([blob for _, _, blob in rows[1:]], order)
        yield number, words, weighing.weigh(words, counted, found, documents, options)


def _documents(batches: Batches) -> Iterator[chunk.Document]:
    for batch in batches:
        for name, text in zip(batch.column("doc_id"), batch.column("body"), strict=True):
            yield name.as_py(), text.as_py() or ""


def _buckets(batches: Batches) -> Iterator[tuple[int, postings.Bucket]]:
    for number, rows in _groups(batches, "part"):
        yield number, postings.merge([blob for _, _, blob in rows])


def _groups(batches: Batches, by: str) -> Iterator[tuple[int, list[tuple[int, int, pa.Buffer]]]]:
    """Give (chunk, part, blob) of neighbouring rows that are equal in a column."""
    index = ("chunk", "part").index(by)
    for _, group in itertools.groupby(_rows(batches), key=lambda row: row[index]):
        rows = list(group)
        yield int(rows[0][index]), rows


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, int, pa.Buffer]]:
    for batch in batches:
        numbers = (batch.column(name).to_pylist() for name in ("chunk", "part"))
        yield from zip(*numbers, blobs.binaries(batch), strict=True)


def _row(place: int, number: int, part: int, blob: pa.Buffer) -> pa.RecordBatch:
    numbers = [pa.array([value], field.type) for value, field in zip((place, number, part), _SCHEMA, strict=False)]
    return pa.RecordBatch.from_arrays([*numbers, blobs.column(blob)], schema=_SCHEMA)


def _in_bucket(batch: pa.RecordBatch, number: int) -> pa.RecordBatch:
    return batch.append_column("bucket", pa.array([number] * batch.num_rows, pa.int32()))
