"""The SQL of a search ranks as an exhaustive computation does."""

from __future__ import annotations

import zlib
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import sqlglot
from sklearn.feature_extraction.text import TfidfVectorizer

from emr_steps.index.options import IndexOptions
from emr_steps.search.query import read_query
from emr_steps.search.ranking import ranked, titles, with_titles

BUCKETS = 5
SUBJECTS = (
    "tax",
    "war",
    "peace",
    "economy",
    "rail roads",
    "public lands",
    "debt",
    "mexico",
    "gold",
    "state of the union",
)
# Of a few subjects, so that documents share runs of words.
BODIES = [
    " ".join(SUBJECTS[(number * step + step * step) % len(SUBJECTS)] for step in range(1, 4 + number % 7))
    for number in range(60)
]


class Index:
    """An index by scikit-learn, in tables of DuckDB."""

    def __init__(self, options: IndexOptions) -> None:
        self.options = options
        self.vectorizer = TfidfVectorizer(
            ngram_range=(1, options.max_words),
            min_df=options.min_df,
            norm=None if options.norm == "none" else options.norm,
            sublinear_tf=options.sublinear_tf,
            smooth_idf=options.smooth_idf,
        )
        self.matrix: Any = self.vectorizer.fit_transform(BODIES)
        names, idf, found = self.vectorizer.get_feature_names_out(), self.vectorizer.idf_, self.matrix.tocoo()
        terms = [str(names[term]) for term in found.col]
        postings = pa.table(
            {
                "bucket": [zlib.crc32(term.encode()) % BUCKETS for term in terms],
                "term": terms,
                "doc_id": [f"{document:03}" for document in found.row],
                "weight": found.data,
                "df": np.bincount(found.col)[found.col],
                "idf": idf[found.col],
            }
        )
        titles = pa.table({"number": range(len(BODIES))})
        self.connection = duckdb.connect()
        self.connection.execute(
            "create table text_postings as select * from postings, (values ('c', 'b'), ('c', 'old'), ('d', 'b')) "
            "as builds(collection, build)"
        )
        self.connection.execute(
            "create table documents as select 'c' as collection, format('{:03}', number) as doc_id, null as label, "
            "format('Title {}', number) as title, format('{}.txt', number) as path from titles"
        )
        assert postings.num_rows
        assert titles.num_rows

    def search(self, text: str, limit: int = 100) -> list[tuple[Any, ...]]:
        sql = ranked(
            read_query(text, self.options),
            collection="c",
            build="b",
            buckets=BUCKETS,
            norm=self.options.norm,
            limit=limit,
            postings="text_postings",
        )
        return self.run(with_titles(sql, "c", "documents"))

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sqlglot.transpile(sql, read="athena", write="duckdb")[0]).fetchall()

    def exhaustive(self, text: str) -> dict[str, float]:
        """Score every document, by what scikit-learn says of the query."""
        scores = np.asarray((self.matrix @ self.vectorizer.transform([text]).T).todense()).ravel()
        return {f"{number:03}": score for number, score in enumerate(scores) if score > 0}


@pytest.mark.parametrize(
    "options",
    [IndexOptions(), IndexOptions(sublinear_tf=True, smooth_idf=False), IndexOptions(norm="none", max_words=2)],
    ids=["as by default", "sublinear", "without norm"],
)
@pytest.mark.parametrize("text", ["tax", "tax war peace", "war war war tax", "state of the union", "gold unheard of"])
def test_scores_are_those_of_an_exhaustive_computation(options: IndexOptions, text: str) -> None:
    index = Index(options)
    expected = index.exhaustive(text)
    found = index.search(text)
    assert expected
    assert {row[0]: row[1] for row in found} == pytest.approx(expected, rel=1e-9)
    order = [(-round(row[1], 12), row[0]) for row in found]
    assert order == sorted(order)


def test_only_documents_with_the_phrase_are_found() -> None:
    index = Index(IndexOptions())
    expected = {f"{number:03}" for number, body in enumerate(BODIES) if "gold tax" in body}
    assert expected
    assert {row[0] for row in index.search('"gold tax" tax')} == expected
    assert len(index.search("gold tax war")) > len(expected)


def test_the_best_come_first_with_their_titles_and_not_more_than_asked_for() -> None:
    index = Index(IndexOptions())
    best = index.search("rail roads", limit=3)
    assert best == index.search("rail roads")[:3]
    assert best[0][3:] == (f"Title {int(best[0][0])}", f"{int(best[0][0])}.txt", None)
    assert [row[2] for row in best] == [3, 3, 3]


def test_a_word_that_the_index_does_not_have_finds_nothing() -> None:
    assert Index(IndexOptions()).search("unheard") == []


def test_titles_are_looked_up_by_name() -> None:
    index = Index(IndexOptions())
    assert sorted(index.run(titles(["003", "017"], "c", "documents"))) == [
        ("003", "Title 3", "3.txt", None),
        ("017", "Title 17", "17.txt", None),
    ]


@pytest.mark.parametrize("name", ["c' or '1", "", "-x", "a b"])
def test_fails_for_a_name_that_sql_could_misread(name: str) -> None:
    message = "names of collections, builds and documents must match"
    with pytest.raises(ValueError, match=message):
        ranked(read_query("tax", IndexOptions()), collection=name, build="b", buckets=1, norm="l2", limit=1)
    with pytest.raises(ValueError, match=message):
        titles([name], "c")
