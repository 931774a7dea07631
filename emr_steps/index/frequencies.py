"""Document frequencies: how many documents of the whole corpus contain each term of a chunk.

Chunks send the numbers of their terms to tasks that each own a range of numbers; each task adds up what it got and
answers each chunk, term by term in the chunk's order. Terms of too few documents, the vast majority, end here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emr_steps.index import blobs
from emr_steps.index.keys import Numbers


@dataclass(frozen=True)
class Frequencies:
    """Which terms of a chunk are in the index, and the document frequency of each of those."""

    kept: NDArray[np.bool_]
    documents: NDArray[np.int64]


def questions(numbers: Numbers, counts: NDArray[np.int64], ranges: int) -> Iterator[bytes]:
    """Ask each range of numbers for the frequencies of a chunk's terms.

    Parameters
    ----------
    numbers
        Numbers of the terms, ascending.
    counts
        In how many documents of the chunk each term occurs.
    ranges
        Number of ranges; one question for each, in order.
    """
    ends = [-(-(part << 64) // ranges) for part in range(1, ranges)]
    cuts = [0, *np.searchsorted(numbers, np.array(ends, np.uint64)), len(numbers)]
    for start, end in itertools.pairwise(cuts):
        yield blobs.pack(numbers=numbers[start:end], counts=blobs.smallest(counts[start:end]))


def answers(asked: Sequence[bytes], min_df: int) -> Iterator[bytes]:
    """Answer all questions to one range, in their order."""
    columns = [blobs.unpack(blob) for blob in asked]
    numbers = [blobs.numbers(each["numbers"]) for each in columns]
    known = np.unique(np.concatenate(numbers))
    places = [np.searchsorted(known, each) for each in numbers]
    totals = np.zeros(len(known), np.int64)
    for place, each in zip(places, columns, strict=True):
        totals[place] += blobs.numbers(each["counts"])
    for place in places:
        found = totals[place]
        kept = found >= min_df
        yield blobs.pack(terms=np.array([len(kept)]), kept=np.packbits(kept), documents=blobs.smallest(found[kept]))


def read(answered: Sequence[bytes], terms: int) -> Frequencies:
    """Put the answers of all ranges together.

    Raises
    ------
    RuntimeError
        If the answers are for another number of terms than the chunk has: then they are not for this chunk.
    """
    columns = [blobs.unpack(blob) for blob in answered]
    sizes = [int(blobs.numbers(each["terms"])[0]) for each in columns]
    if sum(sizes) != terms:
        raise RuntimeError(f"a chunk of {terms} terms must get as many answers; got {sum(sizes)}")
    kept = [
        np.unpackbits(blobs.numbers(each["kept"]), count=size).view(np.bool_)
        for each, size in zip(columns, sizes, strict=True)
    ]
    documents = [blobs.numbers(each["documents"]).astype(np.int64) for each in columns]
    return Frequencies(np.concatenate(kept), np.concatenate(documents))
