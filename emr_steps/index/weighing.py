"""Weights of the terms of a chunk: the formulas of scikit-learn's TfidfTransformer.

https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emr_steps.index import blobs
from emr_steps.index.chunk import Chunk
from emr_steps.index.counts import Counts
from emr_steps.index.frequencies import Frequencies
from emr_steps.index.options import IndexOptions
from emr_steps.index.terms import bucket

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weighed:
    """The terms of a chunk that are in the index, and their postings, term after term.

    Members up to `postings_of` have an entry for each term, `norms` has one for each document of the chunk, the others
    one for each posting; `scores` are weights before their division by the norm.
    """

    spellings: pa.Array
    document_frequencies: NDArray[np.int64]
    postings_of: NDArray[np.int64]
    norms: Floats
    terms: NDArray[np.int64]
    documents: NDArray[np.int32]
    counts: NDArray[np.int64]
    scores: Floats


def idf(document_frequencies: NDArray[np.int64], documents: int, options: IndexOptions) -> Floats:
    """Inverse document frequency: the logarithm of the inverse share of documents, plus 1.

    Smoothing counts one document more, which contains every term.
    """
    extra = int(options.smooth_idf)
    return np.log((documents + extra) / (document_frequencies + extra)) + 1.0


def tf(counts: NDArray[np.integer[Any]], options: IndexOptions) -> Floats:
    """Term frequency: the count, or 1 plus its logarithm."""
    plain = counts.astype(np.float64)
    return 1.0 + np.log(plain) if options.sublinear_tf else plain


def weigh(chunk: Chunk, counts: Counts, found: Frequencies, documents: int, options: IndexOptions) -> Weighed:
    """Weigh the terms of a chunk that are in the index."""
    postings_of = counts.document_counts[found.kept]
    kept = np.repeat(found.kept, counts.document_counts)
    terms = np.repeat(np.arange(len(postings_of)), postings_of)
    owners, term_counts = counts.documents[kept], counts.term_counts[kept]
    scores = tf(term_counts, options) * idf(found.documents, documents, options)[terms]
    if options.norm == "l2":
        norms = np.sqrt(np.bincount(owners, scores * scores, minlength=len(chunk.names)))
    else:
        norms = np.ones(len(chunk.names))
    spellings = _spell(chunk, counts.positions[found.kept], counts.sizes[found.kept])
    return Weighed(spellings, found.documents, postings_of, norms, terms, owners, term_counts, scores)


def top_terms(chunk: Chunk, weighed: Weighed, most: int) -> pa.Table:
    """Give the terms of the highest weight of each document: `doc_id`, `rank`, `term`, `weight`, `tf`, `df`.

    Equal weights come in the order of the terms' UTF-8 bytes, so that the choice depends on nothing else.
    """
    chosen = _candidates(weighed, most)
    terms, documents = weighed.terms[chosen], weighed.documents[chosen]
    spelled = weighed.spellings.take(pa.array(terms))
    weights = weighed.scores[chosen] / weighed.norms[documents]
    table = pa.table(
        {
            "document": documents,
            "score": weighed.scores[chosen],
            "term": spelled.cast(pa.string()),
            "weight": weights,
            "tf": weighed.counts[chosen].astype(np.int32),
            "df": weighed.document_frequencies[terms],
        }
    ).sort_by([("document", "ascending"), ("score", "descending"), ("term", "ascending")])
    owners = table["document"].to_numpy()
    starts = np.searchsorted(owners, owners)
    ranks = np.arange(len(owners)) - starts + 1
    names = chunk.names.take(pa.array(owners))
    ranked = table.select(["term", "weight", "tf", "df"])
    ranked = ranked.add_column(0, "rank", pa.array(ranks, pa.int32())).add_column(0, "doc_id", names)
    return ranked.filter(pa.array(ranks <= most))


def by_bucket(chunk: Chunk, weighed: Weighed, buckets: int) -> Iterator[tuple[int, pa.Buffer]]:
    """Give the postings as a blob for each bucket of terms that has some."""
    homes = np.fromiter((bucket(term, buckets) for term in weighed.spellings.to_pylist()), np.uint16)
    order = np.argsort(homes, kind="stable")
    posting_order = np.argsort(homes[weighed.terms], kind="stable")
    edges = np.arange(buckets + 1)
    cuts = np.searchsorted(homes[order], edges)
    posting_cuts = np.searchsorted(homes[weighed.terms][posting_order], edges)
    for home in np.flatnonzero(np.diff(cuts)):
        terms = order[cuts[home] : cuts[home + 1]]
        postings = posting_order[posting_cuts[home] : posting_cuts[home + 1]]
        owners, places = np.unique(weighed.documents[postings], return_inverse=True)
        yield (
            int(home),
            blobs.pack(
                spellings=weighed.spellings.take(pa.array(terms)),
                document_frequencies=weighed.document_frequencies[terms],
                postings_of=blobs.smallest(weighed.postings_of[terms]),
                names=chunk.names.take(pa.array(owners)),
                norms=weighed.norms[owners],
                documents=blobs.smallest(places),
                counts=blobs.smallest(weighed.counts[postings]),
            ),
        )


def _spell(chunk: Chunk, positions: NDArray[np.int64], sizes: NDArray[np.uint8]) -> pa.Array:
    """Write terms out, given where they begin and how many words they have."""
    spelled = np.empty(0, np.int64)
    parts, places = [], [spelled]
    for size in range(1, int(sizes.max(initial=0)) + 1):
        chosen = np.flatnonzero(sizes == size)
        words = [chunk.spellings.take(pa.array(chunk.words[positions[chosen] + offset])) for offset in range(size)]
        parts.append(pc.binary_join_element_wise(*words, pa.scalar(" ", pa.large_string())) if size > 1 else words[0])
        places.append(chosen)
    if not parts:
        return pa.array([], pa.large_string())
    return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(places))))


def _candidates(weighed: Weighed, most: int) -> NDArray[np.int64]:
    """Give the postings among which are the `most` highest of each document, all ties included."""
    order = np.argsort(weighed.documents, kind="stable")
    cuts = np.searchsorted(weighed.documents[order], np.arange(len(weighed.norms) + 1))
    scores = weighed.scores[order]
    chosen = [np.empty(0, np.int64)]
    for start, end in itertools.pairwise(cuts):
        own = scores[start:end]
        least = np.partition(own, len(own) - most)[len(own) - most] if len(own) > most else -np.inf
        chosen.append(order[start:end][own >= least])
    return np.concatenate(chosen)
