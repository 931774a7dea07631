"""Terms as 64-bit numbers that mean the same in every task.

Two terms can share a number: with t terms the probability is about t²/2⁶⁵, 4 in a million for the 12 million of 50 MB
of text, but 1 in 40 for a billion. No result rests on luck: within a chunk terms are told apart by their words, and
where the postings of a term come together, a shared number shows (`postings.merge`). Then the build starts over with
another `salt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

# Odd constants of the finaliser of MurmurHash3, and the golden ratio as splitmix64 uses it.
_FIRST, _SECOND, _STEP = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(33)


def of_words(words: Sequence[str], salt: int) -> Numbers:
    """Give each word a number that depends on its spelling and the salt only."""
    key = salt.to_bytes(8, "little")
    digests = b"".join(blake2b(word.encode(), digest_size=8, key=key).digest() for word in words)
    return np.frombuffer(digests, np.uint64)


def longer(terms: Numbers, words: Numbers) -> Numbers:
    """Give the numbers of terms that are each followed by one more word."""
    values = terms * _STEP + words
    for factor in (_FIRST, _SECOND):
        values ^= values >> _HALF
        values *= factor
    values ^= values >> _HALF
    return values
