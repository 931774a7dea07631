"""ETL: rows per second of the orders job against the same work done otherwise, on the same machine and input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import document, machine
from benchmarks.etl_worker import CANDIDATES
from benchmarks.orders_data import HOME, raw_orders
from benchmarks.spark_lake import CORES

# Where the curated rows and the quarantine of a candidate are, if not in `curated` and `quarantine`.
PLACES = {"the lake's job": ("curated-zone/orders", "failures/quarantine")}
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Result:
    """One of several runs; `answer` is a fingerprint of the curated rows, and how many were quarantined."""

    name: str
    session_seconds: float
    work_seconds: float
    cpu_seconds: float
    answer: tuple[object, ...]
    curated_bytes: int


def run(rows: int, repeats: int) -> str:
    """Measure all candidates in turn, `repeats` times, and return the report.

    Raises
    ------
    RuntimeError
        If the candidates do not come to the same curated rows: then their times cannot be compared.
    """
    raw, where = raw_orders(rows), machine.describe()
    runs = [[_measure(name, raw) for name in CANDIDATES] for _ in range(repeats)]
    results = [min(column, key=lambda result: result.cpu_seconds) for column in zip(*runs, strict=True)]
    if len({result.answer for result in results}) != 1:
        raise RuntimeError(f"curated rows must be the same; got {[(r.name, r.answer) for r in results]}")
    return _report(results, rows, repeats, where)


def worker_environment() -> dict[str, str]:
    """Return the environment of a process that runs `benchmarks.etl_worker`."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "common" / "python")]),
        "POLARS_MAX_THREADS": str(CORES),
    }


def _measure(name: str, raw: Path) -> Result:
    out = (HOME / "etl").resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.etl_worker", name, str(raw), str(out)]
    done = subprocess.run(command, env=worker_environment(), stdout=subprocess.PIPE, check=True, text=True)
    measured = json.loads(done.stdout.splitlines()[-1])
    curated, quarantine = (out / place for place in PLACES.get(name, ("curated", "quarantine")))
    result = Result(name, **measured, answer=_answer(curated, quarantine), curated_bytes=_size(curated))
    shutil.rmtree(out)
    print(f"  {name}: {result.work_seconds:.1f} s, {result.cpu_seconds:.1f} CPU-s", flush=True)
    return result


def _answer(curated: Path, quarantine: Path) -> tuple[object, ...]:
    answer = f"""select count(*), sum(amount)::decimal(20,2),
        sum(hash(order_id, customer_id, order_date, quantity, amount, order_month)::hugeint),
        (select count(*) from read_parquet('{quarantine}/**/*.parquet'))
        from read_parquet('{curated}/*/*.parquet', hive_partitioning = true, hive_types_autocast = false)"""
    with duckdb.connect() as connection:
        return tuple(connection.execute(answer).fetchall()[0])


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))


def _report(results: list[Result], rows: int, repeats: int, where: str) -> str:
    ours = results[0]
    lines = [
        [
            result.name,
            f"{result.session_seconds:.1f}",
            f"{result.work_seconds:.1f}",
            f"{rows / result.work_seconds:,.0f}",
            f"{result.cpu_seconds:.1f}",
            f"{result.work_seconds / ours.work_seconds:.2f}",
            f"{result.cpu_seconds / ours.cpu_seconds:.2f}",
            f"{result.curated_bytes / 1e6:.1f}",
        ]
        for result in results
    ]
    headings = ["", "start, s", "work, s", "rows/s", "CPU, s", "work, ours = 1", "CPU, ours = 1", "curated, MB"]
    return (
        f"{where} {rows:,} good orders in 8 CSV files plus 0.2 % bad and double ones; {CORES} threads each; "
        f"of {repeats} run{'s' if repeats > 1 else ''} of each, in turn, the one with the least processor time. "
        "All came to the same curated rows.\n\n" + document.table(headings, lines)
    )
