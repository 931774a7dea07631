"""The index of a collection says what scikit-learn says."""

from __future__ import annotations

from collections import Counter, defaultdict

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from contracts.loader import load
from emr_steps.index import publish, step, tasks
from emr_steps.index.build import answered_chunks
from emr_steps.index.options import IndexOptions
from emr_steps.index.placement import places
from emr_steps.index.publish import Build
from emr_steps.index.terms import bucket
from tests.data.conftest import Lake
from tests.data.indexing import arguments, build, current, expected, letters, put, rows, weights

pytestmark = pytest.mark.spark


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

    got = weights(lake, made)
    want = expected(documents, options)
    assert got.keys() == want.keys()
    assert max(abs(got[key] - want[key]) for key in want) < 1e-12
    assert IndexOptions.from_json(made.options) == options
    assert current(lake) == made
    _agree(lake, made, want)


def _agree(lake: Lake, made: Build, want: dict[tuple[str, str], float]) -> None:
    """Check the other tables, and the columns of all, against the postings."""
    listed, best = rows(lake, "text_terms", made), rows(lake, "text_top_terms", made)
    documents = Counter(term for term, _ in want)
    assert {row["term"]: row["df"] for row in listed} == documents
    assert (made.terms, made.postings) == (len(documents), len(want))
    assert all(row["n"] == row["term"].count(" ") + 1 for row in listed)
    by_document: defaultdict[str, list[float]] = defaultdict(list)
    for (_, name), weight in want.items():
        by_document[name].append(weight)
    for name, weights_of in by_document.items():
        found = sorted((row for row in best if row["doc_id"] == name), key=lambda row: int(row["rank"]))
        assert [row["rank"] for row in found] == list(range(1, min(len(weights_of), 20) + 1))
        assert [row["weight"] for row in found] == pytest.approx(sorted(weights_of, reverse=True)[:20], abs=1e-12)
        assert all(want[row["term"], name] == pytest.approx(row["weight"], abs=1e-12) for row in found)
    for table in publish.TABLES:
        (row, *_) = rows(lake, table, made)
        assert list(row) == [column.name for column in load(table).data_columns]
    for file in (lake.folder("analytics") / "text_postings").rglob("*.parquet"):
        number = int(file.parent.name.removeprefix("bucket="))
        assert {bucket(term, made.buckets) for term in pq.read_table(file, partitioning=None)["term"].to_pylist()} == {
            number
        }


def test_top_terms_alone_are_those_of_the_index(spark: SparkSession, lake: Lake) -> None:
    documents = letters()
    put(lake, documents, files=3)
    made = build(spark, lake)
    stored = spark.read.schema("doc_id string, body string").parquet(
        str(lake.folder("curated") / "documents" / "collection=letters")
    )
    chunks = answered_chunks(stored, IndexOptions(), parts=2)
    alone = chunks.mapInArrow(tasks.only_top_rows(IndexOptions(), 0, len(documents), 20), tasks.TOP_TERMS)
    found = sorted((row.asDict() for row in alone.collect()), key=lambda row: (row["doc_id"], row["rank"]))
    assert found == sorted(rows(lake, "text_top_terms", made), key=lambda row: (row["doc_id"], row["rank"]))


@pytest.mark.parametrize("partitions", [1, 7, 64])
def test_a_place_leads_to_its_partition(spark: SparkSession, partitions: int) -> None:
    values = ", ".join(f"({value})" for value in places(partitions))
    rows = spark.sql(f"select pmod(hash(cast(col1 as int)), {partitions}) as place from values {values}").collect()
    assert [row.place for row in rows] == list(range(partitions))


def test_fails_if_the_collection_has_no_documents(spark: SparkSession, lake: Lake) -> None:
    with pytest.raises(ValueError, match=r"collection=letters must hold published documents: run the step documents"):
        build(spark, lake)


def test_fails_if_no_term_is_frequent_enough_and_publishes_nothing(spark: SparkSession, lake: Lake) -> None:
    put(lake, {"d1": "one text", "d2": "another one", "d3": ""})
    with pytest.raises(ValueError, match="letters: no term occurs in 3 documents; give a lower --min_df"):
        build(spark, lake, "--min_df", "3")
    assert current(lake) is None


def test_fails_on_arguments_that_it_does_not_know(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong, message in (
        (["--colour", "red"], "unrecognized arguments: --colour red"),
        (["--min_df", "0"], "min_df must be 1 or more; got 0"),
        (["--collection", "a/b"], "must match"),
    ):
        with pytest.raises(SystemExit):
            step.parse(arguments(lake, *wrong))
        assert message in capsys.readouterr().err
