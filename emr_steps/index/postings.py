"""The postings of one bucket of terms, put together from all chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emr_steps.index import blobs
from emr_steps.index.options import IndexOptions
from emr_steps.index.weighing import idf, tf

ROWS_PER_BATCH = 1 << 16


class SharedNumberError(RuntimeError):
    """Two terms of the index have the same number; with another salt they will not."""


@dataclass(frozen=True)
class Bucket:
    """All terms of a bucket, sorted, and the blobs that they came from, with the term of each entry of a blob."""

    spellings: pa.Array
    document_frequencies: NDArray[np.int64]
    parts: Sequence[Mapping[str, pa.Array]]
    terms: Sequence[NDArray[np.int64]]


def merge(blobs_of_bucket: Sequence[pa.Buffer]) -> Bucket:
    """Bring the terms of all chunks together.

    Raises
    ------
    SharedNumberError
        If a term has fewer postings than documents were counted for it: then another one was counted with it.
    """
    parts = [blobs.unpack(blob) for blob in blobs_of_bucket]
    every = pa.concat_arrays([part["spellings"] for part in parts]).dictionary_encode()
    order = pc.sort_indices(every.dictionary).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    terms = rank[every.indices.to_numpy()]
    claimed, found = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    claimed[terms] = np.concatenate([blobs.numbers(part["document_frequencies"]) for part in parts])
    np.add.at(found, terms, np.concatenate([blobs.numbers(part["postings_of"]) for part in parts]))
    if not np.array_equal(claimed, found):
        raise SharedNumberError("two terms have the same number")
    ends = np.cumsum([len(part["spellings"]) for part in parts])
    return Bucket(every.dictionary.take(pa.array(order)), claimed, parts, np.split(terms, ends[:-1]))


def term_rows(bucket: Bucket, documents: int, options: IndexOptions) -> pa.Table:
    """Give the rows of text_terms: `term`, `n`, `df`, `idf`."""
    sizes = pc.add(pc.count_substring(bucket.spellings, " "), 1)
    return pa.table(
        {
            "term": bucket.spellings.cast(pa.string()),
            "n": sizes.cast(pa.int32()),
            "df": bucket.document_frequencies,
            "idf": idf(bucket.document_frequencies, documents, options),
        }
    )


def posting_rows(bucket: Bucket, documents: int, options: IndexOptions) -> Iterator[pa.RecordBatch]:
    """Give the rows of text_postings, sorted: `term`, `doc_id`, `tf`, `weight`, `df`, `idf`."""
    columns = [_columns(part, terms) for part, terms in zip(bucket.parts, bucket.terms, strict=True)]
    terms, places, counts, norms = (np.concatenate(each) for each in zip(*columns, strict=True))
    names = pa.concat_arrays([part["names"] for part in bucket.parts])
    first_places = np.cumsum([0, *(len(part["names"]) for part in bucket.parts[:-1])])
    places += np.repeat(first_places, [len(column[0]) for column in columns])
    ranks = np.empty(len(names), np.int64)
    ranks[pc.sort_indices(names).to_numpy()] = np.arange(len(names))
    order = np.argsort(terms * len(names) + ranks[places], kind="stable")
    frequency = bucket.document_frequencies
    inverse = idf(frequency, documents, options)
    for start in range(0, len(order), ROWS_PER_BATCH):
        chosen = order[start : start + ROWS_PER_BATCH]
        term = terms[chosen]
        yield pa.RecordBatch.from_pydict(
            {
                "term": bucket.spellings.take(pa.array(term)).cast(pa.string()),
                "doc_id": names.take(pa.array(places[chosen])),
                "tf": counts[chosen].astype(np.int32),
                "weight": tf(counts[chosen], options) * inverse[term] / norms[chosen],
                "df": frequency[term],
                "idf": inverse[term],
            }
        )


def _columns(part: Mapping[str, pa.Array], terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Give term, document, count and norm of each posting of a blob."""
    documents = blobs.numbers(part["documents"]).astype(np.int64)
    repeated = np.repeat(terms, blobs.numbers(part["postings_of"]))
    return repeated, documents, blobs.numbers(part["counts"]), blobs.numbers(part["norms"])[documents]
