"""Bytes scanned: the deployed queries over orders, on the lake's layout, ordinary Parquet and raw CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import document, machine
from benchmarks.layouts import Csv, Parquet, build, read_bytes
from benchmarks.orders_queries import questions
from laptop.emulator.athena.scan import billed_bytes


@dataclass(frozen=True)
class Line:
    """One query: bytes by layout (raw, ordinary, the lake's), and what DuckDB read of the Parquet ones."""

    name: str
    scanned: tuple[int, ...]
    read: tuple[int, ...]


def run(rows: int) -> str:
    """Write the layouts, measure every query on each, and return the report."""
    where = machine.describe()
    return report(measure(build(rows)), rows, where)


def measure(layouts: tuple[Csv, Parquet, Parquet]) -> list[Line]:
    return [
        Line(
            question.name,
            tuple(layout.scanned(question) for layout in layouts),
            tuple(read_bytes(layout, question) for layout in layouts[1:]),
        )
        for question in questions()
    ]


def report(lines: Sequence[Line], rows: int, where: str) -> str:
    """Return two sentences and a table, with the sums over all queries."""
    total = Line("all", *(tuple(map(sum, zip(*part, strict=True))) for part in _parts(lines)))
    csv, ordinary, ours = total.scanned
    billed = [sum(billed_bytes(line.scanned[place]) for line in lines) for place in range(3)]
    headings = ["query", "raw CSV", "ordinary Parquet", "the lake", "CSV / lake", "Parquet / lake"]
    headings += ["DuckDB read, ordinary", "DuckDB read, lake"]
    return (
        f"{where} {rows:,} orders. Megabytes (10^6 bytes) that Athena bills, from the files' metadata.\n\n"
        f"Over the set the lake scans {1 - ours / csv:.2%} less than raw CSV and {ordinary / ours:.1f} times less than "
        f"ordinary Parquet. With Athena's minimum of 10 MB a query: {_mb(billed[2])} MB instead of {_mb(billed[0])} MB "
        f"(CSV) and {_mb(billed[1])} MB (ordinary Parquet).\n\n"
        + document.table(headings, [_row(line) for line in (*lines, total)])
    )


def _parts(lines: Sequence[Line]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    return [line.scanned for line in lines], [line.read for line in lines]


def _row(line: Line) -> list[str]:
    csv, ordinary, ours = line.scanned
    return [line.name, *map(_mb, line.scanned), f"{csv / ours:,.0f}", f"{ordinary / ours:.1f}", *map(_mb, line.read)]


def _mb(size: int) -> str:
    return f"{size / 1e6:,.2f}"
