from __future__ import annotations

import pytest

from emr_steps.index.options import IndexOptions
from emr_steps.search.query import QueryError
from search.athena import Answer, Row
from search.client import REMEMBER_SECONDS, Hit, Index


class Engine:
    """A lake with two indexes, and one answer to every search."""

    def __init__(self) -> None:
        self.build, self.statements = "b1", list[str]()

    def query(self, sql: str) -> Answer:
        self.statements.append(sql)
        if "text_builds" in sql:
            names = {"mail": IndexOptions(), "kernel": IndexOptions(stop_words="english")}
            return Answer(tuple(self._row(name, cut) for name, cut in names.items()), 700, 5)
        if sql.startswith("select doc_id, title"):
            return Answer(({"doc_id": "a", "title": "Free money", "path": "1.txt", "label": "spam"},), 34, 6)
        rows: tuple[Row, ...] = (
            {"doc_id": "a", "score": "0.75", "terms": "3"},
            {"doc_id": "b", "score": "1.0E-1", "terms": "1"},
        )
        return Answer(rows if "money" in sql else (), 1200, 50)

    def _row(self, collection: str, options: IndexOptions) -> Row:
        return {
            "collection": collection,
            "build": self.build,
            "buckets": "16",
            "documents": "6045",
            "options": options.to_json(),
        }

    def looked_up(self) -> int:
        return sum("text_builds" in sql for sql in self.statements)


def test_a_search_gives_the_documents_and_what_it_cost() -> None:
    result = Index(Engine(), "mail").search("free money")
    assert result.hits == (
        Hit("a", 0.75, 3, "Free money", "1.txt", "spam"),
        Hit("b", 0.1, 1, None, None, None),
    )
    assert (result.index_bytes, result.scanned_bytes, result.engine_milliseconds) == (1200, 1234, 56)


def test_the_statement_reads_the_current_build_and_the_buckets_of_the_terms_only() -> None:
    sql = Index(Engine(), "mail").sql('"free money"', limit=3)
    assert "collection = 'mail' and build = 'b1'" in sql
    assert "term in ('free', 'free money', 'money')" in sql
    assert "limit 3" in sql
    assert "when term in ('free money') then 1" in sql


def test_where_nothing_is_found_no_titles_are_looked_up() -> None:
    engine = Engine()
    assert Index(engine, "mail").search("unheard").hits == ()
    assert len(engine.statements) == 2


def test_the_current_build_is_looked_up_again_after_a_while() -> None:
    engine, now = Engine(), [0.0]
    index = Index(engine, "mail", clock=lambda: now[0])
    index.search("money")
    engine.build = "b2"
    now[0] = REMEMBER_SECONDS
    assert "build = 'b1'" in index.sql("money")
    assert engine.looked_up() == 1
    now[0] += 1
    assert "build = 'b2'" in index.sql("money")
    assert engine.looked_up() == 2


def test_fails_for_a_collection_without_index_and_says_what_to_do() -> None:
    with pytest.raises(QueryError, match=r"'news' has no index; those that have one: mail, kernel. .*search.upload"):
        Index(Engine(), "news").search("money")


def test_fails_for_stop_words_only() -> None:
    engine = Engine()
    with pytest.raises(QueryError, match=r"no word is left of 'the of': .* is no stop word \(english\)"):
        Index(engine, "kernel").search("the of")
    assert len(engine.statements) == 1
