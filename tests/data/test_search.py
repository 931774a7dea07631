"""From files to answers: the steps of the text pipeline together, against scikit-learn on the same documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from pyspark.sql import SparkSession
from sklearn.feature_extraction.text import TfidfVectorizer

from emr_steps.documents import step as documents_step
from emr_steps.index import step as index_step
from emr_steps.search import step
from emr_steps.search.query import QueryError
from tests.data import stepping
from tests.data.conftest import Lake, new_lake

pytestmark = pytest.mark.spark

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
BODIES = {
    f"{number:02}.txt": " ".join(SUBJECTS[(number * n + n * n) % len(SUBJECTS)] for n in range(1, 4 + number % 7))
    for number in range(40)
}
QUERIES = ["war tax", "state of the union", '"gold tax"', "unheard"]


def ask(lake: Lake, *queries: str, collection: str = "speeches", **options: str) -> None:
    stepping.run(step, lake, collection, queries=json.dumps(queries), **options)


@pytest.fixture(scope="module")
def indexed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = new_lake(spark, tmp_path_factory.mktemp("lake"))
    folder = lake.folder("raw") / "documents/collection=speeches"
    folder.mkdir(parents=True)
    for name, body in BODIES.items():
        (folder / name).write_text(body)
    stepping.run(documents_step, lake, "speeches")
    stepping.run(index_step, lake, "speeches")
    return lake


def answers(lake: Lake, columns: str) -> list[tuple[Any, ...]]:
    folder = lake.folder("analytics") / "text_answers/collection=speeches"
    files = [str(path) for path in Path(folder).glob("*.parquet")]
    return duckdb.connect().execute(f"select {columns} from read_parquet(?) order by query, rank", [files]).fetchall()


def exhaustive(query: str) -> dict[str, float]:
    """Score each document: path and cosine."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 3), min_df=2)
    matrix = vectorizer.fit_transform(BODIES.values())
    scores = np.asarray((matrix @ vectorizer.transform([query]).T).todense()).ravel()
    return {path: score for path, score in zip(BODIES, scores, strict=True) if score > 0}


def test_answers_are_those_of_an_exhaustive_computation(indexed: Lake) -> None:
    ask(indexed, *QUERIES, limit="100")
    found = answers(indexed, "query, path, score, rank")
    for query in ("war tax", "state of the union"):
        expected = exhaustive(query)
        assert {path: score for text, path, score, _ in found if text == query} == pytest.approx(expected, rel=1e-9)
        assert [rank for text, *_, rank in found if text == query] == list(range(1, len(expected) + 1))
    phrase = {path for text, path, *_ in found if text == '"gold tax"'}
    assert phrase == {path for path, body in BODIES.items() if "gold tax" in body}
    assert not [row for row in found if row[0] == "unheard"]


def test_the_answers_of_the_latest_run_replace_those_before(indexed: Lake) -> None:
    ask(indexed, "war", limit="3")
    ask(indexed, "gold", "debt", limit="2", run_id="run-2")
    assert answers(indexed, "query, rank, run_id") == [
        ("debt", 1, "run-2"),
        ("debt", 2, "run-2"),
        ("gold", 1, "run-2"),
        ("gold", 2, "run-2"),
    ]


def test_fails_for_a_collection_without_index_and_names_those_that_have_one(indexed: Lake) -> None:
    with pytest.raises(QueryError, match=r"collection 'mail' has no index; those that have one: \['speeches'\]"):
        ask(indexed, "war", collection="mail")


def test_fails_for_a_query_without_words_before_anything_is_written(indexed: Lake) -> None:
    ask(indexed, "peace", limit="1")
    with pytest.raises(QueryError, match="no word is left"):
        ask(indexed, "war", "?")
    assert answers(indexed, "query") == [("peace",)]


@pytest.mark.parametrize("queries", ["war", "[]", '{"a": 1}', "[1]"])
def test_fails_for_queries_that_are_no_list_of_texts(
    lake: Lake, queries: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        step.parse(stepping.arguments(lake, queries=queries))
    assert "must be a JSON list" in capsys.readouterr().err
