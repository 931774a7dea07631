"""Terms as 64-bit numbers, computed for whole arrays of words at once.

Two terms can share a number: with t terms the probability is about t²/2⁶⁵, 4 in a million for the 12 million of 50 MB
of text, but 1 in 40 for a billion. Nothing rests on that: whatever comes of a shared number is found out
(`weighing.check_spelling`, `postings.check_documents`), and the build starts over with another `salt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Positions = NDArray[np.int64]

# Odd constants of the finaliser of MurmurHash3, and the golden ratio as splitmix64 uses it.
_FIRST, _SECOND, _STEP = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(33)


def of_words(words: Sequence[str], salt: int) -> Numbers:
    """Give each word a number that depends on its spelling and the salt only."""
    key = salt.to_bytes(8, "little")
    digests = b"".join(blake2b(word.encode(), digest_size=8, key=key).digest() for word in words)
    return np.frombuffer(digests, np.uint64)


def of_terms(words: Numbers, documents: NDArray[Any], max_words: int) -> tuple[Numbers, Positions, NDArray[np.uint8]]:
    """Give each term of some documents a number.

    Parameters
    ----------
    words
        Number of each word, document after document.
    documents
        Which document each word belongs to.
    max_words
        The longest terms.

    Returns
    -------
    tuple
        For each occurrence of a term its number, the position of its first word, and how many words it has. Occurrences
        of one size are in the order of their positions, the smaller sizes first.
    """
    numbers, positions, sizes = [words], [np.arange(len(words))], [np.full(len(words), 1, np.uint8)]
    shorter = words
    for size in range(2, max_words + 1):
        shorter = _mix(shorter[:-1] * _STEP + words[size - 1 :]) if len(shorter) else shorter
        inside = np.flatnonzero(documents[size - 1 :] == documents[: len(shorter)]) if len(shorter) else positions[0]
        numbers.append(shorter[inside])
        positions.append(inside)
        sizes.append(np.full(len(inside), size, np.uint8))
    return np.concatenate(numbers), np.concatenate(positions), np.concatenate(sizes)


def _mix(values: Numbers) -> Numbers:
    values ^= values >> _HALF
    values *= _FIRST
    values ^= values >> _HALF
    values *= _SECOND
    values ^= values >> _HALF
    return values
