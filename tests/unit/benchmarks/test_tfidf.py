from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import tfidf, tfidf_data, tfidf_single
from benchmarks.process_tree import Watch

TEXTS = {
    "d1": "New York new york, new",
    "d2": "york in new jersey",
    "d3": "new york in spring",
    "d4": "...",
    "d5": "in",
}


@pytest.mark.parametrize("engine", ["duckdb", "polars", "sklearn"])
def test_the_rivals_do_the_same_work(tmp_path: Path, engine: str) -> None:
    pq.write_table(pa.table({"doc_id": list(TEXTS), "body": list(TEXTS.values())}), tmp_path / "0.parquet")
    (tmp_path / engine).mkdir()
    getattr(tfidf_single, engine)(f"{tmp_path}/0.parquet", str(tmp_path / engine), 1)
    rows = pq.read_table(tmp_path / engine / "top.parquet").to_pylist()
    got = sorted((row["doc_id"], row["term"], row["tf"], row["df"], round(row["weight"], 9)) for row in rows)
    assert [row[:4] for row in got if row[0] == "d2"] == [
        ("d2", "in", 1, 3),
        ("d2", "new", 1, 3),
        ("d2", "york", 1, 3),
        ("d2", "york in", 1, 2),
    ]
    assert {(name, term): weight for name, term, _, _, weight in got} == expected()


def expected() -> dict[tuple[str, str], float]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 3), min_df=2)
    matrix = vectorizer.fit_transform(TEXTS.values())
    terms, names = vectorizer.get_feature_names_out(), list(TEXTS)
    cells = zip(*matrix.nonzero(), strict=True)
    return {(names[row], terms[column]): round(float(matrix[row, column]), 9) for row, column in cells}


def test_a_copy_has_other_names_some_other_words_and_some_new_ones_and_is_always_the_same() -> None:
    originals = [(f"d{number}", " ".join(f"word{n}" for n in range(200))) for number in range(20)]
    copy = list(tfidf_data.perturbed(originals, 1))
    assert copy == list(tfidf_data.perturbed(originals, 1)) != list(tfidf_data.perturbed(originals, 2))
    assert not {name for name, _ in copy} & {name for name, _ in originals}
    pairs = [
        (a, b)
        for (_, one), (_, two) in zip(originals, copy, strict=True)
        for a, b in zip(one.split(), two.split(), strict=True)
    ]
    changed = [b for a, b in pairs if a != b]
    known = set(originals[0][1].split())
    assert 0.5 < len(changed) / len(pairs) / tfidf_data.REPLACED < 1.5
    assert 0 < sum(word not in known for word in changed) < len(changed) / 3


def test_what_processes_of_processes_use_counts() -> None:
    busy = "x = bytearray(80_000_000)\nfor _ in range(6_000_000): pass\ninput()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    with subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE) as process:
        watch = Watch(process.pid)
        watch.start()
        while watch.usage().peak_bytes < 80_000_000 or watch.usage().cpu_seconds < 0.05:
            assert process.poll() is None, json.dumps(vars(watch.usage()))
        process.communicate(b"\n")
        watch.stop()


def result(name: str, seconds: float) -> tfidf.Result:
    return tfidf.Result(name, 1.0, seconds, 2 * seconds, 1 << 30, (5, 1.5))


def test_the_report_tells_what_another_megabyte_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tfidf_data, "folder_of", lambda copies, every: Path(str(copies)))
    monkeypatch.setattr(tfidf_data, "size_mb", lambda root: 50.0 * int(str(root)))
    monkeypatch.setattr(tfidf, "largest_difference", lambda root: 2e-16)
    monkeypatch.setattr(tfidf, "_measure", lambda name, root: result(name, 10.0 + int(str(root)) * len(name)))
    report = tfidf.run([1, 10])
    assert "| DuckDB | 0.120 | 0.240 |" in report
    assert "50 MB (the corpus), 5 top terms" in report
    assert "500 MB (10 copies with other words)" in report
    assert "largest difference 2.0e-16" in report


def test_fails_if_candidates_come_to_different_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(range(100))
    monkeypatch.setattr(tfidf_data, "folder_of", lambda copies, every: Path(str(copies)))
    monkeypatch.setattr(tfidf_data, "size_mb", lambda root: 50.0)
    monkeypatch.setattr(tfidf, "_measure", lambda name, root: tfidf.Result(name, 1, 1, 1, 1, (next(answers),)))
    with pytest.raises(RuntimeError, match="top terms must be the same; got"):
        tfidf.run([1])
