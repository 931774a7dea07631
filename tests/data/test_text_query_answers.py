"""Answers of the deployed queries over the text tables and the lab on ratings."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.data.query_lake import QueryLake


@pytest.fixture
def lake() -> QueryLake:
    """Two collections; of mail two builds, of which the queries are asked for one."""
    lake = QueryLake()
    for number in range(8):
        label, size = ("spam", 10) if number < 6 else ("ham", 100)
        lake.put("documents", [_document("mail", number, label, size), _document("news", number, None, 1)])
    for build, weight in (("b1", 0.5), ("b0", 9.0)):
        for number in range(8):
            term = "free money" if number < 5 else "linux kernel"
            place = {"collection": "mail", "build": build, "doc_id": f"mail-{number}", "term": term}
            lake.put("text_top_terms", [place | {"rank": 1, "weight": weight, "tf": 2, "df": 5}])
            lake.put("text_postings", [place | {"bucket": number % 4, "weight": weight + number / 100, "tf": number}])
        for n, term, df in ((1, "free", 8), (3, "make money fast", 3), (3, "dear sir or", 5), (3, "a b c", 3)):
            lake.put("text_terms", [{"collection": "mail", "build": build, "n": n, "term": term, "df": df, "idf": 1.5}])
    return lake


def _document(collection: str, number: int, label: str | None, size: int) -> dict[str, object]:
    named = {"doc_id": f"{collection}-{number}", "title": f"Title {number}", "path": f"{number}.txt"}
    return named | {"collection": collection, "kind": "mail", "label": label, "bytes": size}


def test_text_indexes_lists_each_collection_with_its_build() -> None:
    lake, built = QueryLake(), dt.datetime(2026, 11, 21, 12, 0)
    shape = {"buckets": 8, "documents": 5, "terms": 6, "postings": 7, "built_at": built}
    for collection in ("news", "mail"):
        lake.put("text_builds", [{"collection": collection, "build": "b1", **shape}])
    expected = ("b1", 8, 5, 6, 7, built)
    assert lake.run("text_indexes") == [("mail", *expected), ("news", *expected)]


def test_documents_by_kind_counts_one_collection(lake: QueryLake) -> None:
    assert lake.run("documents_by_kind", "mail") == [("mail", "spam", 6, 60), ("mail", "ham", 2, 200)]
    assert lake.run("documents_by_kind", "news") == [("mail", None, 8, 8)]


def test_documents_with_term_come_by_weight_in_the_build_that_was_asked(lake: QueryLake) -> None:
    found = lake.run("documents_with_term", "mail", "b1", "linux kernel", "mail")
    assert found == [
        ("mail-7", pytest.approx(0.57), 7, "Title 7", "7.txt"),
        ("mail-6", pytest.approx(0.56), 6, "Title 6", "6.txt"),
        ("mail-5", pytest.approx(0.55), 5, "Title 5", "5.txt"),
    ]


def test_terms_of_document_come_by_rank(lake: QueryLake) -> None:
    second = {"rank": 2, "term": "money", "weight": 0.4, "tf": 1, "df": 3}
    lake.put("text_top_terms", [{"collection": "mail", "build": "b1", "doc_id": "mail-0"} | second])
    expected = [(1, "free money", 0.5, 2, 5), (2, "money", 0.4, 1, 3)]
    assert lake.run("terms_of_document", "mail", "b1", "mail-0") == expected


def test_common_phrases_are_runs_of_three_words(lake: QueryLake) -> None:
    expected = [("dear sir or", 5, 1.5), ("a b c", 3, 1.5), ("make money fast", 3, 1.5)]
    assert lake.run("common_phrases", "mail", "b1") == expected


def test_terms_of_spam_come_by_the_odds_of_being_spam_and_rare_ones_are_left_out(lake: QueryLake) -> None:
    odds = (5.5 / 7) / (0.5 / 3)
    assert lake.run("terms_of_spam", "mail", "b1", "mail") == [("free money", 5, 0, round(math.log(odds), 3))]


def test_text_answers_come_by_query_and_rank() -> None:
    lake = QueryLake()
    for query, rank in (("war", 2), ("war", 1), ("peace", 1)):
        row = {"query": query, "rank": rank, "score": 0.5, "title": "T", "path": "P", "collection": "mail"}
        lake.put("text_answers", [row, row | {"collection": "news"}])
    assert [row[:2] for row in lake.run("text_answers", "mail")] == [("peace", 1), ("war", 1), ("war", 2)]


def test_the_lab_on_ratings_is_read_year_by_year() -> None:
    lake = QueryLake()
    lake.put("rating_histogram", [(2016, 5.0, 1, 1.0), (2015, 4.5, 2, 2 / 3), (2015, 4.0, 1, 1 / 3)])
    assert lake.run("rating_histogram") == [(2015, 4.0, 1, 0.3333), (2015, 4.5, 2, 0.6667), (2016, 5.0, 1, 1.0)]
    best = [(2015, 2, 8, "B", 10, 4.456), (2015, 1, 7, "A", 12, 4.5), (2016, 1, 9, "C", 11, 5.0)]
    lake.put("best_movies_by_year", best)
    assert lake.run("best_movies_by_year", 2015) == [(1, "A", 12, 4.5), (2, "B", 10, 4.46)]
