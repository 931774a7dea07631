"""What a query and a job run cost by list prices, whatever discounts and free tiers an account has.

https://aws.amazon.com/athena/pricing/ and https://aws.amazon.com/glue/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MIB = 1 << 20
_TIB = 1 << 40
_LEAST_QUERY_BYTES = 10 * _MIB
_LEAST_JOB_SECONDS = 60
_HOUR_SECONDS = 3600
# DPUs of a worker: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
_WORKER_DPU = {"G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of the region."""

    athena_usd_per_tib: float
    glue_usd_per_dpu_hour: float
    glue_flex_usd_per_dpu_hour: float

    def query_usd(self, execution: Mapping[str, Any]) -> float:
        """Return what a query cost, as Athena describes it.

        Bytes are rounded up to a mebibyte, ten at least. A cancelled query pays for what it had read. Failed ones,
        results that are used again, and statements that manage the catalog and so read nothing, cost nothing.
        """
        return billed_bytes(execution) / _TIB * self.athena_usd_per_tib

    def job_usd(self, run: Mapping[str, Any]) -> float:
        """Return what a job run cost, as Glue describes it; a failed one costs as a good one does."""
        flexible = run.get("ExecutionClass") == "FLEX"
        price = self.glue_flex_usd_per_dpu_hour if flexible else self.glue_usd_per_dpu_hour
        return dpu_seconds(run) / _HOUR_SECONDS * price


def billed_bytes(execution: Mapping[str, Any]) -> int:
    statistics = execution.get("Statistics", {})
    scanned: int = statistics.get("DataScannedInBytes", 0)
    reused = statistics.get("ResultReuseInformation", {}).get("ReusedPreviousResult", False)
    state = execution["Status"]["State"]
    if state == "FAILED" or reused:
        return 0
    if not scanned and (state == "CANCELLED" or execution.get("StatementType") != "DML"):
        return 0
    return max(math.ceil(scanned / _MIB) * _MIB, _LEAST_QUERY_BYTES)


def dpu_seconds(run: Mapping[str, Any]) -> float:
    """Return the seconds times capacity of a run; Glue counts them itself where workers come and go.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html (DPUSeconds)
    """
    if run.get("DPUSeconds") is not None:
        return float(run["DPUSeconds"])
    if not run.get("ExecutionTime"):
        return 0.0
    return float(max(run["ExecutionTime"], _LEAST_JOB_SECONDS) * _capacity(run))


def _capacity(run: Mapping[str, Any]) -> float:
    if run.get("MaxCapacity") is not None:
        return float(run["MaxCapacity"])
    worker = run.get("WorkerType")
    if worker not in _WORKER_DPU:
        raise ValueError(f"worker type of run {run['Id']} must be one of {sorted(_WORKER_DPU)}; got {worker!r}")
    return _WORKER_DPU[worker] * float(run["NumberOfWorkers"])
