"""A lake with documents, its index, and what scikit-learn makes of the same documents."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from sklearn.feature_extraction.text import TfidfVectorizer

from emr_steps.documents.publish import RECORD
from emr_steps.index import step
from emr_steps.index.options import STOP_WORDS, IndexOptions
from emr_steps.index.publish import Build
from tests.data.conftest import Lake

Documents = Mapping[str, str | None]


VOCABULARY = [
    *("the", "of", "und", "naïve", "ﬁsh", "İstanbul", "Straße", "ΣΊΣΥΦΟΣ", "数据湖", "e-mail", "snake_case", "don't"),
    *("\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT FOUR}", "a", "I", "x1", "café", "cafe\N{COMBINING ACUTE ACCENT}"),
]


def letters(count: int = 60, seed: int = 4) -> dict[str, str | None]:
    """Make texts of few words, many of them shared, with an empty, a null, a repeated and a long one."""
    choose = random.Random(seed)
    texts: dict[str, str | None] = {
        f"{number:016x}": " ".join(
            choose.choices(VOCABULARY, weights=range(len(VOCABULARY), 0, -1), k=choose.randint(1, 40))
        )
        for number in range(count)
    }
    return texts | {"f0": "", "f1": None, "f2": "\n\t .", "f3": texts[f"{0:016x}"], "f4": "the " * 20_000}


def put(lake: Lake, documents: Documents, files: int = 1, collection: str = "letters") -> None:
    """Publish documents as the step before does."""
    folder = lake.folder("curated") / "documents" / f"collection={collection}"
    folder.mkdir(parents=True, exist_ok=True)
    rows, names = sorted(documents.items()), []
    for number in range(files):
        part = rows[number::files]
        table = pa.table({"doc_id": [name for name, _ in part], "body": pa.array([t for _, t in part], pa.string())})
        names.append(f"{number:05}.parquet")
        pq.write_table(table, folder / names[-1])
    (folder / RECORD).write_text(json.dumps({"files": names, "facts": {"documents": len(documents)}}))


def arguments(lake: Lake, *more: str, run_id: str = "run", collection: str = "letters") -> list[str]:
    buckets = {f"--{zone}_bucket": str(getattr(lake, zone)) for zone in ("raw", "curated", "analytics", "failures")}
    named = buckets | {"--collection": collection, "--run_id": run_id}
    return [text for pair in named.items() for text in pair] + list(more)


def build(spark: SparkSession, lake: Lake, *more: str, run_id: str = "run", collection: str = "letters") -> Build:
    """Run the step in a session with settings of its own."""
    session = spark.newSession()
    for key, value in step.SETTINGS.items():
        session.conf.set(key, value)
    return step.run(session, step.parse(arguments(lake, *more, run_id=run_id, collection=collection)))


def rows(lake: Lake, table: str, made: Build) -> list[dict[str, Any]]:
    """Read the rows of a build without Spark, sorted."""
    folder = lake.folder("analytics") / table / f"collection={made.collection}" / f"build={made.build}"
    read = [
        row for file in sorted(folder.rglob("*.parquet")) for row in pq.read_table(file, partitioning=None).to_pylist()
    ]
    return sorted(read, key=lambda row: tuple(str(value) for value in row.values()))


def weights(lake: Lake, made: Build) -> dict[tuple[str, str], float]:
    """Give the weight of each term in each document of a build."""
    return {(row["term"], row["doc_id"]): row["weight"] for row in rows(lake, "text_postings", made)}


def current(lake: Lake, collection: str = "letters") -> Build | None:
    """Read which build readers use."""
    file = lake.folder("analytics") / "text_builds" / f"{collection}.parquet"
    return Build(**pq.read_table(file).to_pylist()[0]) if file.exists() else None


def expected(documents: Documents, options: IndexOptions) -> dict[tuple[str, str], float]:
    """Give the weight of each term in each document by scikit-learn."""
    names = sorted(documents)
    vectorizer = TfidfVectorizer(
        preprocessor=lambda text: unicodedata.normalize("NFKC", text).lower(),
        ngram_range=(1, options.max_words),
        min_df=options.min_df,
        stop_words=sorted(STOP_WORDS[options.stop_words]) or None,
        sublinear_tf=options.sublinear_tf,
        smooth_idf=options.smooth_idf,
        norm=None if options.norm == "none" else options.norm,
    )
    matrix = vectorizer.fit_transform([documents[name] or "" for name in names]).tocoo()
    terms = vectorizer.get_feature_names_out()
    return {
        (str(terms[column]), names[row]): float(value)
        for row, column, value in zip(matrix.row, matrix.col, matrix.data, strict=True)
    }
