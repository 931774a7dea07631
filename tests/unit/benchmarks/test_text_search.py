"""What a search reads, on the laptop's engine, of an index with the layout that the step writes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.laptop_athena import LaptopAthena, over
from benchmarks.text_search import Cost, questions, report
from emr_steps.index.options import IndexOptions
from emr_steps.index.terms import bucket, joined
from search.client import Index

BUCKETS, DOCUMENTS, ROWS_PER_GROUP = 16, 400, 500
VOCABULARY = [f"w{number:04}" for number in range(3000)]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index of random texts: terms with document frequency, and postings in sorted files with small row groups."""
    root, choose = tmp_path_factory.mktemp("lake"), random.Random(1)
    rows: dict[int, list[dict[str, Any]]] = {number: [] for number in range(BUCKETS)}
    weights = [1 / (rank + 1) for rank in range(len(VOCABULARY))]
    found: dict[str, set[int]] = {}
    for document in range(DOCUMENTS):
        for term in joined(choose.choices(VOCABULARY, weights, k=80), 3):
            found.setdefault(term, set()).add(document)
    for term, documents in found.items():
        for document in documents:
            posting = {"term": term, "doc_id": f"{document:016x}", "weight": choose.random(), "idf": 1.5}
            rows[bucket(term, BUCKETS)].append(posting | {"df": len(documents), "tf": 1})
    for number, held in rows.items():
        file = root / f"analytics/text_postings/collection=c/build=b/bucket={number}/part.parquet"
        file.parent.mkdir(parents=True)
        held.sort(key=lambda row: (row["term"], row["doc_id"]))
        pq.write_table(pa.Table.from_pylist(held), file, row_group_size=ROWS_PER_GROUP, compression="zstd")
    terms = [{"term": term, "n": term.count(" ") + 1, "df": len(each), "idf": 1.5} for term, each in found.items()]
    build = {"collection": "c", "build": "b", "buckets": BUCKETS, "documents": DOCUMENTS}
    build |= {"options": IndexOptions().to_json()}
    for name, table in (("text_terms/collection=c/build=b/bucket=0/part", terms), ("text_builds/c", [build])):
        (root / f"analytics/{name}.parquet").parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(table), root / f"analytics/{name}.parquet")
    titles = [{"doc_id": f"{n:016x}", "title": f"T{n}", "path": f"{n}.txt", "label": None} for n in range(DOCUMENTS)]
    (root / "curated/documents/collection=c").mkdir(parents=True)
    pq.write_table(
        pa.Table.from_pylist(titles), root / "curated/documents/collection=c/part.parquet", row_group_size=50
    )
    return root


@pytest.fixture
def engine(lake: Path, tmp_path: Path) -> Iterator[LaptopAthena]:
    with over(lake / "curated", lake / "analytics", tmp_path) as made:
        yield made


def test_three_words_read_the_row_groups_that_may_hold_their_terms_and_nothing_else(
    lake: Path, engine: LaptopAthena
) -> None:
    result = Index(engine, "c").search("w0001 w1234 w2345")
    terms = joined(["w0001", "w1234", "w2345"], 3)
    folder = lake / "analytics/text_postings/collection=c/build=b"
    expected = 0
    for number in {bucket(term, BUCKETS) for term in terms}:
        metadata = pq.read_metadata(folder / f"bucket={number}" / "part.parquet")
        used = [i for i in range(metadata.num_columns) if metadata.schema.column(i).path != "tf"]
        place = metadata.schema.names.index("term")
        expected += metadata.serialized_size + 8
        for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
            # A row group may hold a term of another bucket, as far as its bounds say.
            low, high = group.column(place).statistics.min, group.column(place).statistics.max
            if any(low <= term <= high for term in terms):
                expected += sum(group.column(i).total_compressed_size for i in used)
    size = sum(file.stat().st_size for file in folder.rglob("*.parquet"))
    assert result.hits
    assert result.index_bytes == expected
    assert expected < 0.2 * size
    assert result.hits[0].title == f"T{int(result.hits[0].doc_id, 16)}"
    assert (
        result.scanned_bytes - result.index_bytes
        < (lake / "curated/documents/collection=c/part.parquet").stat().st_size
    )


def test_searches_are_drawn_from_the_words_of_the_index_and_are_the_same_each_time(engine: LaptopAthena) -> None:
    index = Index(engine, "c")
    drawn = questions(engine, index, 50)
    assert drawn == questions(engine, index, 50)
    words = [word for text in drawn for word in text.split()]
    assert len(words) == 150
    assert set(words) <= set(VOCABULARY)
    assert sum(word < "w0100" for word in words) > sum(word >= "w2900" for word in words)


def test_the_report_says_what_searches_read_and_how_long_they_took() -> None:
    drawn = [Cost("a b c", 1000 * number, 2000, float(number), 10) for number in range(1, 100)]
    text = report(drawn, [Cost("x", 5000, 7000, 12.4, 3)], 10_000_000, "Here.")
    assert "read 0.50% of the index at the median, 0.95% at the 95th percentile and 0.99% at most" in text
    assert "took 50 ms, 95 ms and 99 ms" in text
    assert "| x | 3 | 5 | 0.05% | 7 | 12 |" in text
