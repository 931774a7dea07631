"""What a run on the laptop measured, as values that replace assumptions of the cost estimate.

Job times are those of local Spark on this machine. Bytes scanned are those that Athena would bill for the same files.
"""

from __future__ import annotations

from statistics import fmean

from laptop.report.model import Report, RunFact

_BYTES_PER_MB = 10**6
# States of the batch pipeline, by the key of the workload that they measure.
_STATES = {"curate_minutes": "Curate", "aggregate_minutes": "Aggregate", "quality_minutes": "CheckQuality"}


def measured(report: Report) -> dict[str, object]:
    """Give the sections and keys of a workload that the run has values for."""
    pipelines = {key: minutes for key, state in _STATES.items() if (minutes := _minutes(report.runs, state))}
    scanned = [query.scanned_bytes for query in report.queries]
    queries = {"mb_per_query": {"analysts": fmean(scanned) / _BYTES_PER_MB}} if scanned else {}
    return {"pipelines": pipelines, "queries": queries}


def _minutes(runs: tuple[RunFact, ...], state: str) -> float:
    """Average what a state took, over the runs that came through it."""
    spans = [span.ended - span.begun for run in runs for span in run.spans if span.state == state]
    return fmean(spans) / 60 if spans else 0.0
