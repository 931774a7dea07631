"""From chunks to rows, without Spark: what tasks do between the shuffles."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from emr_steps.index import chunk, counts, frequencies, keys, postings, weighing
from emr_steps.index.options import IndexOptions
from emr_steps.index.terms import bucket

TEXTS = {"d1": "new york new york", "d2": "york in new", "d3": "new jersey", "d4": ""}
USUAL = IndexOptions()
BUCKETS = 4


def weighed(options: IndexOptions, *chunks: dict[str, str]) -> list[tuple[chunk.Chunk, weighing.Weighed]]:
    """Weigh documents in several chunks that ask each other."""
    total = sum(len(each) for each in chunks)
    words = [chunk.read(each.items(), options) for each in chunks]
    counted = [counts.count(each, options, salt=0) for each in words]
    orders = [counts.order_of_numbers(each.numbers) for each in counted]
    asked = [
        next(frequencies.questions(each.numbers[order], each.document_counts[order], 1))
        for each, order in zip(counted, orders, strict=True)
    ]
    answered = frequencies.answers(asked, options.min_df)
    found = [frequencies.read([answer], order) for answer, order in zip(answered, orders, strict=True)]
    return [
        (each, weighing.weigh(each, count, frequency, total, options))
        for each, count, frequency in zip(words, counted, found, strict=True)
    ]


def merged(options: IndexOptions, *chunks: dict[str, str]) -> dict[int, postings.Bucket]:
    shares: defaultdict[int, list[bytes]] = defaultdict(list)
    for words, weights in weighed(options, *chunks):
        for number, blob in weighing.by_bucket(words, weights, BUCKETS):
            shares[number].append(blob)
    return {number: postings.merge(blobs) for number, blobs in shares.items()}


def rows(options: IndexOptions, *chunks: dict[str, str]) -> list[dict[str, Any]]:
    total = sum(len(each) for each in chunks)
    return [
        row
        for each in merged(options, *chunks).values()
        for batch in postings.posting_rows(each, total, options)
        for row in batch.to_pylist()
    ]


def test_the_cut_into_chunks_changes_no_row() -> None:
    whole = rows(USUAL, TEXTS)
    apart = rows(USUAL, *({name: text} for name, text in TEXTS.items()))
    assert sorted(whole, key=str) == sorted(apart, key=str)
    assert {row["term"] for row in whole} == {"new", "york"}


def test_weights_are_counts_times_the_logarithm_of_rarity_over_the_length() -> None:
    got = {(row["term"], row["doc_id"]): row for row in rows(USUAL, TEXTS)}
    rarity = {"new": math.log(5 / 4) + 1, "york": math.log(5 / 3) + 1}
    length = math.hypot(2 * rarity["new"], 2 * rarity["york"])
    row = got["york", "d1"]
    assert row["tf"] == 2
    assert row["df"] == 2
    assert row["idf"] == pytest.approx(rarity["york"], rel=1e-15)
    assert row["weight"] == pytest.approx(2 * rarity["york"] / length, rel=1e-15)
    assert got["new", "d3"]["weight"] == 1.0


def test_options_change_the_formulas() -> None:
    options = IndexOptions(min_df=1, max_words=1, sublinear_tf=True, smooth_idf=False, norm="none")
    got = {(row["term"], row["doc_id"]): row["weight"] for row in rows(options, TEXTS)}
    assert got["york", "d1"] == pytest.approx((1 + math.log(2)) * (math.log(4 / 2) + 1), rel=1e-15)
    assert got["jersey", "d3"] == pytest.approx(math.log(4) + 1, rel=1e-15)


def test_a_bucket_holds_its_terms_in_order_and_each_terms_documents_in_order() -> None:
    options = IndexOptions(min_df=1)
    for number, each in merged(options, {"d3": "bb aa cc"}, {"d1": "cc aa bb", "d2": "aa"}).items():
        batches = list(postings.posting_rows(each, 3, options))
        found = [(row["term"], row["doc_id"]) for batch in batches for row in batch.to_pylist()]
        assert found == sorted(found)
        assert {bucket(term, BUCKETS) for term, _ in found} == {number}
        listed = postings.term_rows(each, 3, options).to_pylist()
        assert [row["term"] for row in listed] == sorted({term for term, _ in found})
        assert all(row["n"] == row["term"].count(" ") + 1 for row in listed)
        assert sum(row["df"] for row in listed) == len(found)


def test_a_number_that_two_terms_share_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    options = IndexOptions(max_words=1)
    texts = [{"d1": "left"}, {"d2": "right"}]
    assert not merged(options, *texts)
    monkeypatch.setattr(keys, "of_words", lambda words, salt: np.full(len(words), 7, np.uint64))
    with pytest.raises(postings.SharedNumberError, match="two terms have the same number"):
        merged(options, *texts)
    with pytest.raises(postings.SharedNumberError):
        merged(options, {"d1": "left", "d2": "right"})


def test_top_terms_are_the_heaviest_and_ties_go_by_the_term() -> None:
    options = IndexOptions(min_df=1, max_words=1, norm="none")
    texts = {"d1": "zz zz bb aa cc", "d2": "dd", "d3": "", "d4": "zz"}
    ((words, weights),) = weighed(options, texts)
    found = weighing.top_terms(words, weights, 2).to_pylist()
    assert [(row["doc_id"], row["rank"], row["term"]) for row in found] == [
        ("d1", 1, "zz"),
        ("d1", 2, "aa"),
        ("d2", 1, "dd"),
        ("d4", 1, "zz"),
    ]
    assert found[0]["tf"] == 2
    assert found[0]["df"] == 2
    assert found[0]["weight"] == pytest.approx(2 * (math.log(5 / 3) + 1))


def test_counts_beyond_a_byte_keep_their_logarithm() -> None:
    options = IndexOptions(max_words=1, min_df=1, sublinear_tf=True, norm="none")
    (row,) = rows(options, {"d1": "aa " * 70_000})
    assert row["tf"] == 70_000
    assert row["weight"] == pytest.approx(1 + math.log(70_000), rel=1e-15)
