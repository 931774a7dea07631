"""The data sets: one module each, with a function `declare` that makes it from the contracts.

The constants are the identifiers by which dashboards name them.
"""

from __future__ import annotations

from typing import Final

ORDERS: Final = "lake-orders"
CUSTOMERS: Final = "lake-customers"
COHORT_RETENTION: Final = "lake-cohort-retention"
CLICKS: Final = "lake-clicks"
PIPELINE_RUNS: Final = "lake-pipeline-runs"
QUARANTINE: Final = "lake-quarantine"
USAGE: Final = "lake-usage"
FLIGHTS: Final = "lake-flights"
