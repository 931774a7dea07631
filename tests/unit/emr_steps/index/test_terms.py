from __future__ import annotations

import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from emr_steps.index.options import IndexOptions
from emr_steps.index.stop_words import ENGLISH
from emr_steps.index.terms import bucket, joined, terms, words

USUAL = IndexOptions()


@given(st.text(alphabet=st.one_of(st.sampled_from("aB1_ .-'ﬁé"), st.characters(codec="utf-8")), max_size=60))
def test_terms_are_those_of_scikit_learn(text: str) -> None:
    analyze = TfidfVectorizer(
        preprocessor=lambda given: unicodedata.normalize("NFKC", given).lower(), ngram_range=(1, 3)
    ).build_analyzer()
    assert terms(text, USUAL) == analyze(text)


def test_compatible_letters_become_the_usual_ones_before_words_are_found() -> None:
    wide = "\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{FULLWIDTH LATIN CAPITAL LETTER B}"
    found = words(f"The ﬁsh {wide} cafe\N{COMBINING ACUTE ACCENT} Straße", USUAL)
    assert found == ["the", "fish", "ab", "café", "straße"]


def test_words_of_one_letter_and_punctuation_are_no_words() -> None:
    assert words("a I x1 don't e-mail snake_case 1.5", USUAL) == ["x1", "don", "mail", "snake_case"]


def test_stop_words_go_before_words_are_joined() -> None:
    found = terms("lord of the rings", IndexOptions(stop_words="english", max_words=2))
    assert found == ["lord", "rings", "lord rings"]


def test_the_english_list_is_that_of_scikit_learn() -> None:
    assert ENGLISH == ENGLISH_STOP_WORDS


def test_fewer_words_than_a_term_may_have_give_the_shorter_terms_only() -> None:
    assert joined(["new", "york"], 3) == ["new", "york", "new york"]
    assert joined([], 3) == []


def test_a_word_of_a_million_letters_is_a_word() -> None:
    assert [len(word) for word in words("x" * 1_000_000, USUAL)] == [1_000_000]


def test_the_bucket_is_what_athena_computes_from_the_utf_8_bytes() -> None:
    assert bucket("straße", 4096) == zlib.crc32("straße".encode()) % 4096
    assert bucket("123456789", 1 << 32) == 0xCBF43926  # The check value of CRC-32.


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_words": 4}, "max_words must be from 1 to 3; got 4"),
        ({"min_df": 0}, "min_df must be 1 or more; got 0"),
        ({"stop_words": "klingon"}, r"stop_words must be one of \['english', 'none'\]; got 'klingon'"),
        ({"norm": "l1"}, r"norm must be one of \('l2', 'none'\); got 'l1'"),
    ],
)
def test_fails_if_an_option_cannot_be(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        IndexOptions(**wrong)  # type: ignore[arg-type]


def test_options_survive_the_table_of_builds() -> None:
    options = IndexOptions(
        max_words=2, min_df=3, stop_words="english", sublinear_tf=True, smooth_idf=False, norm="none"
    )
    assert IndexOptions.from_json(options.to_json()) == options
