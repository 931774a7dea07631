"""TF-IDF: the lake's step against the same work done otherwise, on the same machine and documents."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks import document, machine, tfidf_data
from benchmarks.etl import worker_environment
from benchmarks.process_tree import Usage, Watch
from benchmarks.spark_lake import CORES
from benchmarks.tfidf_worker import CANDIDATES, FULL

OURS = next(iter(CANDIDATES))
# The others hold all pairs and triples of a corpus in memory, of which a larger one has more than this machine.
LARGE = (OURS, "DuckDB", FULL)
SAMPLE = 1000
Answer = tuple[object, ...]


@dataclass(frozen=True)
class Result:
    """One run; `answer` is a fingerprint of the top terms."""

    name: str
    start_seconds: float
    work_seconds: float
    cpu_seconds: float
    peak_bytes: int
    answer: Answer


def run(sizes: Sequence[int], every: int = 1) -> str:
    """Measure all candidates on corpora of so many copies of every n-th document, and return the report.

    Raises
    ------
    RuntimeError
        If candidates do not come to the same top terms, or the step not to the weights of scikit-learn.
    """
    where, parts, largest = machine.describe(), [], 0.0
    results: dict[int, list[Result]] = {}
    megabytes = {}
    for copies in sizes:
        root = tfidf_data.folder_of(copies, every)
        megabytes[copies] = tfidf_data.size_mb(root)
        results[copies] = [_measure(name, root) for name in (CANDIDATES if copies == 1 else LARGE)]
        _compare(results[copies])
        parts.append(_table(results[copies], copies, megabytes[copies]))
        if copies == 1:
            largest = largest_difference(root)
    if len(sizes) > 1:
        parts.append(_growth(results, megabytes))
    if 1 in sizes:
        parts.append(
            f"Weights of every term of {SAMPLE:,} documents, drawn at random, against scikit-learn's TfidfVectorizer: "
            f"largest difference {largest:.1e}."
        )
    return f"{where} {CORES} threads each, one run of each. All came to the same top terms.\n\n" + "\n\n".join(parts)


def _measure(name: str, root: Path) -> Result:
    out = _out()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.tfidf_worker", name, str(root), str(out)]
    started = time.perf_counter()
    with subprocess.Popen(command, env=worker_environment(), stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        watch.start()
        moments: dict[str, tuple[float, Usage]] = {}
        for line in process.stdout or ():
            moments[line.strip()] = (time.perf_counter(), watch.usage())
        watch.stop()
    if process.returncode or "done" not in moments:
        raise RuntimeError(f"{name} must end well; it ended with {process.returncode}")
    (ready, before), (done, after) = moments["ready"], moments["done"]
    result = Result(
        name=name,
        start_seconds=ready - started,
        work_seconds=done - ready,
        cpu_seconds=after.cpu_seconds - before.cpu_seconds,
        peak_bytes=after.peak_bytes,
        answer=_answer(out),
    )
    print(f"  {name}: {result.work_seconds:.1f} s, {result.cpu_seconds:.1f} CPU-s", flush=True)
    return result


def _out() -> Path:
    return (tfidf_data.HOME / "tfidf").resolve()


def _answer(out: Path) -> Answer:
    folder = out / "analytics" / "text_top_terms" if (out / "analytics").exists() else out / "top"
    with duckdb.connect() as connection:
        return tuple(
            connection.execute(
                f"""select count(*), round(sum(weight), 6), sum(df)::bigint, sum(tf)::bigint,
                sum(hash(doc_id, rank::int, term)::hugeint)
                from read_parquet('{folder}/**/*.parquet', hive_partitioning = false)"""
            ).fetchall()[0]
        )


def _compare(results: Sequence[Result]) -> None:
    if len({result.answer for result in results}) != 1:
        raise RuntimeError(f"top terms must be the same; got {[(each.name, each.answer) for each in results]}")


def largest_difference(root: Path) -> float:
    """Compare what the step wrote, which ran last, with scikit-learn, for all terms of a sample of documents."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    tables = [pq.read_table(file, columns=["doc_id", "body"]) for file in sorted(root.rglob("*.parquet"))]
    names = [name for table in tables for name in table["doc_id"].to_pylist()]
    vectorizer = TfidfVectorizer(ngram_range=(1, 3), min_df=2)
    matrix = vectorizer.fit_transform(text for table in tables for text in table["body"].to_pylist())
    terms = vectorizer.get_feature_names_out()
    chosen = random.Random(1).sample(range(len(names)), min(SAMPLE, len(names)))
    with duckdb.connect() as connection:
        connection.execute("create table chosen (doc_id varchar)")
        connection.executemany("insert into chosen values (?)", [[names[row]] for row in chosen])
        found = connection.execute(
            f"""select doc_id, term, weight from read_parquet('{_out()}/analytics/text_postings/**/*.parquet')
            join chosen using (doc_id)"""
        ).fetchall()
    got = {(name, term): weight for name, term, weight in found}
    want = {
        (names[row], terms[column]): value
        for row in chosen
        for column, value in zip(matrix[row].indices, matrix[row].data, strict=True)
    }
    if got.keys() != want.keys():
        raise RuntimeError(f"the sample must have the same {len(want)} terms in its documents; got {len(got)}")
    return float(max(abs(got[key] - want[key]) for key in want))


def _table(results: Sequence[Result], copies: int, megabytes: float) -> str:
    ours = results[0]
    lines = [
        [
            each.name,
            f"{each.start_seconds:.1f}",
            f"{each.work_seconds:.1f}",
            f"{each.cpu_seconds:.1f}",
            f"{each.peak_bytes / 2**30:.1f}",
            f"{each.work_seconds / ours.work_seconds:.2f}",
            f"{each.cpu_seconds / ours.cpu_seconds:.2f}",
        ]
        for each in results
    ]
    headings = ["", "start, s", "work, s", "CPU, s", "peak, GiB", "work, ours = 1", "CPU, ours = 1"]
    what = "the corpus" if copies == 1 else f"{copies} copies with other words"
    return f"{megabytes:,.0f} MB ({what}), {ours.answer[0]:,} top terms:\n\n" + document.table(headings, lines)


def _growth(results: dict[int, list[Result]], megabytes: dict[int, float]) -> str:
    """Say what another megabyte costs, from the smallest and the largest corpus."""
    small, large = min(results), max(results)
    before = {each.name: each for each in results[small]}
    more = megabytes[large] - megabytes[small]
    lines = []
    for each in results[large]:
        seconds = (each.work_seconds - before[each.name].work_seconds) / more
        cpu = (each.cpu_seconds - before[each.name].cpu_seconds) / more
        lines.append([each.name, f"{seconds:.3f}", f"{cpu:.3f}"])
    headings = ["from the smallest to the largest", "s for another MB", "CPU-s for another MB"]
    return document.table(headings, lines)
