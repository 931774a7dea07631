"""The index of a collection says what scikit-learn says."""

from __future__ import annotations

import random

import pytest
from pyspark.sql import SparkSession

from emr_steps.index.options import IndexOptions
from tests.data.conftest import Lake
from tests.data.indexing import build, expected, put, rows

pytestmark = pytest.mark.spark

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


@pytest.mark.parametrize(
    "options",
    [
        IndexOptions(),
        IndexOptions(max_words=2, min_df=1, stop_words="english", sublinear_tf=True, smooth_idf=False, norm="none"),
    ],
    ids=["usual", "unusual"],
)
def test_weights_are_those_of_scikit_learn(spark: SparkSession, lake: Lake, options: IndexOptions) -> None:
    documents = letters()
    put(lake, documents, files=3)
    flags = {
        "max_words": options.max_words,
        "min_df": options.min_df,
        "stop_words": options.stop_words,
        "norm": options.norm,
    }
    flags |= {name: str(getattr(options, name)).lower() for name in ("sublinear_tf", "smooth_idf")}
    made = build(spark, lake, *(text for key, value in flags.items() for text in (f"--{key}", str(value))))

    got = {(row["term"], row["doc_id"]): row["weight"] for row in rows(lake, "text_postings", made)}
    want = expected(documents, options)
    assert got.keys() == want.keys()
    assert max(abs(got[key] - want[key]) for key in want) < 1e-12
    assert IndexOptions.from_json(made.options) == options
