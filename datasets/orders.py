"""Draw any number of orders with the shape of CDNOW's: streaming, reproducible, in files by time of purchase.

Customers are drawn in blocks of constant size, each from its own random stream, so memory does not grow with the number
of rows and the same seed gives the same bytes on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from datasets import dirt
from datasets.shape import DAYS, FREQUENCIES, QUANTITIES, Shape, Table, day_of, load, pairs

BLOCK_CUSTOMERS = 200_000
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to generate.

    Parameters
    ----------
    rows
        Good orders over all files.
    seed
        Same request, same bytes.
    files
        Number of files; each holds the orders of its own span of days.
    dirt
        Rows to add that the lake must put into quarantine (half of them copies), as a share of `rows`.
    """

    rows: int
    seed: int = 0
    files: int = 1
    dirt: float = 0.0

    def __post_init__(self) -> None:
        if self.rows < 1 or not 1 <= self.files <= DAYS or not 0 <= self.dirt <= 1:
            raise ValueError(f"expected rows >= 1, files from 1 to {DAYS} and dirt from 0 to 1; got {self}")


def write(request: Request, folder: Path, shape: Shape | None = None) -> list[Path]:
    """Write the orders as `<folder>/orders/ingest_date=.../orders-<n>.csv`.

    Returns
    -------
    list
        The files, by time of purchase.
    """
    shape = shape or load()
    bounds = _bounds(request, shape)
    paths = [_path(folder, number, end) for number, end in enumerate(bounds)]
    streams = [path.open("wb") for path in paths]
    try:
        for stream in streams:
            stream.write(b"order_id,customer_id,order_date,quantity,amount\n")
        for number, block in enumerate(blocks(request, shape)):
            rng = np.random.default_rng([request.seed, number, 1])
            for part, stream in zip(_split(block, bounds), streams, strict=True):
                _frame(part).write_csv(stream, include_header=False, float_precision=2)
                stream.write(dirt.lines(_frame(part), round(request.dirt * len(part["day"])), rng))
    finally:
        for stream in streams:
            stream.close()
    return paths


def blocks(request: Request, shape: Shape) -> Iterator[dict[str, Integers]]:
    """Draw the orders block by block: columns `number`, `customer`, `day`, `quantity`, `cents`; `rows` in all."""
    left, customers, number = request.rows, 0, 0
    while left:
        rng = np.random.default_rng([request.seed, number, 0])
        block = _draw(rng, shape, min(BLOCK_CUSTOMERS, left))
        size = min(left, len(block["day"]))
        block = {name: values[:size] for name, values in block.items()}
        block["number"] = np.arange(size) + request.rows - left + 1
        block["customer"] += customers + 1
        customers = int(block["customer"][-1])
        left -= size
        number += 1
        yield block


def _draw(rng: np.random.Generator, shape: Shape, customers: int) -> dict[str, Integers]:
    frequency = _sample(rng, shape.orders_per_customer, customers)
    customer = np.repeat(np.arange(customers), frequency)
    quantity = _sample(rng, shape.quantity, len(customer))
    cents = _from_tables(rng, shape.unit_cents, QUANTITIES, quantity) * quantity
    return {"customer": customer, "day": _days(rng, shape, frequency), "quantity": quantity, "cents": cents}


def _days(rng: np.random.Generator, shape: Shape, frequency: Integers) -> Integers:
    """Day of each order: a first purchase, then intervals, squeezed where they would leave the period."""
    first = _sample(rng, shape.first_day, len(frequency))
    per_order = np.repeat(frequency, frequency)
    gaps = _from_tables(rng, shape.gap_days, FREQUENCIES, np.maximum(per_order, FREQUENCIES[0]))
    starts = np.cumsum(frequency) - frequency
    gaps[starts] = 0
    elapsed = np.cumsum(gaps)
    elapsed -= np.repeat(elapsed[starts], frequency)
    total = np.repeat(elapsed[starts + frequency - 1], frequency)
    room = np.repeat(DAYS - 1 - first, frequency)
    squeezed = elapsed * np.minimum(1.0, room / np.maximum(total, 1))
    days: Integers = np.repeat(first, frequency) + squeezed.astype(np.int64)
    return days


def _sample(rng: np.random.Generator, counts: tuple[Table, ...], size: int) -> Integers:
    table = pairs(counts)
    cumulated = np.cumsum(table["count"])
    drawn: Integers = table["value"][np.searchsorted(cumulated, rng.integers(0, cumulated[-1], size), side="right")]
    return drawn


def _from_tables(
    rng: np.random.Generator, tables: tuple[Table, ...], bounds: tuple[int, ...], classes: Integers
) -> Integers:
    values = np.array(tables, dtype=np.int64)
    of = np.searchsorted(bounds, classes, side="right") - 1
    drawn: Integers = values[of, rng.integers(0, values.shape[1], len(classes))]
    return drawn


def _bounds(request: Request, shape: Shape) -> list[int]:
    """Last day of each file, so that files are about equally large; the same for all blocks."""
    sample = _draw(np.random.default_rng([request.seed]), shape, 20_000)["day"]
    inner = np.quantile(sample, np.arange(1, request.files) / request.files).astype(np.int64)
    # With many files, quantiles of busy days coincide; each file still needs a day of its own.
    spread = np.maximum.accumulate(inner - np.arange(len(inner))) + np.arange(len(inner))
    latest = DAYS - 1 - np.arange(len(inner), 0, -1)
    return [*np.minimum(spread, latest).tolist(), DAYS - 1]


def _split(block: dict[str, Integers], bounds: list[int]) -> Iterator[dict[str, Integers]]:
    of = np.searchsorted(bounds, block["day"])
    for index in range(len(bounds)):
        chosen = of == index
        yield {name: values[chosen] for name, values in block.items()}


def _frame(part: dict[str, Integers]) -> pl.DataFrame:
    return pl.DataFrame(part).select(
        order_id=pl.format("gen-{}", pl.col("number").cast(pl.String).str.zfill(10)),
        customer_id=pl.col("customer"),
        order_date=pl.lit(day_of(0)) + pl.duration(days=pl.col("day")),
        quantity=pl.col("quantity"),
        amount=pl.col("cents") / 100,
    )


def _path(folder: Path, number: int, last_day: int) -> Path:
    path = folder / "orders" / f"ingest_date={day_of(last_day + 1)}" / f"orders-{number:04d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
