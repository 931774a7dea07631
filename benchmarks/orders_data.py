"""The input of the benchmarks: generated orders, kept between runs."""

from __future__ import annotations

from pathlib import Path

from datasets import orders

HOME = Path(".lake/benchmarks")
DIRT = 0.002


def raw_orders(rows: int, home: Path = HOME) -> Path:
    """Return the folder with the CSV files, generated if they are not there yet: `ingest_date=.../orders-<n>.csv`."""
    folder = home.resolve() / f"orders-{rows}"
    done = folder / "done"
    if not done.exists():
        orders.write(orders.Request(rows=rows, seed=1, files=8, dirt=DIRT), folder)
        done.touch()
    return folder / "orders"
