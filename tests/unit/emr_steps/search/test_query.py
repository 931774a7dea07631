from __future__ import annotations

import math

import pytest

from emr_steps.index.options import IndexOptions
from emr_steps.search.query import MOST_TERMS, QueryError, read_query

PLAIN = IndexOptions()


def test_a_query_asks_for_its_words_and_their_runs() -> None:
    query = read_query("Global Warming: global", PLAIN)
    assert query.counts == {
        "global": 2,
        "warming": 1,
        "global warming": 1,
        "warming global": 1,
        "global warming global": 1,
    }
    assert query.required == frozenset()


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ('"state of" affairs', {"state of"}),
        ('the "economy"', {"economy"}),
        ('"state of the union"', {"state of the", "of the union"}),
        ('"a b" "state of"', None),
    ],
)
def test_a_phrase_in_quotes_must_occur(text: str, required: set[str] | None) -> None:
    if required is None:
        with pytest.raises(QueryError, match="the phrase 'a b' has no word: a word has two or more letters"):
            read_query(text, PLAIN)
        return
    query = read_query(text, PLAIN)
    assert query.required == required
    assert query.required <= set(query.counts)


def test_a_phrase_is_cut_to_the_words_that_the_index_joins() -> None:
    assert read_query('"state of the union"', IndexOptions(max_words=1)).required == {"state", "of", "the", "union"}


def test_a_query_is_cut_and_weighed_as_the_index_was() -> None:
    options = IndexOptions(max_words=1, stop_words="english", sublinear_tf=True)
    assert read_query("the tax and the tax", options).counts == {"tax": 1 + math.log(2)}
    assert set(read_query("\ufb01ne Ŵord", PLAIN).counts) == {"fine", "ŵord", "fine ŵord"}


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", PLAIN, "no word is left of '': a word has two or more"),
        ("the of", IndexOptions(stop_words="english"), r"and is no stop word \(english\)"),
        ("? ! a", PLAIN, "no word is left"),
        ('"open', PLAIN, "a phrase needs a quote at both ends"),
        (" ".join(f"w{n}" for n in range(MOST_TERMS)), PLAIN, f"at most {MOST_TERMS} terms; got 597 from 200 words"),
        ("x" * 1_000_000, PLAIN, "at most 200 letters; got xxxxxxxxxxxxxxxxxxxx... of 1000000"),
    ],
)
def test_fails_for_a_query_that_cannot_be_answered(text: str, options: IndexOptions, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        read_query(text, options)
