"""Write docs/text-capacity.md from the capacity model: all its figures are computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks import document
from benchmarks.spot_simulation import RUNS, Outcome, simulate
from benchmarks.text_capacity import Cluster, Law, Measured, Plan, Point, Prices, law, load, plan

FILE = Path(__file__).parent.parent / "docs" / "text-capacity.md"
SIZES_MB = {"45 MB": 45.0, "1 GB": 1e3, "10 GB": 1e4, "25 GB (English Wikipedia)": 2.5e4, "100 GB": 1e5, "1 TB": 1e6}
SIMULATED_MB = 1e5


NOT_RECORDED = "Not recorded yet: `python -m benchmarks capacity`."


def page(measured: Measured) -> str:
    """Give the whole page; before anything was measured it says how to."""
    if not measured.points:
        return f"# Capacity of the text pipeline\n\n{NOT_RECORDED}\n"
    return text(measured)


def text(measured: Measured, cluster: Cluster | None = None, prices: Prices | None = None) -> str:
    """Give the page that the model makes of what was measured."""
    cluster, prices = cluster or Cluster(), prices or Prices()
    need = law(measured)
    plans = {name: plan(size, need, cluster, prices) for name, size in SIZES_MB.items()}
    chosen = plan(SIMULATED_MB, need, cluster, prices)
    return _PAGE.format(
        where=measured.where,
        fixed=need.fixed_seconds,
        per_mb=need.seconds_per_mb,
        documents=need.documents_seconds_per_mb,
        shuffle=need.shuffle_share,
        index=need.index_share,
        peak=max(point.peak_mb for point in measured.points) / 1e3,
        check=_check(need, measured.points),
        plans=_plans(plans),
        efficiency=cluster.efficiency,
        cores=cluster.cores_per_unit,
        start=cluster.start_minutes,
        target=cluster.target_minutes,
        most=cluster.most_task_units,
        core_units=cluster.core_units,
        on_demand=prices.worker_on_demand,
        emr=prices.worker_emr,
        primary=prices.primary,
        share=prices.spot_share,
        simulated=f"{SIMULATED_MB / 1e3:,.0f} GB",
        units=chosen.task_units,
        runs=RUNS,
        outcomes=_outcomes(simulate(chosen, cluster, prices), chosen),
    )


def summary(measured: Measured) -> str:
    """Give what docs/benchmarks.md says of it: how well the model predicts what was measured."""
    return f"{measured.where}\n\n{_check(law(measured), measured.points)}"


def write(file: Path = FILE) -> None:
    """Write the page from what was measured."""
    file.write_text(page(load()), encoding="utf-8")


def _check(need: Law, points: Sequence[Point]) -> str:
    rows = []
    for place, point in enumerate(points):
        predicted = need.index_seconds(point.text_mb)
        use = "check" if place == len(points) - 1 else "fit"
        error = f"{predicted / point.cpu_seconds - 1:+.0%}"
        shuffle, index = f"{point.shuffle_mb:,.0f}", f"{point.index_mb:,.0f}"
        seconds = (f"{point.cpu_seconds:,.0f}", f"{predicted:,.0f}")
        rows.append([f"{point.text_mb:,.1f} MB", use, *seconds, error, shuffle, index])
    headings = ["text", "used to", "measured, CPU s", "model, CPU s", "difference", "shuffle MB", "index MB"]
    return document.table(headings, rows)


def _plans(plans: dict[str, Plan]) -> str:
    rows = [
        [
            name,
            str(found.task_units),
            f"{found.shuffle_gb:,.1f}",
            f"{found.index_gb:,.1f}",
            _duration(found.work_minutes),
            _duration(found.total_minutes),
            f"{found.on_demand_dollars:,.2f}",
            f"{found.spot_dollars:,.2f}",
        ]
        for name, found in plans.items()
    ]
    headings = ["text", "task units", "shuffle GB", "index GB", "work", "with start", "$ on demand", "$ with spot"]
    return document.table(headings, rows)


def _outcomes(outcomes: Sequence[Outcome], chosen: Plan) -> str:
    rows = [
        [
            outcome.weather.name,
            f"{outcome.interruptions:,.1f}",
            f"{outcome.median_minutes:,.0f}",
            f"{outcome.worst_minutes:,.0f}",
            f"{outcome.worst_minutes / chosen.work_minutes - 1:+.0%}",
            f"{outcome.mean_dollars:,.2f}",
        ]
        for outcome in outcomes
    ]
    headings = ["a unit is taken back", "per run", "median, min", "95th percentile, min", "longer by", "mean $"]
    return document.table(headings, rows)


def _duration(minutes: float) -> str:
    return f"{minutes:,.0f} min" if minutes < 120 else f"{minutes / 60:,.1f} h"


_PAGE = """\
# Capacity of the text pipeline

How large a cluster a corpus needs, how long it takes, and what it costs. Every figure of this page is computed by
`benchmarks/text_capacity.py` from measured numbers (`benchmarks/text_measured.json`); `python -m benchmarks capacity`
measures anew and rewrites the page.

## What was measured

{where}

The step `index`, all tables, on documents of the benchmark's corpus ([benchmarks.md](benchmarks.md#text-index)). The
model is a straight line through all runs but the largest, which checks it: {fixed:.0f} CPU seconds, and {per_mb:.2f}
for a megabyte of text. The step `documents` adds {documents:.2f} a megabyte, measured on mails, speeches and
documentation in their own formats. Shuffles write {shuffle:.1f} bytes and the index has {index:.1f} bytes for a byte of
text; the largest run held {peak:.1f} GB at once.

{check}

## What a cluster takes

The cluster of `config/environments/prod.toml`: one primary node, {core_units} core units on demand, and as many task
units (r7g.xlarge: 4 vCPU, 32 GiB) as finish the work within {target:.0f} minutes, {most} at most.

{plans}

- {cores} cores of a unit work, one is left to YARN and the system. A core is taken to be as fast as one that was
  measured, and {efficiency:.0%} of its time to go into the work: the rest waits for the last tasks, for S3 and for
  shuffles. Both are assumptions; the first real run tells.
- {start:.0f} minutes pass before the first step. A small corpus pays for little else.
- Memory does not grow with the corpus: a task reads 5 to 32 MiB of stored documents (`emr_steps/index/sizes.py`).
- Beyond {most} task units the work takes longer instead; beyond what a night holds, raise the limits of
  `[emr.cluster.scaling]`.
- Prices: us-east-1, Linux, per unit and hour {on_demand} dollars for EC2 and {emr} for EMR, {primary:.3f} for the
  primary node with EMR, 128 GiB of gp3 each; spot at {share:.0%} of the price on demand. They were not looked up anew
  for this page: compare them with [EC2](https://aws.amazon.com/ec2/pricing/on-demand/) and
  [EMR](https://aws.amazon.com/emr/pricing/) before you decide.

## When spot capacity goes

{simulated} with {units} task units, simulated minute by minute, {runs} times for each rate. A unit that is taken back
is replaced after 5 minutes; half of the work that it has done since it came is done again, because its shuffle files
and kept blocks went with it (decommissioning moves what two minutes of notice suffice for). Core units are on demand:
drivers, application masters and HDFS are never lost, so the work always ends.

{outcomes}

The Spot Instance Advisor gives monthly rates, from below 5 % to above 20 %: calm. Even a day on which every unit has
an even chance to be taken within the hour costs time, and no data: outputs are published by their last write. If
there is no spot capacity at all, the fleet switches to on demand after its timeout ([emr.md](emr.md)), at that price.
"""
