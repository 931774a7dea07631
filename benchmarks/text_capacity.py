"""How long the text pipeline takes for a corpus of any size, and what it costs, with and without spot interruptions.

A model of few numbers: what was measured on one machine (`text_measured.json`), what a cluster adds (`Cluster`), and
list prices (`PRICES`). `python -m benchmarks capacity` writes docs/text-capacity.md from it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path(__file__).with_name("text_measured.json")
GB = 1000.0
"""Megabytes."""


@dataclass(frozen=True)
class Point:
    """One run of the step `index` on one machine, all tables; sizes in megabytes (10^6 bytes)."""

    text_mb: float
    cpu_seconds: float
    shuffle_mb: float
    index_mb: float
    peak_mb: float


@dataclass(frozen=True)
class Measured:
    """All runs, smallest first, and what the step `documents` needed for a megabyte of text."""

    where: str
    points: tuple[Point, ...]
    documents_seconds_per_mb: float


@dataclass(frozen=True)
class Law:
    """What the steps need of one machine's processors: a fixed part, and one that grows with the text."""

    fixed_seconds: float
    seconds_per_mb: float
    documents_seconds_per_mb: float
    shuffle_share: float
    index_share: float

    def index_seconds(self, text_mb: float) -> float:
        """Processor seconds of the step `index`."""
        return self.fixed_seconds + self.seconds_per_mb * text_mb

    def cpu_seconds(self, text_mb: float) -> float:
        """Processor seconds of both steps."""
        return self.index_seconds(text_mb) + self.documents_seconds_per_mb * text_mb


@dataclass(frozen=True)
class Cluster:
    """What the deployed cluster adds to the work; the comments say where a number is from.

    `efficiency` is the share of its cores' time that a cluster spends on the work: the rest goes to waiting for the
    last tasks, to S3 and to shuffles over the network. It is an assumption, on the careful side.
    """

    # r7g.xlarge: four vCPUs, of which one is left to YARN and the system.
    cores_per_unit: int = 3
    # A core of the cluster against one of the machine that was measured: not measured, so taken as equal.
    core_speed: float = 1.0
    efficiency: float = 0.6
    start_minutes: float = 8.0
    core_units: int = 2
    most_task_units: int = 60
    target_minutes: float = 30.0


@dataclass(frozen=True)
class Prices:
    """Dollars an hour of one xlarge unit, us-east-1, Linux; EMR's own charge comes on top of EC2's, spot or not."""

    primary: float = 0.1632 + 0.0408
    worker_on_demand: float = 0.2142
    worker_emr: float = 0.0536
    # Spot moves; AWS names up to 90 % below on demand, and 60 % is what can be planned with.
    spot_share: float = 0.4
    # 128 GiB of gp3 a node, at 0.08 a GB-month.
    disk: float = 128 * 0.08 / 730


@dataclass(frozen=True)
class Plan:
    """A cluster for a corpus, without interruptions."""

    text_mb: float
    task_units: int
    work_minutes: float
    total_minutes: float
    shuffle_gb: float
    index_gb: float
    on_demand_dollars: float
    spot_dollars: float


def load(file: Path = MEASURED) -> Measured:
    """Read what was measured."""
    read = json.loads(file.read_text(encoding="utf-8"))
    points = sorted((Point(**item) for item in read["points"]), key=lambda point: point.text_mb)
    return Measured(read["where"], tuple(points), read["documents_seconds_per_mb"])


def law(measured: Measured) -> Law:
    """Fit the law to all points but the largest, which is left to check it; relative errors count alike.

    Raises
    ------
    ValueError
        If there are less than three points.
    """
    if len(measured.points) < 3:
        raise ValueError(f"two points to fit and one to check are needed; got {len(measured.points)}")
    fitted, last = measured.points[:-1], measured.points[-1]
    weights = [1 / point.cpu_seconds**2 for point in fitted]
    total = sum(weights)
    mean_x = sum(w * point.text_mb for w, point in zip(weights, fitted, strict=True)) / total
    mean_y = sum(w * point.cpu_seconds for w, point in zip(weights, fitted, strict=True)) / total
    pairs = zip(weights, fitted, strict=True)
    upper, lower = 0.0, 0.0
    for weight, point in pairs:
        upper += weight * (point.text_mb - mean_x) * (point.cpu_seconds - mean_y)
        lower += weight * (point.text_mb - mean_x) ** 2
    slope = upper / lower
    return Law(
        fixed_seconds=mean_y - slope * mean_x,
        seconds_per_mb=slope,
        documents_seconds_per_mb=measured.documents_seconds_per_mb,
        shuffle_share=last.shuffle_mb / last.text_mb,
        index_share=last.index_mb / last.text_mb,
    )


def plan(text_mb: float, need: Law, cluster: Cluster, prices: Prices) -> Plan:
    """Choose the fewest task units that finish the work in the target time, and price them."""
    seconds = need.cpu_seconds(text_mb) / cluster.core_speed / cluster.efficiency
    wanted = math.ceil(seconds / 60 / cluster.target_minutes / cluster.cores_per_unit)
    tasks = min(max(wanted - cluster.core_units, 0), cluster.most_task_units)
    units = cluster.core_units + tasks
    work = seconds / 60 / (units * cluster.cores_per_unit)
    total = cluster.start_minutes + work
    return Plan(
        text_mb=text_mb,
        task_units=tasks,
        work_minutes=work,
        total_minutes=total,
        shuffle_gb=need.shuffle_share * text_mb / GB,
        index_gb=need.index_share * text_mb / GB,
        on_demand_dollars=dollars(total / 60, cluster.core_units, tasks, 1.0, prices),
        spot_dollars=dollars(total / 60, cluster.core_units, tasks, prices.spot_share, prices),
    )


def dollars(hours: float, core_units: int, task_units: float, share: float, prices: Prices) -> float:
    """Price a cluster: primary and core on demand, task units at a share of the price on demand."""
    core = core_units * (prices.worker_on_demand + prices.worker_emr + prices.disk)
    task = task_units * (prices.worker_on_demand * share + prices.worker_emr + prices.disk)
    return hours * (prices.primary + core + task)
