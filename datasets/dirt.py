"""Rows that a lake must not lose and must not believe: copies of good rows, and rows broken in one way each."""

from __future__ import annotations

import numpy as np
import polars as pl

BROKEN = (
    "{id},{customer},1998-02-30,1,11.77",
    "{id},{customer},soon,1,11.77",
    "{id},{customer},{day},one,11.77",
    "{id},{customer},{day},-1,11.77",
    "{id},{customer},{day},1,-11.77",
    "{id},{customer},{day},1,",
    "{id},,{day},1,11.77",
    ",{customer},{day},1,11.77",
    "{id},{customer},{day},1,11.77,gift",
    "{id},{customer},{day}",
)


def lines(orders: pl.DataFrame, count: int, rng: np.random.Generator) -> bytes:
    """Make `count` lines of CSV from good orders: every second one a copy, the others broken."""
    if not count:
        return b""
    rows = orders[rng.integers(0, len(orders), count)]
    made = []
    for index, (order_id, customer, day, quantity, amount) in enumerate(rows.iter_rows()):
        if index % 2 == 0:
            made.append(f"{order_id},{customer},{day},{quantity},{amount:.2f}")
        else:
            broken = BROKEN[int(rng.integers(0, len(BROKEN)))]
            made.append(broken.format(id=f"bad-{order_id}", customer=customer, day=day))
    return ("\n".join(made) + "\n").encode()
