"""Document frequencies: how many documents of the whole corpus contain each term of a chunk.

Chunks send the numbers of their terms to tasks that each own a range of numbers; each task adds up what it got and
answers each chunk, term by term in the chunk's order. Terms of too few documents, the vast majority, end here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emr_steps.index import blobs
from emr_steps.index.keys import Numbers

# A range is a function of so many leading bits, by which every chunk has its terms in order.
_RANGE_BITS = 32


@dataclass(frozen=True)
class Frequencies:
    """Which terms of a chunk are in the index, and the document frequency of each of those."""

    kept: NDArray[np.bool_]
    documents: NDArray[np.int64]


def questions(numbers: Numbers, counts: NDArray[np.int64], ranges: int) -> Iterator[pa.Buffer]:
    """Ask each range of numbers for the frequencies of a chunk's terms.

    Parameters
    ----------
    numbers
        Numbers of the terms, ascending at least by their leading bits.
    counts
        In how many documents of the chunk each term occurs.
    ranges
        Number of ranges; one question for each, in order.
    """
    ends = [-(-(part << _RANGE_BITS) // ranges) for part in range(1, ranges)]
    leading = numbers >> np.uint64(64 - _RANGE_BITS)
    cuts = [0, *np.searchsorted(leading, np.array(ends, np.uint64)), len(numbers)]
    for start, end in itertools.pairwise(cuts):
        yield blobs.pack(numbers=numbers[start:end], counts=blobs.smallest(counts[start:end]))


def answers(asked: Sequence[pa.Buffer], min_df: int) -> Iterator[pa.Buffer]:
    """Answer all questions to one range, in their order."""
    columns = [blobs.unpack(blob) for blob in asked]
    numbers = np.concatenate([blobs.numbers(each["numbers"]) for each in columns])
    counts = np.concatenate([blobs.numbers(each["counts"]).astype(np.int64) for each in columns])
    # Questions are in order, so this merges them.
    order = np.argsort(numbers, kind="stable")
    merged = numbers[order]
    starts = np.flatnonzero(np.concatenate([[True], merged[1:] != merged[:-1]])[: len(merged)])
    totals = np.add.reduceat(counts[order], starts) if len(starts) else counts
    found = np.empty_like(counts)
    found[order] = np.repeat(totals, np.diff(starts, append=len(merged)))
    for own in np.split(found, np.cumsum([len(each["numbers"]) for each in columns[:-1]], dtype=np.int64)):
        kept = own >= min_df
        yield blobs.pack(terms=np.array([len(kept)]), kept=np.packbits(kept), documents=blobs.smallest(own[kept]))


def read(answered: Sequence[pa.Buffer], order: NDArray[np.int64]) -> Frequencies:
    """Put the answers of all ranges together.

    Parameters
    ----------
    answered
        The answers, in the order of the ranges.
    order
        The terms in the order in which they were asked for.

    Raises
    ------
    RuntimeError
        If the answers are for another number of terms: then they are not for this chunk.
    """
    columns = [blobs.unpack(blob) for blob in answered]
    sizes = [int(blobs.numbers(each["terms"])[0]) for each in columns]
    if sum(sizes) != len(order):
        raise RuntimeError(f"a chunk of {len(order)} terms must get as many answers; got {sum(sizes)}")
    flags = [
        np.unpackbits(blobs.numbers(each["kept"]), count=size).view(np.bool_)
        for each, size in zip(columns, sizes, strict=True)
    ]
    found = order[np.concatenate(flags)]
    kept, documents = np.zeros(len(order), np.bool_), np.zeros(len(order), np.int64)
    kept[found] = True
    documents[found] = np.concatenate([blobs.numbers(each["documents"]) for each in columns])
    return Frequencies(kept, documents[kept])
