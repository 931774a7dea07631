"""A search on the laptop's engine: how much of the index three words read, and how long that takes."""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import document, machine, tfidf_data
from benchmarks.etl import worker_environment
from benchmarks.laptop_athena import LaptopAthena, over
from benchmarks.tfidf_worker import FULL
from search.client import Index, builds

HOME = tfidf_data.HOME / "search"
SEARCHES = 200
CHOSEN = ("national security budget", "memory allocation failure", "free money guaranteed", '"state of the union"')


@dataclass(frozen=True)
class Cost:
    """One search: bytes of the index, bytes with the titles of ten documents, milliseconds until the answer."""

    text: str
    index_bytes: int
    all_bytes: int
    milliseconds: float
    hits: int


def run(copies: int = 1, every: int = 1) -> str:
    """Index a corpus, search it, and return the report."""
    where, root = machine.describe(), tfidf_data.folder_of(copies, every)
    analytics = _indexed(root)
    size = sum(file.stat().st_size for file in analytics.rglob("*.parquet"))
    cache = HOME.resolve() / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    with over(root, analytics, cache) as engine:
        index = Index(engine, builds(engine)[0].collection)
        drawn = [_search(index, text) for text in questions(engine, index)]
        chosen = [_search(index, text) for text in CHOSEN]
    return report(drawn, chosen, size, where)


def questions(engine: LaptopAthena, index: Index, count: int = SEARCHES) -> list[str]:
    """Draw searches for three words: of the words of the index, each with the chance of its document frequency.

    People ask for common words more often than for rare ones, and common words cost most.
    """
    where = f"collection = '{index.build.collection}' and build = '{index.build.name}'"
    rows = engine.query(f"select term, df from text_terms where {where} and n = 1 order by term").rows
    words, weights = [str(row["term"]) for row in rows], [int(row["df"] or 0) for row in rows]
    choose = random.Random(1)
    return [" ".join(choose.choices(words, weights, k=3)) for _ in range(count)]


def report(drawn: Sequence[Cost], chosen: Sequence[Cost], index_bytes: int, where: str) -> str:
    """Return two paragraphs and a table."""
    shares = sorted(cost.index_bytes / index_bytes for cost in drawn)
    times = sorted(cost.milliseconds for cost in drawn)
    return (
        f"{where} An index of {index_bytes / 1e6:.1f} MB.\n\n"
        f"{len(drawn)} searches for three words that were drawn at random, common ones more often, read "
        f"{statistics.median(shares):.2%} of the index at the median, {_at(shares, 0.95):.2%} at the 95th percentile "
        f"and {shares[-1]:.2%} at most; the answers, titles included, took {statistics.median(times):.0f} ms, "
        f"{_at(times, 0.95):.0f} ms and {times[-1]:.0f} ms.\n\n"
        + document.table(
            ["search", "hits", "KB of the index", "share", "KB with titles", "ms"],
            [_row(cost, index_bytes) for cost in chosen],
        )
    )


def _search(index: Index, text: str) -> Cost:
    """Search twice, and time the second: objects are on this machine by then, as on one that has been asked before."""
    index.search(text)
    start = time.perf_counter()
    result = index.search(text)
    milliseconds = (time.perf_counter() - start) * 1000
    return Cost(text, result.index_bytes, result.scanned_bytes, milliseconds, len(result.hits))


def _indexed(root: Path) -> Path:
    """Run the index step over a corpus in a process of its own, and return the folder of its tables."""
    out = HOME.resolve() / root.name
    if not (out / "analytics" / "text_builds").exists():
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        command = [sys.executable, "-m", "benchmarks.tfidf_worker", FULL, str(root), str(out)]
        subprocess.run(command, env=worker_environment(), check=True, stdout=subprocess.DEVNULL)
    return out / "analytics"


def _row(cost: Cost, index_bytes: int) -> list[str]:
    share = f"{cost.index_bytes / index_bytes:.2%}"
    read = (f"{cost.index_bytes / 1e3:,.0f}", share, f"{cost.all_bytes / 1e3:,.0f}", f"{cost.milliseconds:.0f}")
    return [cost.text, str(cost.hits), *read]


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]
