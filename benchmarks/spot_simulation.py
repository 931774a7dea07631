"""What spot interruptions do to a run: a simulation of the task fleet, minute by minute, many times."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.text_capacity import Cluster, Plan, Prices, dollars

RUNS = 500


@dataclass(frozen=True)
class Weather:
    """How often capacity goes. `hourly` is the chance of a unit to be taken back within an hour.

    AWS publishes the share of interrupted instances per month (Spot Instance Advisor: below 5 % to above 20 %). That
    is far below one percent an hour; a bad day is worse than its month, so the rates go far beyond.
    """

    name: str
    hourly: float
    replacement_minutes: float = 5.0
    # Work of a lost unit that must be done again: tasks under way, and the shuffle files and kept blocks on its disk,
    # which decommissioning saves for as long as the two minutes of notice suffice.
    lost_share: float = 0.5


CALM = (
    Weather("none", 0.0),
    Weather("20 % a month", 0.2 / 730),
    Weather("1 % an hour", 0.01),
    Weather("10 % an hour", 0.1),
    Weather("50 % an hour", 0.5),
)


@dataclass(frozen=True)
class Outcome:
    """Of many runs: minutes of work at the median and the 95th percentile, mean dollars, interruptions per run."""

    weather: Weather
    median_minutes: float
    worst_minutes: float
    mean_dollars: float
    interruptions: float


def simulate(
    plan: Plan, cluster: Cluster, prices: Prices, weather: Sequence[Weather] = CALM, runs: int = RUNS
) -> list[Outcome]:
    """Run a plan many times in each weather; the same seed, so the same figures."""
    return [_outcome(plan, cluster, prices, each, runs) for each in weather]


def _outcome(plan: Plan, cluster: Cluster, prices: Prices, weather: Weather, runs: int) -> Outcome:
    draws = [run(plan, cluster, weather, random.Random(number)) for number in range(runs)]
    minutes = sorted(draw.minutes for draw in draws)
    costs = (
        dollars(
            (cluster.start_minutes + draw.minutes) / 60, cluster.core_units, draw.mean_units, prices.spot_share, prices
        )
        for draw in draws
    )
    return Outcome(
        weather=weather,
        median_minutes=statistics.median(minutes),
        worst_minutes=minutes[min(len(minutes) - 1, int(0.95 * len(minutes)))],
        mean_dollars=statistics.fmean(costs),
        interruptions=statistics.fmean(draw.interruptions for draw in draws),
    )


@dataclass(frozen=True)
class Draw:
    """One run: how long the work took, how many task units there were on average, how many were taken back."""

    minutes: float
    mean_units: float
    interruptions: int


def run(plan: Plan, cluster: Cluster, weather: Weather, chance: random.Random, step: float = 1.0) -> Draw:
    """Work off the plan's unit-minutes with the units that there are.

    A unit that is taken back loses a share of what it has done since it came, and another comes after a while. Core
    units are on demand and stay, so the work always ends.
    """
    left = plan.work_minutes * (cluster.core_units + plan.task_units)
    per_step = 1 - (1 - weather.hourly) ** (step / 60)
    since = [0.0] * plan.task_units
    minutes, unit_minutes, taken = 0.0, 0.0, 0
    while left > 0:
        for unit, came in enumerate(since):
            if came <= minutes and chance.random() < per_step:
                taken += 1
                left += weather.lost_share * (minutes - came)
                since[unit] = minutes + weather.replacement_minutes + step
        running = sum(came <= minutes for came in since)
        pace = running + cluster.core_units
        span = min(step, left / pace)
        left -= span * pace
        minutes += span
        unit_minutes += span * running
    return Draw(minutes, unit_minutes / minutes if minutes else 0.0, taken)
