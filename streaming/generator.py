"""Draw events as a Poisson process: reproducible by seed, any rate, without end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from streaming.events import Event

# A visitor's next step, in the proportions of the shop's clickstream.
STEPS = {
    "home": 2762,
    "catalog": 6521,
    "product_view": 6851,
    "search": 4011,
    "add_to_cart": 1346,
    "cart": 1204,
    "purchase": 470,
}
WITH_PRODUCT = frozenset({"product_view", "add_to_cart", "purchase"})
PRODUCTS = 500


def poisson(*, seed: int, rate: float, start: datetime, users: int = 1_000) -> Iterator[Event]:
    """Draw events for ever.

    Parameters
    ----------
    seed
        The same seed gives the same events, byte for byte.
    rate
        Mean number of events per second of event time.
    start
        Time at which the process begins.
    users
        How many users share the events, equally likely; they are the partition keys.

    Raises
    ------
    ValueError
        If the rate or the number of users is not positive.
    """
    if rate <= 0 or users < 1:
        raise ValueError(f"rate and users must be positive; got {rate} and {users}")
    return _draw(random.Random(seed), seed, rate, start, users)  # noqa: S311 - load, not secrets


def _draw(rng: random.Random, seed: int, rate: float, start: datetime, users: int) -> Iterator[Event]:
    names, weights = tuple(STEPS), tuple(STEPS.values())
    seconds, number = 0.0, 0
    while True:
        number += 1
        seconds += rng.expovariate(rate)
        (name,) = rng.choices(names, weights)
        # A few products are in demand and most are not: Pareto with the exponent of the 80/20 rule.
        product = f"p{min(int(rng.paretovariate(1.16)), PRODUCTS):03d}" if name in WITH_PRODUCT else None
        yield Event(
            event_id=f"generated-{seed}-{number:09d}",
            user_id=f"user_{rng.randrange(users):06d}",
            event=name,
            page=f"/{name}",
            product=product,
            event_time=start + timedelta(seconds=seconds),
            source="generator",
        )
