"""The terms of a chunk with their counts, by one sort of all occurrences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emr_steps.index import keys
from emr_steps.index.chunk import Chunk
from emr_steps.index.options import IndexOptions


@dataclass(frozen=True)
class Counts:
    """Occurrences of terms, sorted by the numbers of the terms; within a term, in the order of the documents.

    For each occurrence: the `positions` of its first word, and how many words it has (`sizes`). The other members are
    indices: `terms` leads to the first occurrence of each term, `postings` to the first one of each term in each
    document, `first_postings` to the first posting of each term.
    """

    numbers: keys.Numbers
    positions: NDArray[np.int64]
    sizes: NDArray[np.uint8]
    documents: NDArray[np.int32]
    terms: NDArray[np.int64]
    postings: NDArray[np.int64]
    first_postings: NDArray[np.int64]

    @property
    def document_counts(self) -> NDArray[np.int64]:
        """In how many documents of the chunk each term occurs."""
        return np.diff(self.first_postings, append=len(self.postings))

    @property
    def term_counts(self) -> NDArray[np.int64]:
        """How often the term of each posting occurs in its document."""
        return np.diff(self.postings, append=len(self.positions))


def count(chunk: Chunk, options: IndexOptions, salt: int) -> Counts:
    """Count the terms of a chunk."""
    spelled = keys.of_words(chunk.spellings.to_pylist(), salt)
    owner = np.repeat(np.arange(len(chunk.lengths), dtype=np.int32), chunk.lengths)
    numbers, positions, sizes = keys.of_terms(spelled[chunk.words], owner, options.max_words)
    # Stable: the occurrences of a term stay in the order of the documents.
    order = np.argsort(numbers, kind="stable")
    numbers, positions = numbers[order], positions[order]
    documents = owner[positions]
    new_term = _changes(numbers)
    postings = np.flatnonzero(new_term | _changes(documents))
    terms = np.flatnonzero(new_term)
    first_postings = np.flatnonzero(new_term[postings])
    return Counts(numbers[terms], positions, sizes[order], documents[postings], terms, postings, first_postings)


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell where a value differs from the one before it; the first one does."""
    changes = np.empty(len(values), np.bool_)
    changes[:1] = True
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes
