"""From text to terms: the one place where the index and a search agree on what a word is. Standard library only.

A text is normalised (NFKC: ligatures, full-width letters and the like become the usual ones) and lowered. A word is a
run of two or more letters, digits or underscores: the token pattern of scikit-learn's TfidfVectorizer. Stop words go
before words are joined, so a term may bridge one. A term is one to three neighbouring words with a space between.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence

from emr_steps.index.options import STOP_WORDS, IndexOptions

WORD = re.compile(r"\w\w+")


def words(text: str, options: IndexOptions) -> list[str]:
    """Give the words of a text in order."""
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    found: list[str] = WORD.findall(normal.lower())
    stop = STOP_WORDS[options.stop_words]
    return [word for word in found if word not in stop] if stop else found


def terms(text: str, options: IndexOptions) -> list[str]:
    """Give all terms of a text, each as often as it occurs: single words first, then pairs, then triples."""
    return joined(words(text, options), options.max_words)


def joined(found: Sequence[str], max_words: int) -> list[str]:
    """Join neighbouring words to terms of up to `max_words` words."""
    return [
        " ".join(found[start : start + size])
        for size in range(1, max_words + 1)
        for start in range(len(found) - size + 1)
    ]


def bucket(term: str, buckets: int) -> int:
    """Give the partition that holds a term: in Athena `mod(crc32(to_utf8(term)), buckets)`."""
    return zlib.crc32(term.encode()) % buckets
