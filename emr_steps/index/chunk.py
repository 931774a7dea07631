"""Some documents as arrays of numbers: the unit of work. Reading its words is the only work on single words."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emr_steps.index import blobs
from emr_steps.index.options import IndexOptions
from emr_steps.index.terms import words

Document = tuple[str, str]


@dataclass(frozen=True)
class Chunk:
    """Documents, the different words in them, and the words of each document as indices, document after document."""

    names: pa.Array
    spellings: pa.Array
    lengths: NDArray[np.uint32]
    words: NDArray[np.int32]

    def pack(self) -> pa.Buffer:
        """Write the chunk; `unpack` is the inverse."""
        return blobs.pack(names=self.names, spellings=self.spellings, lengths=self.lengths, words=self.words)

    @classmethod
    def unpack(cls, blob: pa.Buffer) -> Chunk:
        """Read a chunk."""
        columns = blobs.unpack(blob)
        lengths, indices = blobs.numbers(columns["lengths"]), blobs.numbers(columns["words"])
        return cls(columns["names"], columns["spellings"], lengths, indices)


def read(documents: Iterable[Document], options: IndexOptions) -> Chunk:
    """Cut documents into words."""
    indices: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    names, found = [], []
    for name, text in documents:
        each = words(text, options)
        names.append(name)
        found.append(np.fromiter(map(indices.__getitem__, each), np.int32, len(each)))
    return Chunk(
        names=pa.array(names, pa.string()),
        spellings=pa.array(list(indices), pa.large_string()),
        lengths=np.array([len(each) for each in found], np.uint32),
        words=np.concatenate([*found, np.empty(0, np.int32)]),
    )


def cut(documents: Iterable[Document], characters: int) -> Iterator[list[Document]]:
    """Give documents in lists of about so many characters, at least one in each."""
    some: list[Document] = []
    size = 0
    for document in documents:
        some.append(document)
        size += len(document[1])
        if size >= characters:
            yield some
            some, size = [], 0
    if some:
        yield some
