"""The terms of a chunk and their counts, by sorting their occurrences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emr_steps.index import keys
from emr_steps.index.chunk import Chunk
from emr_steps.index.options import IndexOptions

_BITS = 64


@dataclass(frozen=True)
class Counts:
    """The terms of a chunk, those of one word first, and their postings, term after term.

    The first four members have an entry for each term: its number, in how many documents of the chunk it occurs, the
    position of its first word where it is first, how many words it has. The others have one for each posting: its
    document, and how often the term occurs there.
    """

    numbers: keys.Numbers
    document_counts: NDArray[np.int64]
    positions: NDArray[np.int64]
    sizes: NDArray[np.uint8]
    documents: NDArray[np.int32]
    term_counts: NDArray[np.int64]


def count(chunk: Chunk, options: IndexOptions, salt: int) -> Counts:
    """Count the terms of a chunk."""
    parts = list(_by_size(chunk, options.max_words, salt))
    return Counts(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def order_of_numbers(numbers: keys.Numbers) -> NDArray[np.int64]:
    """Give the order of the terms by the leading bits of their numbers: what is left of 64 bits after an index."""
    bits = np.uint64(_bits(len(numbers)))
    indexed = (numbers >> bits << bits) | np.arange(len(numbers), dtype=np.uint64)
    indexed.sort()
    return _low(indexed, bits)


def _by_size(chunk: Chunk, max_words: int, salt: int) -> Iterator[tuple[NDArray[Any], ...]]:
    """Count the terms of one word, of two, and so on.

    A term of two words is known by the index of the first one and the second word, a term of three by the index of the
    first two and the third word. So terms of a chunk are told apart exactly.
    """
    words, spelled = chunk.words, keys.of_words(chunk.spellings.to_pylist(), salt)
    owner = np.repeat(np.arange(len(chunk.lengths), dtype=np.int32), chunk.lengths)
    shorter, numbers = words, spelled
    for size in range(1, max_words + 1):
        inside = np.flatnonzero(owner[size - 1 :] == owner[: max(len(owner) - size + 1, 0)])
        codes = shorter[inside].astype(np.uint64)
        if size > 1:
            codes = codes * np.uint64(len(spelled)) + words[inside + (size - 1)].astype(np.uint64)
        order = _order(codes)
        codes, positions = codes[order], inside[order]
        documents = owner[positions]
        new_term = _changes(codes)
        postings = np.flatnonzero(new_term | _changes(documents))
        terms = np.flatnonzero(new_term)
        first = positions[terms]
        ending = spelled[words[first + size - 1]]
        numbers = keys.longer(numbers[shorter[first]], ending) if size > 1 else ending
        yield (
            numbers,
            np.diff(np.flatnonzero(new_term[postings]), append=len(postings)),
            first,
            np.full(len(terms), size, np.uint8),
            documents[postings],
            np.diff(postings, append=len(positions)),
        )
        if size < max_words:
            shorter = np.zeros(len(words), np.int32)
            shorter[positions] = np.cumsum(new_term, dtype=np.int32) - 1


def _order(codes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Give the order of codes, equal ones as they come.

    Sorting numbers is four times faster than sorting indices by numbers, so the index becomes part of the number where
    both fit into 64 bits.
    """
    bits = _bits(len(codes))
    if int(codes.max(initial=0)) >> (_BITS - bits):
        return np.argsort(codes, kind="stable")
    indexed = (codes << np.uint64(bits)) | np.arange(len(codes), dtype=np.uint64)
    indexed.sort()
    return _low(indexed, np.uint64(bits))


def _low(values: NDArray[np.uint64], bits: np.uint64) -> NDArray[np.int64]:
    return (values & ((np.uint64(1) << bits) - np.uint64(1))).view(np.int64)


def _bits(count: int) -> int:
    return max(1, count.bit_length())


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell where a value differs from the one before it; the first one does."""
    changes = np.empty(len(values), np.bool_)
    changes[:1] = True
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes
