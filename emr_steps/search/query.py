"""What a query asks for: terms, cut as the index was, and phrases that must occur."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from emr_steps.index.options import LONGEST_TERM, IndexOptions
from emr_steps.index.terms import bucket, joined, words

# Terms become literals of SQL; nobody types that many, and Athena takes at most 262,144 bytes.
MOST_TERMS = 200
LONGEST_WORD = 200
_PHRASE = re.compile(r'"([^"]*)"')


class QueryError(ValueError):
    """A query that cannot be answered; the message says why and what would help."""


@dataclass(frozen=True)
class Query:
    """A query, ready to be looked up.

    `counts` has each term with its weight before the inverse document frequency: how often it occurs in the query, on
    a log scale if the index has `sublinear_tf`. `required` are terms that a document must contain.
    """

    text: str
    counts: Mapping[str, float]
    required: frozenset[str]

    def buckets(self, buckets: int) -> list[int]:
        """Give the partitions of the index that hold the terms."""
        return sorted({bucket(term, buckets) for term in self.counts})


def read_query(text: str, options: IndexOptions) -> Query:
    """Cut a query into terms as the index cut its documents.

    A phrase in double quotes must occur, in the order of its words. The index has runs of up to three words, so of a
    longer phrase every run of three must occur: nearly always, that is the phrase.

    Raises
    ------
    QueryError
        If no word is left, or there are too many.
    """
    if text.count('"') % 2:
        raise QueryError(f"a phrase needs a quote at both ends; got {text!r}")
    found = words(text, options)
    if not found:
        raise QueryError(_nothing_left(text, options))
    counts = Counter(joined(found, options.max_words))
    required = frozenset(term for phrase in _PHRASE.findall(text) for term in _required(phrase, options))
    # A phrase that has a word before it in the query is a run of its words already, unless quotes cut it off.
    counts.update({term: 1 for term in required if term not in counts})
    if len(counts) > MOST_TERMS:
        raise QueryError(f"a query may have at most {MOST_TERMS} terms; got {len(counts)} from {len(found)} words")
    if longest := next((word for word in found if len(word) > LONGEST_WORD), None):
        raise QueryError(f"a word may have at most {LONGEST_WORD} letters; got {longest[:20]}... of {len(longest)}")
    return Query(text, {term: _scaled(count, options) for term, count in counts.items()}, required)


def _required(phrase: str, options: IndexOptions) -> list[str]:
    found = words(phrase, options)
    if not found:
        raise QueryError(f"the phrase {phrase!r} has no word: {_rule(options)}")
    size = min(len(found), options.max_words, LONGEST_TERM)
    return [term for term in joined(found, size) if term.count(" ") == size - 1]


def _scaled(count: int, options: IndexOptions) -> float:
    return 1 + math.log(count) if options.sublinear_tf else float(count)


def _nothing_left(text: str, options: IndexOptions) -> str:
    return f"no word is left of {text!r}: {_rule(options)}"


def _rule(options: IndexOptions) -> str:
    rule = "a word has two or more letters, digits or underscores"
    if options.stop_words != "none":
        rule += f", and is no stop word ({options.stop_words})"
    return rule
